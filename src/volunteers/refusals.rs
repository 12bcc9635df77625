//! Why this room says no.

use actix_web::http::StatusCode;

crate::refusals! {
    /// Or no longer.
    FOLLOW_UP_NOT_AGREED =
        conflict("follow_up_not_agreed", "These two do not both want to be asked how it goes.");
    CASE_TAKEN = conflict("case_taken", "Another volunteer looks after these two.");
    NOT_IN_YOUR_CARE = conflict("not_in_your_care", "Take these two into your care first.");
    /// Both, or the one it was meant for.
    LETTERS_STOPPED = conflict("letters_stopped", "Whoever it was meant for wants no letters.");
    NOTHING_TO_ANSWER = conflict("nothing_to_answer", "No volunteer has written to you yet.");
    /// Whoever holds the link is told no more than that.
    LINK_ALTERED = not_found("link_altered", "This link is incomplete or was changed.");
    LINK_USED = conflict("link_used", "This link has answered already.");
    LINK_LATE = new(StatusCode::GONE, "link_late", "This link answers no more.");
}
