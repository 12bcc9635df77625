//! The frame of every page: language, navigation, style, and refusals dressed as pages.

pub mod assets;
pub mod faults;
pub mod flash;
pub mod fluent;
pub mod form;
pub mod language_switch;
pub mod refusal;
pub mod rows;
pub mod site_map;
mod styleguide;
pub mod when;

use std::borrow::Cow;

use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::web::ServiceConfig;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;
use fluent_templates::fluent_bundle::FluentValue;
use url::form_urlencoded;

use crate::error::{Error, Fault};
use crate::language::Language;
use crate::padding;

/// The cookie that keeps the chosen language.
pub const LANGUAGE_COOKIE: &str = "language";

/// The pages that lead inside, which nobody wants to come back to.
const WAYS_IN: [&str; 3] = ["/sign-in", "/register", "/forgot"];

/// The page that a form was sent from: kept with its request, because what answers a form that is refused lies at no
/// address that could be opened.
#[derive(Debug, Clone)]
pub struct FormPage(pub String);

/// What the frame has to know; every page's template has one as `page`.
#[derive(Debug, Clone)]
pub struct Page {
    pub language: Language,
    /// The path and query being shown, for the language switch to come back to; of a form that is refused those of
    /// its page.
    pub path: String,
    /// None: a visitor.
    pub person: Option<Person>,
    /// What the deed before this page came to, told once.
    pub flash: Option<String>,
}

/// One of several views beside each other, and where it leads.
#[derive(Debug, Clone)]
pub struct Tab {
    pub name: String,
    pub address: String,
    pub count: Option<u64>,
    pub open: bool,
}

/// Whoever is signed in, as far as the frame cares.
#[derive(Debug, Clone)]
pub struct Person {
    pub administrator: bool,
    /// Stands for the account in this house; says nothing of it.
    pub mark: u64,
    pub works: Vec<Work>,
}

/// Where somebody works: the page, and in words `work-{name}`, where there are several of a kind with what it is about.
#[derive(Debug, Clone)]
pub struct Work {
    pub name: &'static str,
    pub about: Option<String>,
    pub address: String,
}

impl Work {
    /// What the way there is called.
    #[must_use]
    pub fn label(&self, page: &Page) -> String {
        page.t(&format!("work-{}", self.name))
    }
}

impl Person {
    /// Where the person works, as far as one word says which place is meant.
    pub fn only_works(&self) -> impl Iterator<Item = &Work> {
        let same = |work: &Work| self.works.iter().filter(|other| other.name == work.name).count();
        self.works.iter().filter(move |work| same(work) == 1)
    }
}

impl Page {
    /// The page a request asks for, in the language of the cookie, else of the browser.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        let chosen = request.cookie(LANGUAGE_COOKIE).and_then(|cookie| fluent::language(cookie.value()));
        let language = chosen.or_else(|| Language::of_browser(request)).unwrap_or_default();
        let form_page = request.extensions().get::<FormPage>().map(|page| page.0.clone());
        let own = || request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Self { language, path: form_page.unwrap_or_else(own), person: None, flash: flash::read(request, language) }
    }

    /// The page at this path as anybody sees it.
    #[must_use]
    pub fn of_anybody(language: Language, path: String) -> Self {
        Self { language, path, person: None, flash: None }
    }

    #[must_use]
    pub fn with(self, person: Option<Person>) -> Self {
        Self { person, ..self }
    }

    /// The words of a key.
    #[must_use]
    pub fn t(&self, key: &str) -> String {
        fluent::say(self.language, key, &[])
    }

    /// The words of a key, with its gaps filled.
    #[must_use]
    pub fn say<'a>(&self, key: &str, gaps: &[(&'static str, FluentValue<'a>)]) -> String {
        fluent::say(self.language, key, gaps)
    }

    /// Words as a request has them, each with the words a person chooses by: those of `{prefix}-{word}`.
    #[must_use]
    pub fn choices<'a>(&self, prefix: &str, words: impl IntoIterator<Item = &'a str>) -> Vec<(String, String)> {
        words.into_iter().map(|word| (word.to_owned(), self.t(&format!("{prefix}-{word}")))).collect()
    }

    /// Several things one after another.
    #[must_use]
    pub fn list<T: AsRef<str>>(&self, things: impl IntoIterator<Item = T>) -> String {
        fluent::list(self.language, things)
    }

    #[must_use]
    pub fn tag(&self) -> &'static str {
        fluent::tag(self.language)
    }

    /// Where a file of the binary is to be had.
    #[must_use]
    pub fn asset(&self, name: &str) -> Cow<'static, str> {
        assets::address(name)
    }

    /// Where the same page is to be had in the other language.
    #[must_use]
    pub fn other_language(&self) -> String {
        let other = self.language.choose("en", "zh-CN");
        format!("/language/{other}?to={}", encoded(&self.path))
    }

    /// Where to sign in and come back here; from a page that only leads inside, to where that one would lead.
    #[must_use]
    pub fn sign_in(&self) -> String {
        let (path, query) = self.path.split_once('?').unwrap_or((&self.path, ""));
        if !WAYS_IN.contains(&path) {
            return format!("/sign-in?to={}", encoded(&self.path));
        }
        let to = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "to");
        format!("/sign-in?to={}", encoded(own_path(to.as_ref().map(|(_, to)| to.as_ref()))))
    }
}

