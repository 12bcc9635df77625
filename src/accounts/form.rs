//! One form and nothing else: what a browser is shown where somebody signs in, forgot their password, or comes by the
//! link in a letter.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::consent::Agreed;
use super::refusals::{TOKEN_INVALID, TOKEN_USED};
use crate::error::refusal::{Refusal, TOO_MANY_REQUESTS};
use crate::error::{Error, Fault};
use crate::page::{Page, encoded, fluent, own_path};

/// What the form is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    SignIn,
    Verify,
    Forgot,
    Reset,
}

/// A form and nothing else.
#[derive(Template)]
#[template(path = "accounts/form.html")]
pub(super) struct Sheet {
    pub(super) page: Page,
    pub(super) kind: Kind,
    pub(super) name: &'static str,
    pub(super) to: String,
    pub(super) token: String,
    pub(super) email: String,
    pub(super) trouble: Option<String>,
    /// The field it is about.
    pub(super) wrong: String,
    /// Whoever is here had sent something, and was not signed in any more.
    pub(super) unsent: bool,
    /// Why the link in the letter leads nowhere.
    pub(super) dead: Option<Refusal>,
    /// What a sign-up says, for whoever confirms it.
    pub(super) details: Option<SignUpDetails>,
}

/// What was typed and ticked when somebody signed up with the address.
pub(super) struct SignUpDetails {
    pub(super) nickname: String,
    pub(super) gender: String,
    pub(super) agreed: Agreed,
}

/// What stands in the address of such a page.
#[derive(Deserialize)]
pub(super) struct Came {
    pub(super) to: Option<String>,
    pub(super) token: Option<String>,
    pub(super) unsent: Option<String>,
}

/// A password chosen by whoever holds the link in a letter.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPassword {
    pub(super) token: String,
    pub(super) password: String,
    pub(super) to: Option<String>,
}

impl Came {
    /// Where to go on to, and the token.
    pub(super) fn parts(self) -> (String, String) {
        (own_path(self.to.as_deref()).to_owned(), self.token.unwrap_or_default())
    }
}

impl NewPassword {
    /// Whence it came, should it have to go back there; the token, and the password.
    pub(super) fn parts(self) -> (Came, String, String) {
        let Self { token, password, to } = self;
        (Came { to, token: Some(token.clone()), unsent: None }, token, password)
    }
}

impl Sheet {
    pub(super) fn new(page: Page, kind: Kind) -> Self {
        let name = match kind {
            Kind::SignIn => "sign-in",
            Kind::Verify => "verify",
            Kind::Forgot => "forgot",
            Kind::Reset => "reset",
        };
        let (to, token, email) = (String::new(), String::new(), String::new());
        let wrong = String::new();
        Self { page, kind, name, to, token, email, trouble: None, wrong, unsent: false, dead: None, details: None }
    }

    /// The words of this form for one of its places.
    fn text(&self, place: &str) -> String {
        self.page.t(&format!("{}-{place}", self.name))
    }

    /// Whether a password is chosen here.
    fn chooses(&self) -> bool {
        self.dead.is_none() && matches!(self.kind, Kind::Verify | Kind::Reset)
    }

    /// Another page of this room, that knows where the person was going.
    fn way(&self, path: &str) -> String {
        if self.to == "/" { path.to_owned() } else { format!("{path}?to={}", encoded(&self.to)) }
    }

    /// Why the link is dead, in words.
    fn over(&self, place: &str) -> String {
        let why = self.dead.map_or("", |dead| dead.code).trim_start_matches("token_");
        self.page.t(&format!("{}-{why}{place}", self.name))
    }

    fn is_dead_as(&self, why: Refusal) -> bool {
        self.dead == Some(why)
    }

    fn is_unknown(&self) -> bool {
        self.is_dead_as(TOKEN_INVALID)
    }

    /// Where whoever holds a dead link goes on, and how that is called.
    fn on(&self) -> (String, String) {
        let act = |key: &str| self.page.t(key);
        match self.kind {
            _ if self.is_dead_as(TOKEN_USED) => (self.way("/sign-in"), act("sign-in-act")),
            Kind::Reset => (self.way("/forgot"), act("dead-another")),
            _ => (self.way("/register"), act("dead-another")),
        }
    }

    /// The words of a refusal: at the sign-in it says what helps meanwhile.
    fn refusal_text(&self, code: &str) -> Option<String> {
        let code = if self.kind == Kind::SignIn && code == TOO_MANY_REQUESTS.code { "sign_in_rests" } else { code };
        fluent::find(self.page.language, &format!("trouble-{code}").replace('_', "-"))
    }

    /// The form again, saying what was wrong with it.
    pub(super) fn refused(self, error: Error) -> Result<HttpResponse, Error> {
        let Error::Refused(refused) = error else { return Err(error) };
        let find = |key: String| fluent::find(self.page.language, &key.replace('_', "-"));
        let message = match refused.errors.first() {
            Some(wrong) => find(format!("trouble-{}-{}", wrong.field, wrong.code))
                .or_else(|| find(format!("trouble-{}", wrong.code))),
            None => self.refusal_text(refused.refusal.code),
        };
        let trouble = message.unwrap_or_else(|| self.page.t("trouble-refused"));
        let wrong = refused.errors.first().map(|wrong| wrong.field.clone()).unwrap_or_default();
        let text = Self { trouble: Some(trouble), wrong, ..self }.render().map_err(Fault::of)?;
        let status = refused.refusal.status;
        let status = if status == StatusCode::UNAUTHORIZED { StatusCode::FORBIDDEN } else { status };
        let mut answer = HttpResponse::build(status);
        if let Some(seconds) = refused.retry_after {
            answer.insert_header(("Retry-After", seconds));
        }
        Ok(answer.content_type("text/html; charset=utf-8").body(text))
    }
}
