//! People who sign up in the midst of it: a wish, a letter, a password, an application.

use std::sync::Mutex;

use serde_json::json;

use crate::acts::{Client, told_after};
use crate::book::Said;
use crate::fixtures::person::Person;

pub const PASSWORD: &str = "magpies build a bridge";
/// As many as are on their way at once.
const AT_ONCE: usize = 3;

/// Somebody on their way in.
pub struct Newcomer {
    pub name: String,
    /// How many letters they may have asked for.
    pub tries: usize,
    token: Option<String>,
    pub person: Option<Person>,
    pub applied: Said,
}

impl Newcomer {
    pub fn email(&self) -> String {
        format!("{}@example.cn", self.name)
    }
}

impl Client<'_> {
    pub async fn come(mut self, newcomers: &Mutex<Vec<Newcomer>>) {
        while self.goes_on() {
            let open = |newcomer: &Newcomer| newcomer.applied != Said::Done;
            let mut waiting = std::mem::take(&mut *newcomers.lock().unwrap());
            if waiting.iter().filter(|newcomer| open(newcomer)).count() < AT_ONCE {
                let name = self.new_word("new");
                waiting.push(Newcomer { name, tries: 0, token: None, person: None, applied: Said::Not });
            }
            for newcomer in waiting.iter_mut().filter(|newcomer| open(newcomer)) {
                self.step(newcomer).await;
            }
            *newcomers.lock().unwrap() = waiting;
        }
    }

    async fn step(&mut self, newcomer: &mut Newcomer) {
        let (email, visitor) = (newcomer.email(), self.night.visitor.clone());
        if newcomer.tries == 0 {
            let wish = json!({ "email": email, "nickname": newcomer.name, "gender": "female",
                "consents": ["grown_up", "may_keep", "may_show", "may_check"] });
            let answer = self.post(&visitor, "/api/v1/auth/register", &wish).await;
            let heard = Said::of(answer.as_ref());
            newcomer.tries += usize::from(heard != Said::Not);
            self.book().act("sign-up asked", &email, heard);
        } else if newcomer.token.is_none() {
            newcomer.token = self.letter_to(&email);
            if newcomer.token.is_none() {
                // The postman is on his way; whoever waits looks at something meanwhile.
                let _ = self.ask(&visitor, "/api/v1/events/open").await;
            }
        } else if newcomer.person.is_none() {
            self.proves(newcomer, &visitor).await;
        } else if let Some(person) = newcomer.person.clone() {
            let unit = self.night.evening.units[0].id;
            let kind = "application";
            self.book().act(kind, &newcomer.name, Said::Unknown);
            let path = "/api/v1/events/open/registrations";
            let consents = ["grown_up", "may_keep", "may_show", "may_check"];
            let applied = self.post(&person, path, &json!({ "unit_id": unit, "consents": consents })).await;
            let before = newcomer.applied;
            newcomer.applied = match applied.as_ref().map(crate::fixtures::person::Answer::code) {
                // An earlier try, which nobody answered.
                Some("already_registered") => Said::Done,
                _ => told_after(before, Said::of(applied.as_ref())),
            };
            self.book().act(kind, &newcomer.name, newcomer.applied);
        }
    }

    /// The token in the newest letter that arrived.
    fn letter_to(&self, email: &str) -> Option<String> {
        let letters = self.night.mail.accepted();
        let letter = letters.iter().rev().find(|letter| letter.to == email)?;
        let paragraphs = crate::found::words_of(&letter.text);
        let (_, rest) = paragraphs.split_once("token=")?;
        Some(rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect())
    }

    async fn proves(&mut self, newcomer: &mut Newcomer, visitor: &Person) {
        let email = newcomer.email();
        let body = json!({ "token": newcomer.token, "password": PASSWORD });
        self.book().act("account", &email, Said::Unknown);
        let mut proved = self.post(visitor, "/api/v1/auth/verify", &body).await;
        if Said::of(proved.as_ref()) != Said::Done {
            // It may have been an earlier try that came through.
            let credentials = json!({ "email": email, "password": PASSWORD });
            proved = self.post(visitor, "/api/v1/auth/login", &credentials).await;
        }
        if let Some(tokens) = proved.filter(|proved| proved.status == 200) {
            self.book().act("account", &email, Said::Done);
            let token = tokens.json["access_token"].as_str().unwrap().to_owned();
            let mut person = visitor.clone();
            (person.token, person.email) = (Some(token), email);
            newcomer.person = Some(person);
        }
    }
}
