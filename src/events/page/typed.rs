//! What is typed into the form of an event, as the request a program would send, and back. The
//! inputs are named by the paths of the request, so that every refusal finds its input.

use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value, json};

use crate::events::event;
use crate::events::host;
use crate::events::plan::Plan;
use crate::events::schedule::{Schedule, word};
use crate::events::screening_plan::ScreeningPlan;
use crate::page::form::Form;

/// The actions points may be given for, in the order people are shown them.
pub const ACTIONS: [&str; 5] = ["profile", "sign_in", "quiz", "post", "game"];
/// Lists of the form, with the members of which one must say something for the row to count.
const LISTS: [(&str, &[&str]); 3] =
    [("hosts", &["name"]), ("programme", &["title", "title_en"]), ("screening.band", &["name", "min", "max"])];
/// What is typed for a date: a browser's own field, and what people write where it has none.
const WRITTEN: [&str; 4] = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M"];

type Fields = Vec<(String, String)>;

/// A row of a list: `hosts[0]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row(pub String);

impl Row {
    /// The name of one of its inputs.
    #[must_use]
    pub fn at(&self, member: &str) -> String {
        format!("{}.{member}", self.0)
    }
}

/// The rows of a list, in their order.
#[must_use]
pub fn rows(form: &Form, list: &str) -> Vec<Row> {
    numbers(form, list).into_iter().map(|number| Row(format!("{list}[{number}]"))).collect()
}

/// The form with one more, empty row in a list.
#[must_use]
pub fn with_row(form: &Form, list: &str) -> Form {
    let next = numbers(form, list).last().map_or(0, |last| last + 1);
    let members: &[(&str, &str)] = match list {
        "hosts" => &[("role", "co_organizer"), ("name", "")],
        "programme" => &[("kind", "other"), ("title", ""), ("title_en", ""), ("minutes", "")],
        _ => &[("side", "men"), ("name", ""), ("min", ""), ("max", "")],
    };
    let fields = form.fields().map(|(name, value)| (name.to_owned(), value.to_owned()));
    let row = members.iter().map(|(member, value)| (format!("{list}[{next}].{member}"), (*value).to_owned()));
    Form::filled(fields.chain(row))
}

/// The form without the rows that say nothing; the others close up, so that they are numbered as in
/// the request.
#[must_use]
pub fn closed_up(form: &Form) -> Form {
    let telling: Vec<(&str, Vec<usize>)> = LISTS
        .iter()
        .map(|(list, members)| {
            let says = |number: &usize| {
                members.iter().any(|member| !form.value(&format!("{list}[{number}].{member}")).trim().is_empty())
            };
            (*list, numbers(form, list).into_iter().filter(says).collect())
        })
        .collect();
    let renamed = |name: &str| -> Option<String> {
        for (list, kept) in &telling {
            let Some((number, member)) = place(name, list) else { continue };
            let now = kept.iter().position(|kept| *kept == number)?;
            return Some(format!("{list}[{now}]{member}"));
        }
        Some(name.to_owned())
    };
    Form::filled(form.fields().filter_map(|(name, value)| Some((renamed(name)?, value.to_owned()))))
}

fn numbers(form: &Form, list: &str) -> Vec<usize> {
    let mut numbers: Vec<usize> =
        form.fields().filter_map(|(name, _)| place(name, list)).map(|(number, _)| number).collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// `hosts[2].name` is number 2 and `.name`.
fn place<'a>(name: &'a str, list: &str) -> Option<(usize, &'a str)> {
    let (number, member) = name.strip_prefix(list)?.strip_prefix('[')?.split_once(']')?;
    Some((number.parse().ok().filter(|number| *number < 200)?, member))
}

/// The time zone that was chosen; what is none is refused by its own rule.
#[must_use]
pub fn zone(form: &Form) -> Tz {
    form.value("timezone").parse().unwrap_or(chrono_tz::Asia::Shanghai)
}

/// A moment as the browser's field writes it.
#[must_use]
pub fn local(zone: Tz, at: DateTime<Utc>) -> String {
    at.with_timezone(&zone).format("%Y-%m-%dT%H:%M").to_string()
}

/// A moment of the event's clock for a request; null where nothing was typed. What is none stays a
/// text, so that the request is refused with the field's name. A stored moment that was not touched
/// stays to the second: the field shows minutes.
fn moment(form: &Form, name: &str, stored: Option<DateTime<Utc>>) -> Value {
    let (typed, zone) = (form.value(name).trim(), zone(form));
    if typed.is_empty() {
        return Value::Null;
    }
    if let Some(stored) = stored.filter(|stored| local(zone, *stored) == typed) {
        return json!(stored);
    }
    let read = WRITTEN.iter().find_map(|written| NaiveDateTime::parse_from_str(typed, written).ok());
    let moment = read.and_then(|read| zone.from_local_datetime(&read).earliest());
    moment.map_or_else(|| json!(typed), |moment| json!(moment.with_timezone(&Utc)))
}

