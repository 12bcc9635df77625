//! Answers whose size must not tell what is in them: padded to one size and never compressed.
//! Whoever watches the hall's Wi-Fi sees how long every answer is, encrypted or not.

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_ENCODING, HeaderValue};
use serde::Serialize;

use crate::error::{Error, Fault};

/// Blanks behind a text, up to a size in bytes; a longer text stays as it is. HTML and JSON both end
/// where they end, whatever blanks follow.
#[must_use]
pub fn padded(mut text: String, size: usize) -> String {
    let missing = size.saturating_sub(text.len());
    text.extend(std::iter::repeat_n(' ', missing));
    text
}

/// Blanks behind a text, up to the next whole number of blocks.
#[must_use]
pub fn padded_to_blocks(text: String, block: usize) -> String {
    let size = text.len().next_multiple_of(block.max(1));
    padded(text, size)
}

/// A JSON answer of whole blocks, for no cache between the phone and us.
///
/// # Errors
/// A fault where it cannot be written as JSON.
pub fn json(answer: &impl Serialize, block: usize) -> Result<HttpResponse, Error> {
    let text = serde_json::to_string(answer).map_err(Fault::of)?;
    let answer = HttpResponse::Ok().content_type("application/json").body(padded_to_blocks(text, block));
    Ok(of_one_size(answer))
}

/// Keeps an answer from the compressor, whose work would tell what the blanks hide, and from caches.
#[must_use]
pub fn of_one_size(mut answer: HttpResponse) -> HttpResponse {
    let headers = answer.headers_mut();
    headers.insert(CONTENT_ENCODING, HeaderValue::from_static("identity"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_any_length_below_a_block_become_one_size() {
        for text in ["", "女008", &"x".repeat(63), &"x".repeat(64)] {
            let size = padded_to_blocks(text.to_owned(), 64).len();
            assert_eq!(size, if text.is_empty() { 0 } else { 64 });
        }
        assert_eq!(padded_to_blocks("x".repeat(65), 64).len(), 128);
        assert_eq!(padded("longer".to_owned(), 3), "longer");
    }
}
