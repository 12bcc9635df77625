//! The rules an organizer tries: out of the form they move, as the request a program would send.

use serde_json::{Map, Value, json};

use super::change_rules::Changes;
use super::terms::{self, Terms};
use crate::body;
use crate::error::{Error, Fault, Refused};
use crate::events::event;
use crate::page::form::Form;
use queqiao_screening::applicant::Side;
use queqiao_screening::infeasible::Change;
use queqiao_screening::limit::{End, Limit, Obstacle};
use queqiao_screening::rules::Rules;

const SIDES: [&str; 2] = ["men", "women"];
/// The fields that stand alone: the limit as the sieve names it, and where it is typed.
const ALONE: [(&str, &str); 7] = [
    ("seats", "seats"),
    ("side men min", "screening.side.men.min"),
    ("side men max", "screening.side.men.max"),
    ("side women min", "screening.side.women.min"),
    ("side women max", "screening.side.women.max"),
    ("unit max", "screening.unit.max"),
    ("unit_side max", "screening.unit_side.max"),
];

/// One age band as it stands in the form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BandRow {
    pub side: String,
    pub name: String,
    pub min: String,
    pub max: String,
}

impl BandRow {
    fn is_blank(&self) -> bool {
        [&self.name, &self.min, &self.max].iter().all(|typed| typed.trim().is_empty())
    }
}

/// The form with the rules the event has now.
///
/// # Errors
/// Where they do not read.
pub fn filled(event: &event::Model) -> Result<Form, Fault> {
    let plan = Terms::of(event)?;
    let mut fields = vec![("seats".to_owned(), event.seats.to_string())];
    let fallback = serde_json::to_value(plan.fallback).unwrap_or_default();
    fields.push(("screening.fallback".to_owned(), fallback.as_str().unwrap_or_default().to_owned()));
    for (side, bounds) in plan.side.iter().flat_map(|side| [("men", side.men), ("women", side.women)]) {
        fields.push((format!("screening.side.{side}.min"), bounds.min.to_string()));
        fields.push((format!("screening.side.{side}.max"), bounds.max.to_string()));
    }
    for (name, cap) in [("unit", plan.unit), ("unit_side", plan.unit_side)] {
        fields.push((format!("screening.{name}.max"), cap.map_or_else(String::new, |cap| cap.max.to_string())));
    }
    for band in &plan.band {
        for (name, value) in [("side", &band.side), ("name", &band.name)] {
            fields.push((format!("band.{name}"), value.clone()));
        }
        for (name, value) in [("min", band.min), ("max", band.max)] {
            fields.push((format!("band.{name}"), value.to_string()));
        }
    }
    Ok(Form::filled(fields))
}

/// The bands in the form; rows left blank are none.
#[must_use]
pub fn bands(form: &Form) -> Vec<BandRow> {
    let column = |name: &'static str| form.values(name).map(str::to_owned).collect::<Vec<_>>();
    let (names, least, most) = (column("band.name"), column("band.min"), column("band.max"));
    let cell = |column: &[String], row: usize| column.get(row).cloned().unwrap_or_default();
    let row = |(row, side): (usize, String)| BandRow {
        side,
        name: cell(&names, row),
        min: cell(&least, row),
        max: cell(&most, row),
    };
    column("band.side").into_iter().enumerate().map(row).filter(|band| !band.is_blank()).collect()
}

/// What the form asks for, as a request to change the event.
///
/// # Errors
/// 422 `invalid`, by the names the request has.
pub fn changes(form: &Form, event: &event::Model) -> Result<Changes, Error> {
    let at_most = |name: &str| object([("max", form.number(&format!("screening.{name}.max")))]);
    let side = |side: &str| {
        let end = |end: &str| form.number(&format!("screening.side.{side}.{end}"));
        object([("min", end("min")), ("max", end("max"))])
    };
    let band = |row: BandRow| {
        let typed = Form::filled([("min", row.min), ("max", row.max)]);
        json!({ "side": row.side, "name": row.name.trim(), "min": typed.number("min"), "max": typed.number("max") })
    };
    let screening = object([
        ("fallback", form.text("screening.fallback")),
        ("side", object(SIDES.map(|name| (name, side(name))))),
        ("unit", at_most("unit")),
        ("unit_side", at_most("unit_side")),
        ("band", bands(form).into_iter().map(band).collect()),
    ]);
    let mut changes: Changes = body::read(json!({ "seats": form.number("seats"), "screening": screening }))?;
    // What the studio has no input for stays; halves that nobody chose follow the seats.
    let stored = Terms::of(event)?;
    let (by_history, standby) = (stored.by_history, stored.follow(event.seats).standby);
    changes.screening = changes.screening.map(|plan| Terms { by_history, standby, ..plan });
    if changes.seats.is_some_and(|seats| seats != event.seats) {
        changes.screening = changes.screening.map(|plan| plan.follow(event.seats));
    }
    Ok(changes)
}

/// An object of what was said; null where nothing was.
fn object<const N: usize>(members: [(&str, Value); N]) -> Value {
    let values: Map<String, Value> = members
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
    if values.is_empty() { Value::Null } else { Value::Object(values) }
}

/// The rules the event would have after the changes, judged as the change itself is.
///
/// # Errors
/// 422 `invalid`.
pub fn rules(event: &event::Model, changes: &Changes) -> Result<Rules, Error> {
    let seats = changes.seats.unwrap_or(event.seats);
    let requested = changes.screening.clone().unwrap_or_default().completed(seats, event.sides);
    let faults = requested.faults(seats);
    if !faults.is_empty() {
        return Err(Refused::invalid(faults).into());
    }
    let rules = requested.rules(seats);
    terms::checked(&rules)?;
    Ok(rules)
}