/// What cannot be left out: nothing typed is told as wrong at its own field.
fn needed(value: Value) -> Value {
    if value.is_null() { json!("") } else { value }
}

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
            let stored = event.and_then(|event| Schedule::of(event).iter().find(|(phase, _)| word(*phase) == name)?.1);
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

/// The inputs of a plan, filled in. Shares of the sides that nobody chose stay empty: they follow
/// the seats.
#[must_use]
pub fn of_plan(plan: Plan, seats: i32) -> Fields {
    let mut fields = Fields::new();
    let told = ["phases", "hosts", "approval", "points", "screening", "dates", "picks", "programme"];
    fields.extend(told.map(|part| ("told".to_owned(), part.to_owned())));
    let mut plan = plan;
    plan.screening = plan.screening.map(|screening| {
        let by_history = Some(screening.by_history());
        ScreeningPlan { by_history, ..screening.follow(seats) }
    });
    for (action, terms) in plan.points.take().into_iter().flatten() {
        let steps: Vec<String> = terms.per_day.iter().map(ToString::to_string).collect();
        fields.push((format!("points.{action}.per_day"), steps.join(" ")));
        fields.push((format!("points.{action}.cap"), terms.cap.to_string()));
    }
    if let Ok(plan) = serde_json::to_value(&plan) {
        flatten(&mut fields, String::new(), &plan);
    }
    fields
}

fn flatten(fields: &mut Fields, path: String, value: &Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(fields, path, value);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                flatten(fields, format!("{path}[{at}]"), item);
            }
        }
        Value::Bool(true) => fields.push((path, "yes".to_owned())),
        Value::Bool(false) | Value::Null => {}
        Value::String(text) => fields.push((path, text.clone())),
        Value::Number(number) => fields.push((path, number.to_string())),
    }
}

/// The inputs of the phases that `wanted` names, numbered as they will be sent.
#[must_use]
pub fn of_schedule(schedule: &Schedule, zone: Tz, wanted: impl Fn(crate::events::phase::Phase) -> bool) -> Fields {
    let mut fields = Fields::new();
    for (at, (phase, begins)) in schedule.iter().filter(|(phase, _)| wanted(*phase)).enumerate() {
        fields.push((format!("phases[{at}].phase"), word(phase)));
        fields.push((format!("phases[{at}].starts_at"), begins.map(|at| local(zone, at)).unwrap_or_default()));
    }
    fields
}

/// The inputs of the hosts.
#[must_use]
pub fn of_hosts(hosts: &[host::Line]) -> Fields {
    let mut fields = Fields::new();
    for (at, host) in hosts.iter().enumerate() {
        let role = json!(host.role).as_str().unwrap_or_default().to_owned();
        fields.push((format!("hosts[{at}].role"), role));
        fields.push((format!("hosts[{at}].name"), host.name.clone()));
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body;
    use crate::events::template::Kind;
    use crate::events::wish::NewEvent;

    fn basics() -> Fields {
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
    fn every_template_survives_being_shown_and_sent_back() {
        for kind in Kind::all() {
            let template = kind.template().unwrap();
            let form = Form::filled(basics().into_iter().chain(of_plan(template.plan.clone(), template.seats)));
            let wish: NewEvent = body::read(wish(&closed_up(&form))).unwrap();
            let plan = wish.plan();
            assert_eq!(plan.points.unwrap_or_default(), template.plan.points.unwrap_or_default(), "{kind:?}");
            assert_eq!(plan.screening, template.plan.screening, "{kind:?}");
            assert_eq!(plan.programme.unwrap_or_default(), template.plan.programme.unwrap_or_default());
            assert_eq!((plan.dates, plan.picks), (template.plan.dates, template.plan.picks));
            assert_eq!(wish.seats, Some(300));
            assert_eq!(wish.starts_at.to_rfc3339(), "2026-08-22T06:00:00+00:00");
        }
    }

    #[test]
    fn rows_that_say_nothing_are_left_out_and_the_others_close_up() {
        let form = Form::filled([
            ("told", "hosts"),
            ("hosts[0].role", "organizer"),
            ("hosts[0].name", " "),
            ("hosts[3].role", "supporter"),
            ("hosts[3].name", "文化宫"),
        ]);
        let closed = closed_up(&with_row(&form, "hosts"));
        assert_eq!(rows(&closed, "hosts"), [Row("hosts[0]".to_owned())]);
        assert_eq!(wish(&closed)["hosts"], json!([{ "role": "supporter", "name": "文化宫" }]));
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

    #[test]
    fn a_moment_that_was_not_touched_keeps_its_seconds() {
        let stored: DateTime<Utc> = "2026-08-22T06:00:42Z".parse().unwrap();
        let form = Form::filled([("at", "2026-08-22T14:00"), ("other", "2026-08-22T14:01")]);
        assert_eq!(moment(&form, "at", Some(stored)), json!(stored));
        assert_eq!(moment(&form, "other", Some(stored)), json!("2026-08-22T06:01:00Z"));
    }
}
