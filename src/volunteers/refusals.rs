//! Why this room says no.

crate::refusals! {
    /// Or no longer.
    FOLLOW_UP_NOT_AGREED =
        conflict("follow_up_not_agreed", "These two do not both want to be asked how it goes.");
    CASE_TAKEN = conflict("case_taken", "Another volunteer looks after these two.");
}
