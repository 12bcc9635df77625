//! Why this room says no.

crate::refusals! {
    NO_BOARDS = conflict("no_boards", "This event has no boards to choose among.");
    /// The list that is screened says what everybody wished.
    WISHES_FIXED = conflict("wishes_fixed", "The points are frozen: what people wish for is fixed with them.");
}
