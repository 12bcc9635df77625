//! Why this room says no.

crate::refusals! {
    /// Only who holds the letter hears so; to everybody else the invitation is not there.
    INVITATION_FOR_ANOTHER = forbidden(
        "invitation_for_another",
        "This invitation was sent to another address than yours.",
    );
    /// Only who holds the letter asks.
    ACCOUNT_EXISTS = conflict("account_exists", "This address has an account; sign in to answer the invitation.");
    ENOUGH_LETTERS = conflict("enough_letters", "This invitation has been sent five times; withdraw it or wait.");
}
