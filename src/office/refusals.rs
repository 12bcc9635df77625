//! Why this room says no.

crate::refusals! {
    /// It goes or went out by mail, tells how somebody fared, or says nothing any more.
    LETTER_CLOSED = conflict("letter_closed", "What this letter says is for its addressee alone.");
    /// Else it waits or it went: there is nothing to do again.
    LETTER_NOT_FAILED = conflict("letter_not_failed", "Only a letter that was given up goes again.");
}
