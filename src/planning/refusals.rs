//! Why this room says no.

crate::refusals! {
    ALREADY_PUBLISHED = conflict("already_published", "The event is published already.");
    NOT_READY = conflict("not_ready", "The event cannot be shown like this.");
}
