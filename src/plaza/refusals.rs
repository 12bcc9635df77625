//! Why this room says no.

crate::refusals! {
    NOT_APPROVED = forbidden("not_approved", "Your registration is not approved.");
    QUIZ_CLOSED = conflict("quiz_closed", "This quiz is closed.");
    ALREADY_ANSWERED = conflict("already_answered", "You answered this quiz before.");
    /// Some may have answered what it asked before.
    QUIZ_OPENED = conflict("quiz_opened", "This quiz has opened; what it asks stays as it is.");
    ALREADY_REPORTED = conflict("already_reported", "You reported this before; the organizer will look.");
    ALREADY_UPHELD = conflict("already_upheld", "What this was about has been taken down.");
    NOTHING_CHOSEN = unprocessable("nothing_chosen", "Nothing is chosen.");
    WRONG_STATE = conflict(
        "wrong_state",
        "Only what waits is rejected, only what is shown is taken down, and what its author took back is gone.",
    );
}