/// The rules of a form, judged.
///
/// # Errors
/// 422 `invalid`, by the names the request has.
pub fn typed_rules(form: &Form, event: &event::Model) -> Result<Rules, Error> {
    rules(event, &changes(form, event)?)
}

/// The form with the sides as the rules have them, which may have followed the seats.
#[must_use]
pub fn settled(form: &Form, rules: &Rules) -> Form {
    let mut changes = Vec::new();
    for (side, bounds) in [(Side::Men, rules.side.men), (Side::Women, rules.side.women)] {
        let Some(bounds) = bounds else { continue };
        for (end, to) in [(End::Min, Some(bounds.min)), (End::Max, bounds.max)] {
            let limit = Obstacle::Limit(Limit::Side(side), end);
            changes.extend(to.map(|to| Change { limit, from: to, to }));
        }
    }
    adopted(form, &changes)
}

/// The form with the numbers changed that keep its rules from being met.
#[must_use]
pub fn adopted(form: &Form, changes: &[Change]) -> Form {
    let bands = bands(form);
    let mut fields: Vec<(String, String)> = form
        .fields()
        .filter(|(name, _)| !name.starts_with("band."))
        .map(|(n, v)| (n.to_owned(), v.to_owned()))
        .collect();
    for change in changes {
        if let Some((_, name)) = ALONE.iter().find(|(limit, _)| *limit == change.limit.to_string()) {
            fields.retain(|(field, _)| field != name);
            fields.push(((*name).to_owned(), change.to.to_string()));
        }
    }
    for band in bands {
        let limit = Limit::Band(band.side.parse().ok(), band.name.trim().to_owned());
        let member = |end: End, typed: String| {
            let limit = Obstacle::at(&limit, end);
            changes.iter().find(|change| change.limit == limit).map_or(typed, |change| change.to.to_string())
        };
        let (min, max) = (member(End::Min, band.min.clone()), member(End::Max, band.max.clone()));
        let cells = [("side", band.side), ("name", band.name), ("min", min), ("max", max)];
        fields.extend(cells.map(|(name, value)| (format!("band.{name}"), value)));
    }
    Form::filled(fields)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::kind::Kind;

    fn event() -> event::Model {
        let now = "2026-08-22T06:00:00Z".parse().unwrap();
        event::Model {
            id: uuid::Uuid::nil(),
            organization_id: uuid::Uuid::nil(),
            series_id: None,
            slug: "qixi".to_owned(),
            title: String::new(),
            title_en: None,
            summary: String::new(),
            venue: String::new(),
            timezone: "Asia/Shanghai".to_owned(),
            template: Kind::Mixer,
            sides: event::Sides::Two,
            seats: 300,
            starts_at: now,
            ends_at: now,
            registration_at: None,
            online_at: None,
            screening_at: None,
            confirmation_at: None,
            on_site_at: None,
            closed_at: None,
            settings: json!({}),
            created_at: now,
            published_at: None,
            moved: 0,
        }
    }

    #[test]
    fn halves_that_nobody_chose_follow_the_seats() {
        let mut fields: Vec<(String, String)> =
            filled(&event()).unwrap().fields().map(|(n, v)| (n.into(), v.into())).collect();
        fields.retain(|(name, _)| name != "seats");
        fields.push(("seats".to_owned(), "200".to_owned()));
        let form = Form::filled(fields);
        let rules = rules(&event(), &changes(&form, &event()).unwrap()).unwrap();
        assert_eq!((rules.seats, rules.side.men.unwrap().min), (200, 100));
        assert_eq!(settled(&form, &rules).value("screening.side.women.max"), "100");
    }

    #[test]
    fn a_form_is_the_request_a_program_would_send() {
        let form = Form::filled([
            ("seats", "３００"),
            ("screening.side.men.min", "150"),
            ("screening.side.men.max", "150"),
            ("screening.side.women.min", "150"),
            ("screening.side.women.max", "150"),
            ("screening.unit.max", ""),
            ("screening.unit_side.max", "3"),
            ("screening.fallback", "reduce_seats"),
            ("band.side", "women"),
            ("band.name", "35+"),
            ("band.min", "10"),
            ("band.max", "60"),
            ("band.side", "men"),
            ("band.name", " "),
        ]);
        let changes = changes(&form, &event()).unwrap();
        let screening = changes.screening.unwrap();
        assert_eq!((changes.seats, screening.unit, screening.unit_side.unwrap().max), (Some(300), None, 3));
        assert_eq!((screening.band.len(), screening.band[0].max), (1, 60));
        let change = |limit: &str, to| Change { limit: limit.parse().unwrap(), from: 0, to };
        let adopted = adopted(&form, &[change("side men min", 141), change("band women/35+ min", 4)]);
        assert_eq!(adopted.value("screening.side.men.min"), "141");
        assert_eq!(bands(&adopted)[0].min, "4");
        assert_eq!(adopted.value("screening.unit_side.max"), "3");
    }

    #[test]
    fn a_side_said_by_half_is_told_by_its_name() {
        let form = Form::filled([("seats", "4"), ("screening.side.men.min", "2")]);
        let Err(Error::Refused(refused)) = changes(&form, &event()) else { panic!("half a side was taken") };
        assert!(refused.errors[0].field.starts_with("screening.side"), "{:?}", refused.errors);
    }
}
