//! Why this room says no.

crate::refusals! {
    /// Told to a volunteer, whoever asked them.
    ASKED_ALREADY = conflict("asked_already", "One of these two is being asked already.");
    PROPOSED_BEFORE = conflict("proposed_before", "These two have been proposed to each other before.");
    /// Whatever either of the two said.
    INTRODUCTION_LAPSED = conflict("introduction_lapsed", "The time to answer is over.");
    INTRODUCED = conflict("introduced", "Both have said yes; that cannot be taken back.");
}
