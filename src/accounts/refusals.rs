//! Why this room says no.

crate::refusals! {
    CROSS_SITE = forbidden("cross_site", "This request did not come from one of our own pages.");
    // The link of a letter.
    TOKEN_INVALID = unprocessable("token_invalid", "This link is not one of ours, or very old.");
    /// It has done what it was for, or another one like it has.
    TOKEN_USED = unprocessable("token_used", "This link was used already; sign in.");
    TOKEN_EXPIRED = unprocessable("token_expired", "The time of this link is over; ask for another letter.");
    /// Does not say which of the two was wrong, or whether the address is known, or whether somebody
    /// signed up with it who has not opened the letter yet.
    WRONG_CREDENTIALS = unauthorized("wrong_credentials", "The mail address or the password is wrong.");
    SIGN_IN_OVER = unauthorized("sign_in_over", "This took too long; sign in again.");
    SECOND_FACTOR_NEEDED = unauthorized("second_factor_needed", "Say the code your authenticator shows, as `code`.");
    /// Neither a code of this moment nor one for recovery, or one that was used.
    SECOND_FACTOR_WRONG = unauthorized("second_factor_wrong", "This code is not good, or was used already.");
    /// Whoever must have one has none yet, and may do nothing but take one.
    SECOND_FACTOR_REQUIRED = forbidden(
        "second_factor_required",
        "Your work here takes a second factor: set one up at /me/second-factor.",
    );
    SECOND_FACTOR_NOT_BEGUN = conflict("second_factor_not_begun", "Ask for a secret first.");
    SECOND_FACTOR_ON = conflict("second_factor_on", "You have a second factor already.");
    SECOND_FACTOR_OFF = conflict("second_factor_off", "There is no second factor.");
    /// Of an administrator, where the house demands it.
    SECOND_FACTOR_DEMANDED = conflict(
        "second_factor_demanded",
        "Your work here takes a second factor; it cannot be given up.",
    );
    /// Unknown, too old, or its sign-in has ended.
    REFRESH_TOKEN_INVALID = unauthorized("refresh_token_invalid", "Sign in again.");
    /// Somebody else has a copy, and nobody can say who is who, so all are out.
    REFRESH_TOKEN_REUSED = unauthorized(
        "refresh_token_reused",
        "This token was used before; the sign-in it belongs to has been ended.",
    );
    OWN_ACCOUNT = conflict("own_account", "Nobody locks themselves out; ask another administrator.");
    LAST_ADMINISTRATOR = conflict("last_administrator", "You are the only administrator; make another one first.");
}
