//! Why this room says no.

crate::refusals! {
    /// What people wrote there is gone.
    CIRCLE_OVER = conflict("circle_over", "The circle has ended.");
    /// Nobody let them in on the evening.
    DID_NOT_COME = forbidden("did_not_come", "The circle is for those who came.");
    NOT_IN_CIRCLE = forbidden("not_in_circle", "Join the circle first.");
    ANSWERS_AN_ANSWER = conflict("answers_an_answer", "Answer what the answer is about.");
    /// Not what the organizer says, nor they themselves.
    NOT_ANOTHER_MEMBERS = conflict("not_another_members", "Only what another member said is reported.");
    WITHDRAWN = conflict("withdrawn", "Its author has taken it down.");
}
