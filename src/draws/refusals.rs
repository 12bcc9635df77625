//! Why this room says no.

crate::refusals! {
    DRAW_FIXED = conflict("draw_fixed", "The list is fixed and its fingerprint published: nothing of the draw changes any more.");
    DRAW_NOT_FIXED = conflict("draw_not_fixed", "First fix the list and publish its fingerprint.");
    DRAW_HELD = conflict("draw_held", "It was drawn already; there is one outcome.");
    DRAW_CALLED_OFF = conflict("draw_called_off", "This draw was called off.");
    /// A quiz is open, or the hour has not come.
    LIST_NOT_COMPLETE = conflict("list_not_complete", "Who belongs to the list is not certain yet.");
    NOBODY_TO_DRAW = conflict("nobody_to_draw", "Nobody belongs to the list.");
    TOO_FEW_CALLS = conflict("too_few_calls", "At least three guests call a number first.");
    ENOUGH_CALLS = conflict("enough_calls", "Twenty numbers are enough.");
    /// Another console has typed, or taken one back.
    CALLS_MOVED = conflict("calls_moved", "Another console has acted meanwhile; look again.");
    NO_CALLS_HERE = conflict("no_calls_here", "This draw is drawn by a public number.");
}
