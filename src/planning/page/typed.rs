//! What is typed into the form of an event, as the request a program would send. The
//! inputs are named by the paths of the request, so that every refusal finds its input.

use serde_json::{Map, Value, json};

use super::moment::{moment, needed};
use super::rows::{Row, rows};
use crate::events::event;
use crate::events::schedule::Schedule;
use crate::page::form::Form;

/// The actions points may be given for, in the order people are shown them.
pub const ACTIONS: [&str; 5] = ["profile", "sign_in", "quiz", "post", "game"];

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

fn put(request: &mut Map<String, Value>, name: &str, value: Value) {
    if !value.is_null() {
        request.insert(name.to_owned(), value);
    }
}

/// The members that hold more than one value, as far as the form says that it has them.
fn tell(request: &mut Map<String, Value>, form: &Form, event: Option<&event::Model>) {
    let told = |part: &str| form.has("told", part);
    if told("phases") {
        let phase = |row: &Row| {
            let name = form.value(&row.at("phase"));
            let stored = event.and_then(|event| Schedule::of(event).iter().find(|(phase, _)| phase.word() == name)?.1);
            json!({ "phase": name, "starts_at": moment(form, &row.at("starts_at"), stored) })
        };
        request.insert("phases".to_owned(), rows(form, "phases").iter().map(phase).collect());
    }
    if told("hosts") {
        let host = |row: &Row| json!({ "role": form.value(&row.at("role")), "name": form.value(&row.at("name")) });
        request.insert("hosts".to_owned(), rows(form, "hosts").iter().map(host).collect());
    }
    if told("approval") {
        let approval = json!({
            "by_roster": form.flag("approval.by_roster"), "by_mail_domain": form.flag("approval.by_mail_domain"),
        });
        request.insert("approval".to_owned(), approval);
    }
    if told("points") {
        request.insert("points".to_owned(), points(form));
    }
    // An event that has no such rules gets none by being looked at.
    let has_rules = event.is_none_or(|event| event.plan().screening.is_some());
    let types_rules = |(name, value): (&str, &str)| {
        let chosen = ["screening.fallback", "screening.by_history"].contains(&name);
        name.starts_with("screening.") && !chosen && !value.trim().is_empty()
    };
    if told("screening") && (has_rules || form.fields().any(types_rules)) {
        request.insert("screening".to_owned(), screening(form));
    }
    if told("dates") && !(form.value("dates.rounds").is_empty() && form.value("dates.minutes").is_empty()) {
        request
            .insert("dates".to_owned(), members(form, "dates", &["rounds", "minutes"], &["pause_seconds", "tables"]));
    }
    if told("picks") && !form.value("picks.limit").is_empty() {
        request.insert("picks".to_owned(), members(form, "picks", &["limit"], &["event_limit"]));
    }
    if told("stage") {
        request.insert("stage".to_owned(), stage(form));
    }
    if told("circle") {
        // Nothing typed is an event without one, whatever its template has.
        let days = form.number("circle.days");
        request.insert("circle".to_owned(), json!({ "days": if days.is_null() { json!(0) } else { days } }));
    }
    if told("programme") {
        let segment = |row: &Row| {
            let mut segment = Map::new();
            for name in ["kind", "title"] {
                segment.insert(name.to_owned(), json!(form.value(&row.at(name))));
            }
            put(&mut segment, "title_en", form.text(&row.at("title_en")));
            segment.insert("minutes".to_owned(), needed(form.number(&row.at("minutes"))));
            Value::Object(segment)
        };
        request.insert("programme".to_owned(), rows(form, "programme").iter().map(segment).collect());
    }
}

/// Nobody may ask for 真情告白 where nothing is typed about it.
fn stage(form: &Form) -> Value {
    let mut told = Map::new();
    for step in ["nicknames", "bridge"] {
        told.insert(step.to_owned(), form.flag(&format!("stage.{step}")));
    }
    put(&mut told, "blessings", form.number("stage.blessings"));
    let terms = ["each", "answer_minutes"];
    if terms.iter().any(|name| !form.value(&format!("stage.confessions.{name}")).trim().is_empty()) {
        told.insert("confessions".to_owned(), members(form, "stage.confessions", &terms, &[]));
    }
    Value::Object(told)
}

fn members(form: &Form, of: &str, needed_ones: &[&str], others: &[&str]) -> Value {
    let mut told = Map::new();
    for name in needed_ones {
        told.insert((*name).to_owned(), needed(form.number(&format!("{of}.{name}"))));
    }
    for name in others {
        put(&mut told, name, form.number(&format!("{of}.{name}")));
    }
    Value::Object(told)
}

/// An action of which nothing is typed earns nothing.
fn points(form: &Form) -> Value {
    let mut points = Map::new();
    for action in ACTIONS {
        let (steps, cap) = (format!("points.{action}.per_day"), format!("points.{action}.cap"));
        if form.value(&steps).trim().is_empty() && form.value(&cap).trim().is_empty() {
            continue;
        }
        points
            .insert(action.to_owned(), json!({ "per_day": steps_of(form, &steps), "cap": needed(form.number(&cap)) }));
    }
    Value::Object(points)
}

/// `4 2`, `4, 2`, `4、2`: the first time of a day, the second, …
fn steps_of(form: &Form, name: &str) -> Value {
    let typed = form.value(name);
    let apart = |c: char| c.is_whitespace() || matches!(c, ',' | '，' | '、' | '/' | ';' | '；' | '+');
    let steps = typed.split(apart).filter(|step| !step.is_empty());
    let read: Option<Vec<i64>> = steps.map(|step| Form::filled([("step", step)]).number("step").as_i64()).collect();
    read.map_or_else(|| json!(typed), |steps| json!(steps))
}

fn screening(form: &Form) -> Value {
    let mut told = Map::new();
    put(&mut told, "fallback", form.text("screening.fallback"));
    put(&mut told, "standby", form.number("screening.standby"));
    told.insert("by_history".to_owned(), form.flag("screening.by_history"));
    let bound = |side: &str, end: &str| format!("screening.side.{side}.{end}");
    let bounds = ["men", "women"].map(|side| ["min", "max"].map(|end| bound(side, end)));
    if bounds.iter().flatten().any(|name| !form.value(name).trim().is_empty()) {
        let [men, women] = ["men", "women"].map(|side| {
            let of = format!("screening.side.{side}");
            members(form, &of, &["min", "max"], &[])
        });
        told.insert("side".to_owned(), json!({ "men": men, "women": women }));
    }
    for cap in ["unit_side", "unit"] {
        let of = format!("screening.{cap}");
        if !form.value(&format!("{of}.max")).trim().is_empty() {
            told.insert(cap.to_owned(), members(form, &of, &["max"], &[]));
        }
    }
    let band = |row: &Row| {
        json!({
            "side": form.value(&row.at("side")), "name": form.value(&row.at("name")),
            "min": needed(form.number(&row.at("min"))), "max": needed(form.number(&row.at("max"))),
        })
    };
    told.insert("band".to_owned(), rows(form, "screening.band").iter().map(band).collect());
    Value::Object(told)
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
            let told = ["points", "phases", "dates"].map(|part| ("told".to_owned(), part.to_owned()));
            let others = [
                ("phases[0].phase", "online"),
                ("dates.rounds", "8"),
                ("dates.minutes", "8"),
                ("points.post.cap", "30"),
            ];
            let others = others.into_iter().filter(|(other, _)| *other != name);
            let others = others.chain([(name, typed)]).map(|(name, typed)| (name.to_owned(), typed.to_owned()));
            let form = Form::filled(fields.chain(told).chain(others));
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
