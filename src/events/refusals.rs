//! Why this room says no.

crate::refusals! {
    WRONG_ROLE = forbidden("wrong_role", "Your role at this event does not allow this.");
    PHASE_CLOSED = conflict("phase_closed", "The event is not in a phase that allows this.");
    SLUG_TAKEN = conflict("slug_taken", "Another event has this slug.");
    TOO_LATE = conflict("too_late", "People rely on some of these fields already.");
    EVENT_CLOSED = conflict("event_closed", "The event is over.");
    NOT_PUBLISHED = conflict("not_published", "Publish the event before moving it on.");
    ALREADY_THERE = conflict("already_there", "The event is in this phase.");
    /// Letters went out on the strength of what followed.
    PHASE_PASSED = conflict("phase_passed", "The event has moved on and cannot go back there.");
    NOT_YOUR_NAME = forbidden("not_your_name", "This device was paired under another name.");
}
