//! What is typed into the form of an event, as the request a program would send. The
//! inputs are named by the paths of the request, so that every refusal finds its input.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};

use super::moment::moment;
use crate::boards::terms::{self, Board};
use crate::boards::terms_form;
use crate::error::refusal::INVALID;
use crate::error::{Error, FieldError};
use crate::events::event;
use crate::events::schedule::Schedule;
use crate::page::form::{Form, needed, put};
use crate::page::rows::{Row, place, rows};
use crate::{chat, circle, dates, picks, points, programme, registrations, screening, stage};

/// A new event.
#[must_use]
pub fn wish(form: &Form) -> Value {
    let mut request = Map::new();
    for name in ["organization", "template", "slug", "title", "venue"] {
        request.insert(name.to_owned(), json!(form.value(name)));
    }
    for name in ["title_en", "summary", "timezone", "series", "sides"] {
        put(&mut request, name, form.text(name));
    }
    for name in ["starts_at", "ends_at"] {
        request.insert(name.to_owned(), needed(moment(form, name, None)));
    }
    put(&mut request, "seats", form.number("seats"));
    tell(&mut request, form, None);
    Value::Object(request)
}

/// What is to be different about an event: what the form has an input for.
#[must_use]
pub fn changes(form: &Form, event: &event::Model) -> Value {
    let mut request = Map::new();
    let has = |name: &str| form.fields().any(|(field, _)| field == name);
    for name in ["slug", "title", "summary", "venue", "timezone", "sides"].into_iter().filter(|name| has(name)) {
        request.insert(name.to_owned(), json!(form.value(name)));
    }
    for name in ["title_en", "series"] {
        put(&mut request, name, form.text(name));
    }
    for (name, stored) in [("starts_at", event.starts_at), ("ends_at", event.ends_at)] {
        if has(name) {
            request.insert(name.to_owned(), needed(moment(form, name, Some(stored))));
        }
    }
    if has("seats") {
        request.insert("seats".to_owned(), needed(form.number("seats")));
    }
    tell(&mut request, form, Some(event));
    Value::Object(request)
}

/// A refusal that names everything an event cannot be without, and not only what was stumbled over first.
#[must_use]
pub fn whole(error: Error, form: &Form) -> Error {
    let Error::Refused(mut refused) = error else { return error };
    if refused.refusal.code == INVALID.code {
        let known: Vec<String> = refused.errors.iter().map(|wrong| wrong.field.clone()).collect();
        refused.errors.extend(missing(form).into_iter().filter(|wrong| !known.contains(&wrong.field)));
    }
    Error::Refused(refused)
}

/// The inputs of this form that are empty and must not be.
fn missing(form: &Form) -> Vec<FieldError> {
    let has = |name: &&str| form.fields().any(|(field, _)| field == *name);
    let no_moment = |name: &str| {
        let typed = moment(form, name, None);
        typed.as_str().is_none_or(|typed| typed.parse::<DateTime<Utc>>().is_err())
    };
    let blank = ["title", "venue"].into_iter().filter(has).filter(|name| form.value(name).trim().is_empty());
    let blank = blank.map(|name| FieldError::new(name, "blank", "must not be empty"));
    let untimed = ["starts_at", "ends_at"].into_iter().filter(has).filter(|name| no_moment(name));
    blank.chain(untimed.map(|name| FieldError::new(name, "wrong_type", "a moment"))).collect()
}

/// The boards; a moment that was not touched stays to the second.
fn boards(form: &Form, event: Option<&event::Model>) -> Value {
    let stored: Vec<Board> = event.and_then(|event| terms::of(event).ok()).unwrap_or_default();
    let at = |name: &str| {
        let (number, member) = place(name, terms_form::LIST.name)?;
        let board = stored.get(number)?;
        Some(if member == ".starts_at" { board.starts_at } else { board.ends_at })
    };
    terms_form::typed(form, &|name| moment(form, name, at(name)))
}

