//! Why this room says no.

crate::refusals! {
    PROGRAMME_MOVED = conflict("programme_moved", "Somebody else has called meanwhile.");
    NOBODY_PRESENT = conflict("nobody_present", "Nobody is inside yet.");
    TOO_FEW_PRESENT = conflict("too_few_present", "A pair takes two who may meet.");
    NOT_CONFIRMED = conflict("not_confirmed", "Only who comes to the evening can show something there.");
}
