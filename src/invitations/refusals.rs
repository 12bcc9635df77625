//! Why this room says no.

crate::refusals! {
    /// Whoever invites can read so in their own list of those who accepted.
    ROLE_HELD = conflict("role_held", "This person has the role already.");
    /// Unknown, answered, withdrawn and too old look the same.
    INVITATION_OVER = conflict("invitation_over", "This invitation was answered, was withdrawn, or is too old.");
    /// Unknown, answered, withdrawn, sent anew and too old look the same.
    TOKEN_INVALID = unprocessable(
        "token_invalid",
        "This link is unknown, or its invitation was answered, was withdrawn, or is too old.",
    );
}
