//! Why this room says no.

crate::refusals! {
    LEDGER_FROZEN = conflict("ledger_frozen", "The points of this event are frozen; nothing can be added.");
    ALREADY_REVERSED = conflict("already_reversed", "This line was taken back before; reverse its reversal.");
}
