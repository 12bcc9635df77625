//! The form of an event filled in with what is so.

use chrono_tz::Tz;
use serde_json::{Value, json};

use super::moment::local;
use crate::events::host;
use crate::events::phase::Phase;
use crate::events::schedule::Schedule;
use crate::planning::plan::Plan;
use crate::points::terms as points;
use crate::screening::terms as screening;

type Fields = Vec<(String, String)>;

/// The inputs of a plan, filled in. Shares of the sides that nobody chose stay empty: they follow
/// the seats.
#[must_use]
pub fn of_plan(plan: Plan, seats: i32) -> Fields {
    let mut fields = Fields::new();
    let parts =
        ["phases", "hosts", "approval", "points", "screening", "dates", "picks", "stage", "programme", "circle"];
    fields.extend(parts.map(|part| ("told".to_owned(), part.to_owned())));
    let mut plan = plan;
    plan.stage.get_or_insert_default();
    plan.screening = plan.screening.map(|screening| {
        let by_history = Some(screening.by_history());
        screening::Terms { by_history, ..screening.follow(seats) }
    });
    fields.extend(plan.points.take().iter().flat_map(points::filled));
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
pub fn of_schedule(schedule: &Schedule, zone: Tz, wanted: impl Fn(Phase) -> bool) -> Fields {
    let mut fields = Fields::new();
    for (at, (phase, begins)) in schedule.iter().filter(|(phase, _)| wanted(*phase)).enumerate() {
        fields.push((format!("phases[{at}].phase"), phase.word().to_owned()));
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
    use super::super::rows::closed_up;
    use super::super::typed::tests::basics;
    use super::super::typed::wish;
    use super::*;
    use crate::body;
    use crate::events::kind::Kind;
    use crate::page::form::Form;
    use crate::planning::template::Template;
    use crate::planning::wish::NewEvent;

    #[test]
    fn every_template_survives_being_shown_and_sent_back() {
        for kind in Kind::all() {
            let template = Template::of(kind).unwrap();
            let form = Form::filled(basics().into_iter().chain(of_plan(template.plan.clone(), template.seats)));
            let wish: NewEvent = body::read(wish(&closed_up(&form))).unwrap();
            let plan = wish.plan();
            assert_eq!(plan.points.unwrap_or_default(), template.plan.points.unwrap_or_default(), "{kind:?}");
            assert_eq!(plan.screening, template.plan.screening, "{kind:?}");
            assert_eq!(plan.programme.unwrap_or_default(), template.plan.programme.unwrap_or_default());
            assert_eq!((plan.dates, plan.picks), (template.plan.dates, template.plan.picks));
            assert_eq!(plan.circle, template.plan.circle);
            assert_eq!(plan.stage.unwrap_or_default(), template.plan.stage.unwrap_or_default());
            assert_eq!(wish.seats, Some(300));
            assert_eq!(wish.starts_at.to_rfc3339(), "2026-08-22T06:00:00+00:00");
        }
    }
}
