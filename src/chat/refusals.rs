//! Why this room says no.

crate::refusals! {
    /// What people wrote there is gone, or goes with the next round of the clock.
    CHAT_OVER = conflict("chat_over", "The chat has ended.");
    /// Its organizer lets nobody write just now.
    CHAT_READ_ONLY = conflict("chat_read_only", "The chat is read only for now.");
    /// Not what the organizer says, nor they themselves.
    NOT_ANOTHERS = conflict("not_anothers", "Only what another person said is reported.");
    NO_PICTURES = forbidden("no_pictures", "This chat has no pictures.");
}
