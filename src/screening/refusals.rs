//! Why this room says no.

crate::refusals! {
    LEDGER_NOT_FROZEN = conflict("ledger_not_frozen", "Freeze the points first: they can still change.");
    ALREADY_SCREENED = conflict("already_screened", "This event was screened; seats move by replies now.");
    QUOTAS_CANNOT_BE_MET = conflict(
        "quotas_cannot_be_met",
        "The rules cannot be met by those who applied; nothing was changed.",
    );
    BOARDS_HAVE_RULES = conflict(
        "boards_have_rules",
        "This event has several boards: seats and limits are those of each board.",
    );
    NO_SEAT_OFFERED = conflict("no_seat_offered", "You have not been offered a seat.");
    SEAT_GONE = conflict("seat_gone", "The seat was given back or the time to answer is over.");
    NO_EMPTY_SEAT = conflict("no_empty_seat", "No seat of this side is empty.");
    /// Nobody waits, or the `limits` told with it keep everybody out.
    NOBODY_FITS = conflict("nobody_fits", "Nobody who waits fits an empty seat.");
    /// Too few wait, or the `limits` told with it keep them out.
    SEATS_NOT_FILLED = conflict("seats_not_filled", "Those who wait cannot fill these seats; none was added.");
}
