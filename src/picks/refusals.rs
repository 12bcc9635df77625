//! Why this room says no.

crate::refusals! {
    /// All rounds of the evening together would let one person pick more than `most` people: each
    /// pick is a question, and whoever may ask about everybody learns about everybody.
    TOO_MANY_PICKS_IN_ALL = conflict(
        "too_many_picks",
        "The rounds of this evening would let one person pick more people than the event allows.",
    );
    ROUND_NOT_OPEN = conflict("round_not_open", "This round has not been opened yet.");
    ROUND_OPEN = conflict("round_open", "This round is open already.");
    /// A round opens once.
    ROUND_CLOSED = conflict("round_closed", "This round is closed.");
    ROUND_VOID = conflict("round_void", "This round was declared void; pick again in a new one.");
    /// The hall lights up for one round at a time.
    ANOTHER_ROUND_OPEN = conflict("another_round_open", "Another round is open; close it first.");
    /// Another process of the house could not take ballots for this round.
    KEYS_APART = conflict(
        "keys_apart",
        "Processes of this service keep their keys apart; give all of them one picks.key_store.",
    );
    /// The keys of this house lie in a server (Redis or Valkey) that does not answer. Nothing is lost by that.
    KEY_STORE_AWAY = unavailable(
        "key_store_away",
        "The store of the keys (picks.key_store) does not answer just now. Nothing was changed; try again in a moment.",
    );
    /// The key of the round lies elsewhere or is lost. The ballots stay sealed: nothing is lost by that.
    KEY_UNAVAILABLE = unavailable(
        "key_unavailable",
        "The ballots of this round can be neither sealed nor opened here just now; tell the host.",
    );
    KEY_WRONG = unavailable(
        "key_wrong",
        "What lies here as the key of this round is not its key. The ballots stay sealed until the right one is back.",
    );
    /// Each made-up guest would be a few free questions.
    STAFF_CANNOT_PICK = forbidden("staff_cannot_pick", "Whoever works at an event does not pick at it.");
    NOT_CHECKED_IN = unprocessable("not_checked_in", "Only those who are checked in with a badge can pick.");
    TOO_MANY_PICKS = unprocessable("too_many_picks", "This is more than the round allows.");
    REPEATED_PICK = unprocessable("repeated_pick", "This badge is named twice.");
    OWN_BADGE = unprocessable("own_badge", "This is your own badge.");
    SAME_SIDE = unprocessable("same_side", "In this round one picks from the other side.");
    /// Not a number anybody inside wears. A block does not count here, or asking would tell who
    /// blocked whom: the tally drops such a pair.
    NOT_HERE = unprocessable("not_here", "Nobody with this badge can be picked now.");
    /// Or whose application it belongs to was changed there.
    BALLOT_UNREADABLE = conflict(
        "ballot_unreadable",
        "This ballot was changed in the database and does not open for you; send it again, or tell the host.",
    );
    BALLOTS_UNREADABLE = conflict(
        "ballots_unreadable",
        "Most ballots of this round were changed in the database and do not open. They are not counted; \
            put them back, or declare the round void.",
    );
    ROUND_NOT_TALLIED = conflict("round_not_tallied", "This round has not been tallied yet.");
    ROUND_CAN_BE_COUNTED = conflict("round_can_be_counted", "Nothing is wrong with this round; close it.");
    KEY_IS_SAFE =
        conflict("key_is_safe", "A process that has the key of this round is running; close it there.");
    /// It was asked once, and has to be asked twice.
    VOID_UNCONFIRMED = conflict(
        "void_unconfirmed",
        "This destroys the sealed ballots for good, and nobody will ever know whom they named. \
            Look for the key first; to go on all the same, say it once more with `confirm`.",
    );
}
