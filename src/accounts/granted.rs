//! What a program or a browser that was let in is answered with.

use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;

use super::authenticated::{Handed, Tokens};
use super::{access_token, cookie, mark};
use crate::app::App;
use crate::error::{Error, Fault};

/// Proof for the next requests.
#[derive(Serialize, ToSchema)]
pub struct Granted {
    /// For the `Authorization: Bearer` header.
    pub access_token: String,
    /// Seconds.
    #[schema(example = 900)]
    pub expires_in: i64,
    /// Good once, within thirty days, at `/auth/refresh`.
    pub refresh_token: String,
}

impl From<Tokens> for Granted {
    fn from(tokens: Tokens) -> Self {
        Self {
            access_token: tokens.access_token,
            expires_in: access_token::LIFETIME.num_seconds(),
            refresh_token: tokens.refresh_token,
        }
    }
}

/// The answer to a sign-in, and the cookie that makes the device known.
#[must_use]
pub fn granted(app: &App, request: &HttpRequest, Handed { proof, mark }: Handed<Tokens>) -> HttpResponse {
    HttpResponse::Ok().cookie(mark::set(app, request, &mark)).json(Granted::from(proof))
}

/// Where somebody goes on who was let in: where they came from, or where they work.
#[must_use]
pub fn onward(to: &str) -> &str {
    if to == "/" { "/start" } else { to }
}

/// The answer to somebody who is let in, with what their browser keeps.
///
/// # Errors
/// A fault where a cookie cannot be written.
pub fn let_in(
    house: &App,
    request: &HttpRequest,
    Handed { proof, mark }: Handed<String>,
    mut answer: HttpResponse,
) -> Result<HttpResponse, Error> {
    answer.add_cookie(&cookie::set(house, &proof)).map_err(Fault::of)?;
    answer.add_cookie(&mark::set(house, request, &mark)).map_err(Fault::of)?;
    Ok(answer)
}