/// The members that hold more than one value, as far as the form says that it has them.
fn tell(request: &mut Map<String, Value>, form: &Form, event: Option<&event::Model>) {
    let has_part = |part: &str| form.has("told", part);
    if has_part("phases") {
        let phase = |row: &Row| {
            let name = form.value(&row.at("phase"));
            let stored = event.and_then(|event| Schedule::of(event).iter().find(|(phase, _)| phase.word() == name)?.1);
            json!({ "phase": name, "starts_at": moment(form, &row.at("starts_at"), stored) })
        };
        request.insert("phases".to_owned(), rows(form, "phases").iter().map(phase).collect());
    }
    if has_part("hosts") {
        let host = |row: &Row| json!({ "role": form.value(&row.at("role")), "name": form.value(&row.at("name")) });
        request.insert("hosts".to_owned(), rows(form, "hosts").iter().map(host).collect());
    }
    // An event that has no such rules gets none by being looked at.
    let has_rules = event.is_none_or(|event| event.tells("screening")) || screening::terms_form::are_typed(form);
    let members = [
        ("approval", Some(registrations::terms::Terms::typed(form))),
        ("points", Some(points::terms::typed(form))),
        ("boards", Some(boards(form, event))),
        ("screening", has_rules.then(|| screening::terms_form::typed(form))),
        ("dates", dates::terms::Terms::typed(form)),
        ("picks", picks::terms::Terms::typed(form)),
        ("stage", Some(stage::terms::Terms::typed(form))),
        ("circle", Some(circle::terms::Terms::typed(form))),
        ("chat", Some(chat::terms::Terms::typed(form))),
        ("programme", Some(programme::terms::typed(form))),
    ];
    for (part, typed) in members.into_iter().filter(|(part, _)| has_part(part)) {
        request.extend(typed.map(|typed| (part.to_owned(), typed)));
    }
}

#[cfg(test)]
pub mod tests {
    use super::super::rows::closed_up;
    use super::*;
    use crate::body;
    use crate::planning::wish::NewEvent;

    pub fn basics() -> Vec<(String, String)> {
        [
            ("organization", "yanyuan"),
            ("template", "mixer"),
            ("slug", "qixi"),
            ("title", "七夕"),
            ("venue", "文化宫"),
            ("timezone", "Asia/Shanghai"),
            ("starts_at", "2026-08-22T14:00"),
            ("ends_at", "2026-08-22T18:00"),
            ("seats", "３００"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec()
    }

    #[test]
    fn what_is_no_number_and_no_date_is_told_by_the_name_of_its_input() {
        let wrong = |name: &str, typed: &str| {
            let fields = basics().into_iter().filter(|(field, _)| field != name);
            let parts = ["points", "phases", "dates"].map(|part| ("told".to_owned(), part.to_owned()));
            let others = [
                ("phases[0].phase", "online"),
                ("dates.rounds", "8"),
                ("dates.minutes", "8"),
                ("points.post.cap", "30"),
            ];
            let others = others.into_iter().filter(|(other, _)| *other != name);
            let others = others.chain([(name, typed)]).map(|(name, typed)| (name.to_owned(), typed.to_owned()));
            let form = Form::filled(fields.chain(parts).chain(others));
            let refused = body::read::<NewEvent>(wish(&closed_up(&form))).unwrap_err();
            let crate::error::Error::Refused(refused) = refused else { panic!("a refusal") };
            refused.errors[0].field.clone()
        };
        for (name, typed) in [
            ("starts_at", "tomorrow"),
            ("ends_at", ""),
            ("seats", "many"),
            ("phases[0].starts_at", "soon"),
            ("points.post.per_day", "four"),
            ("points.quiz.cap", "all"),
            ("dates.rounds", "-1"),
            ("template", ""),
        ] {
            assert_eq!(wrong(name, typed), name, "{typed}");
        }
    }
}
