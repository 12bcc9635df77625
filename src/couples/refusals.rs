//! Why this room says no.

crate::refusals! {
    /// What was seen cannot be unseen.
    ALREADY_OPENED = conflict("already_opened", "Both have given their details; that cannot be taken back.");
}
