//! Refusals and faults as people see them. The words go by the code; what has none of its own is
//! told by its status.

use actix_web::http::StatusCode;
use askama::Template;

use super::{Page, fluent};

#[derive(Template)]
#[template(path = "page/refusal.html")]
struct Sorry {
    page: Page,
    title: String,
    advice: String,
    request_id: Option<String>,
    /// Whether a second factor is what is missing: the page leads to where it is set up.
    takes_factor: bool,
}

/// The page for a refusal, or None where it cannot be rendered.
#[must_use]
pub fn page(page: Page, status: StatusCode, code: &str, request_id: Option<String>) -> Option<String> {
    let (title, advice) = title_and_advice(&page, status, code);
    let request_id = request_id.filter(|_| status.is_server_error());
    let takes_factor = code == "second_factor_required";
    Sorry { page, title, advice, request_id, takes_factor }.render().ok()
}

fn title_and_advice(page: &Page, status: StatusCode, code: &str) -> (String, String) {
    let by_status = match status {
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => "not-found",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::TOO_MANY_REQUESTS => "too-many",
        status if status.is_server_error() => "fault",
        _ => "refused",
    };
    let code = code.replace('_', "-");
    let say = |part: &str| {
        let own = fluent::find(page.language, &format!("sorry-{code}-{part}"));
        own.unwrap_or_else(|| page.t(&format!("sorry-{by_status}-{part}")))
    };
    (say("title"), say("advice"))
}
