//! Why this room says no.

crate::refusals! {
    /// Not numbered yet.
    NO_BADGE = not_found("no_badge", "You have no badge yet.");
}
