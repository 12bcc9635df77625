//! Why this room says no.

crate::refusals! {
    NOBODY_TO_WRITE_TO = conflict("nobody_to_write_to", "Nobody stands where this message would go.");
}
