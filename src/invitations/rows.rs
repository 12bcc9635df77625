//! Open invitations on the page of whoever invited: `invitations/open.html`, wherever it is included.

use chrono::{DateTime, Utc};
use chrono_tz::Asia::Shanghai;
use uuid::Uuid;

use super::invited_person::gender;
use super::listed::Listed;
use crate::page::{Page, when};

/// One of them, with what can be done about it.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: Uuid,
    pub email: String,
    /// What the list says the person is called; empty where there was no list.
    pub name: String,
    /// Gender, unit and year of birth, as the list has them.
    pub about: String,
    /// To which role; empty where the page is about one thing only.
    pub role: String,
    pub sent: String,
    pub until: String,
}

/// The rows of a page.
#[must_use]
pub fn rows(page: &Page, listed: Vec<Listed>, now: DateTime<Utc>) -> Vec<Row> {
    let row = |listed: Listed| {
        let person = listed.words.as_ref();
        let name = person.and_then(|person| person.real_name.clone().or_else(|| person.nickname.clone()));
        let about = person.map(|person| {
            let side = page.t(&format!("gender-{}", gender(person.gender)));
            let year = person.birth_year.map(|year| year.to_string());
            [Some(side), Some(person.unit.clone()), year].into_iter().flatten().collect::<Vec<_>>().join(" · ")
        });
        Row {
            id: listed.id,
            name: name.unwrap_or_default(),
            about: about.unwrap_or_default(),
            role: page.t(&format!("invited-as-{}", listed.kind.word())),
            sent: when::moment(page.language, Shanghai, listed.sent_at, now),
            until: when::day(page.language, Shanghai, listed.expires_at, now),
            email: listed.email,
        }
    };
    listed.into_iter().map(row).collect()
}
