//! Signing up on a page: an address, a nickname, a gender, two sentences to agree to, and a letter.
//! Whoever came from an event goes back to it in the end.

use actix_web::web::Query;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use serde::Deserialize;
use serde_json::json;

use crate::accounts::asker::Asker;
use crate::accounts::consent::Sentence;
use crate::accounts::granted::onward;
use crate::accounts::letter_page::wait;
use crate::accounts::letter_request::Errand;
use crate::accounts::register;
use crate::accounts::sign_up_form::SignUpForm;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, FieldError, Refused};
use crate::page::form::Form;
use crate::page::{self, Page, encoded, own_path};

#[derive(Template)]
#[template(path = "journey/sign_up.html")]
struct SignUp {
    page: Page,
    form: Form,
    to: String,
    sign_in: String,
    genders: Vec<(&'static str, String)>,
}

#[derive(Deserialize)]
struct Came {
    to: Option<String>,
}

#[get("/register")]
pub async fn sign_up_page(visit: Visit, came: Query<Came>) -> Result<HttpResponse, Error> {
    let to = own_path(came.to.as_deref()).to_owned();
    if visit.person.is_some() {
        return Ok(page::see(onward(&to)));
    }
    page::answer(&SignUp::new(visit.page, Form::default(), to))
}

#[post("/register")]
pub async fn begin(house: House, request: HttpRequest, visit: Visit, form: Form) -> Result<HttpResponse, Error> {
    let to = own_path(Some(form.value("to")).filter(|to| !to.is_empty())).to_owned();
    let asker = Asker::of(&house, &request);
    let signed_up = async {
        house.rate_limit.check(&request)?;
        let (address, wish) = read(&form)?.wish(visit.page.language)?;
        let wish = register::Wish { to: Some(to.clone()).filter(|to| to != "/"), ..wish };
        let errand = Errand::SignUp(wish.clone());
        house.run(async move |app| register::register(&app, &asker, &address, wish).await).await?;
        Ok(errand)
    };
    match signed_up.await {
        // The same for an address that is known: only its mailbox tells.
        Ok(errand) => wait(&house, errand),
        Err(error) => {
            form.show_again(visit.page, error, async |page, form| page::answer(&SignUp::new(page, form, to))).await
        }
    }
}

/// The sign-up a form asks for, or everything that is wrong with it at once.
fn read(form: &Form) -> Result<SignUpForm, Error> {
    let chosen = form.value("gender");
    let request = json!({
        "email": form.value("email"),
        "nickname": form.value("nickname"),
        // Without one the rest would not be judged; what lacks is said below.
        "gender": if chosen.is_empty() { "female" } else { chosen },
        "consents": Sentence::OF_ACCOUNT,
    });
    let mut wrong = Vec::new();
    if chosen.is_empty() {
        wrong.push(FieldError::new("gender", "choose", "must be chosen"));
    }
    wrong.extend(Sentence::unticked(&Sentence::OF_ACCOUNT, form));
    let read = match body::read(request) {
        Ok(read) => Some(read),
        Err(Error::Refused(refused)) => {
            wrong.extend(refused.errors);
            None
        }
        Err(fault) => return Err(fault),
    };
    read.filter(|_| wrong.is_empty()).ok_or_else(|| Refused::invalid(wrong).into())
}

impl SignUp {
    fn new(page: Page, form: Form, to: String) -> Self {
        let genders = vec![("female", page.t("gender-female")), ("male", page.t("gender-male"))];
        let sign_in = format!("/sign-in?to={}", encoded(&to));
        Self { page, form, to, sign_in, genders }
    }
}
