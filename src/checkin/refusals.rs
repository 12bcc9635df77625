//! Why this room says no.

use actix_web::http::StatusCode;

crate::refusals! {
    NONCE_REUSED = conflict("nonce_reused", "This nonce belongs to another scan of this device.");
    NOT_YOUR_SCAN = forbidden("not_your_scan", "Another device scanned this; ask an organizer.");
    NOT_ADMITTED = conflict("not_admitted", "This attempt let nobody through.");
    ALREADY_UNDONE = conflict("already_undone", "This attempt has been taken back.");
    /// The person has gone through the door again since: take that back first.
    OVERTAKEN = conflict("overtaken", "A later scan of this person stands in the way.");
    TOO_LATE = conflict("too_late", "15 minutes have passed; ask an organizer.");
    ALREADY_SETTLED = conflict("already_settled", "Somebody has settled this already.");
    /// Never made here, used already, too old or taken back: they look the same.
    NO_INVITATION = not_found("no_invitation", "This invitation has been used, or it is too old; ask for another.");
    /// By what the request says of its body.
    NO_PICTURE = new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "not_a_picture",
        "The body must be image/jpeg or image/png.",
    );
    NOT_A_PICTURE = unprocessable("not_a_picture", "Send a JPEG or a PNG.");
}
