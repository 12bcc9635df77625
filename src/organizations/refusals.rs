//! Why this room says no.

crate::refusals! {
    WRONG_ROLE = forbidden("wrong_role", "This is for an organization's own staff.");
    SLUG_TAKEN = conflict("slug_taken", "Another organization has this slug.");
    /// Nobody would be left to grant the role again; an administrator may still take it.
    LAST_ORGANIZER = conflict("last_organizer", "Somebody else must be organizer before you leave.");
    UNION_CIRCLE = conflict("union_circle", "A union cannot stand below itself, nor below one that stands below it.");
    TOO_MANY_LEVELS = conflict("too_many_levels", "There would be more than five levels of unions.");
}