/// What belongs to every page and to no room.
pub fn pages(config: &mut ServiceConfig) {
    assets::pages(config);
    language_switch::pages(config);
    styleguide::pages(config);
}

/// Answers with a rendered page.
///
/// # Errors
/// A fault where the template cannot be rendered.
pub fn answer(template: &impl Template) -> Result<HttpResponse, Error> {
    answer_as(StatusCode::OK, template)
}

/// Answers with a page whose size must not tell what is on it: of whole blocks.
///
/// # Errors
/// A fault where the template cannot be rendered.
pub fn answer_padded(template: &impl Template, block: usize) -> Result<HttpResponse, Error> {
    let text = padding::padded_to_blocks(template.render().map_err(Fault::of)?, block);
    Ok(answer_sized(text))
}

/// Answers with a page that was brought to its size already.
#[must_use]
pub fn answer_sized(text: String) -> HttpResponse {
    padding::of_one_size(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(text))
}

/// Answers with a page of another status than 200.
///
/// # Errors
/// A fault where the template cannot be rendered.
pub fn answer_as(status: StatusCode, template: &impl Template) -> Result<HttpResponse, Error> {
    let text = template.render().map_err(Fault::of)?;
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(text))
}

/// Lets a page use the camera, which the others may not.
#[must_use]
pub fn with_camera(mut answer: HttpResponse) -> HttpResponse {
    let rights = HeaderValue::from_static("camera=(self), microphone=(), geolocation=(), payment=(), usb=()");
    answer.headers_mut().insert(HeaderName::from_static("permissions-policy"), rights);
    answer
}

/// Sends the browser to another of our pages.
#[must_use]
pub fn see(path: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header(("Location", path)).finish()
}

/// A path of our own out of what a form or a link says, or the front page: an address of somebody
/// else's would make us send people there.
#[must_use]
pub fn own_path(wanted: Option<&str>) -> &str {
    let wanted = wanted.unwrap_or("/");
    let second = wanted.as_bytes().get(1);
    let own = wanted.starts_with('/') && second != Some(&b'/') && second != Some(&b'\\');
    if own && wanted.bytes().all(|byte| (0x21..0x7f).contains(&byte)) { wanted } else { "/" }
}

/// What stands for a face where there is no picture.
#[must_use]
pub fn initial(name: &str) -> String {
    name.chars().take(1).collect()
}

/// A path as the value of another address's query.
#[must_use]
pub fn encoded(path: &str) -> String {
    percent_encoding::utf8_percent_encode(path, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for (wanted, path) in [
            ("/e/qixi?x=1", "/e/qixi?x=1"),
            ("//evil.example", "/"),
            ("/\\evil.example", "/"),
            ("https://evil.example", "/"),
            ("/\r\nSet-Cookie: a=b", "/"),
            ("/\t/evil.example", "/"),
            ("", "/"),
        ] {
            assert_eq!(own_path(Some(wanted)), path, "{wanted}");
        }
        assert_eq!(own_path(None), "/");
    }
}
