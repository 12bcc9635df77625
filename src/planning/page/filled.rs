//! The form of an event filled in with what is so.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Value, json};

use super::moment::local;
use crate::boards::terms_form as boards;
use crate::chat::terms::Terms as chat;
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
    let parts = ["phases", "hosts"].iter().chain(Plan::MEMBERS);
    fields.extend(parts.map(|part| ("told".to_owned(), (*part).to_owned())));
    let mut plan = plan;
    plan.boards = plan.boards.map(boards::without_usual_shares);
    plan.stage.get_or_insert_default();
    plan.chat.get_or_insert_with(chat::proposed);
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

/// The same with the moments of the boards as the event's clock shows them.
#[must_use]
pub fn by_the_clock(fields: Fields, zone: Tz) -> Fields {
    let local_moment = |(name, value): (String, String)| {
        let is_moment = name.starts_with("boards[") && (name.ends_with(".starts_at") || name.ends_with(".ends_at"));
        let at = value.parse::<DateTime<Utc>>().ok().filter(|_| is_moment);
        let value = at.map_or(value, |at| local(zone, at));
        (name, value)
    };
    fields.into_iter().map(local_moment).collect()
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
    use crate::boards::terms::{self, Board};
    use crate::body;
    use crate::events::event::{self, Sides};
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

    #[test]
    fn boards_survive_being_shown_and_sent_back() {
        let zone = event::zone_named("Asia/Shanghai");
        let board = |name: &str, seats: i32| {
            serde_json::from_value::<Board>(json!({
                "name": name, "starts_at": "2026-08-22T06:00:00Z", "ends_at": "2026-08-22T09:00:00Z", "venue": "文化宫",
                "seats": seats, "unit_side": { "max": 2 },
            }))
            .unwrap()
        };
        let uneven = json!({ "men": { "min": 90, "max": 100 }, "women": { "min": 100, "max": 110 } });
        let uneven = Board { side: serde_json::from_value(uneven).unwrap(), ..board("海洋馆", 200) };
        let boards = terms::completed(vec![board("音乐会", 100), uneven], Sides::Two);
        let plan = Plan { boards: Some(boards.clone()), ..Plan::default() };
        let fields = by_the_clock(of_plan(plan, 300), zone);
        assert!(fields.contains(&("boards[0].starts_at".to_owned(), "2026-08-22T14:00".to_owned())));
        let form = Form::filled(basics().into_iter().chain(fields));
        let wish: NewEvent = body::read(wish(&closed_up(&form))).unwrap();
        assert_eq!(terms::completed(wish.plan().boards.unwrap(), Sides::Two), boards);
    }
}
