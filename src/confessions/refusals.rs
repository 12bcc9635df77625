//! Why this room says no.

crate::refusals! {
    NO_CONFESSIONS = conflict("no_confessions", "There is no 真情告白 at this event.");
    NOT_INSIDE = conflict("not_inside", "Only who is in the hall can ask.");
    CONFESSIONS_SPENT = conflict("confessions_spent", "You have asked as often as one may.");
}
