//! Why this room says no.

crate::refusals! {
    UNIT_EXISTS = conflict("unit_exists", "The organization has a unit of this name.");
}
