//! Why this room says no.

crate::refusals! {
    ALL_ROUNDS_PLAYED = conflict("all_rounds_played", "Every round was played; ask for more rounds.");
    /// Others plan, start or exclude faster than a plan can be made.
    HALL_CHANGED = conflict(
        "hall_changed",
        "Somebody else changed the plan at the same time; look at it and ask again.",
    );
    WRONG_ROUND_STATE = conflict("wrong_round_state", "The round does not stand where this is done.");
    NOT_ITS_TURN = conflict("not_its_turn", "Another round comes first.");
    /// A slip of the hand is noticed at once.
    ROUND_OVER = conflict(
        "round_over",
        "This round ended more than ten minutes ago, or another was called since; it is not taken up again.",
    );
    TOO_LITTLE_LEFT = conflict("too_little_left", "So much time is not left in this round; it can be ended instead.");
    ROUND_NOT_PLAYED = conflict("round_not_played", "The round has not been started.");
    SEATED_AGAIN = conflict("seated_again", "The two are seated together in another round; plan again first.");
    /// Not called yet, or over: afterwards it is the host who decides what took place.
    ROUND_NOT_RUNNING = conflict("round_not_running", "This is said while the round is running; later, tell the host.");
    TOO_MANY = unprocessable("too_many", "At most 50 people.");
}
