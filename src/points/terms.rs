//! What each action earns, as the event's organizer says it. Actions are words here, so that one that is none is told
//! by its name.

use std::collections::BTreeMap;

use sea_orm::Iterable;
use serde_json::{Map, Value, json};

use super::rules::{MOST, PointTerms, Rule, RuleSet};
use crate::error::{Fault, FieldError};
use crate::events::event;
use crate::events::kind::Kind;
use crate::events::phase::Phase;
use crate::page::Page;
use crate::page::form::{Form, needed};
use crate::page::rows::Row;

pub type Terms = BTreeMap<String, PointTerms>;

/// The last phase in which they may be changed: the fold of points reads the rules anew each time, and other rules
/// would pay for deeds already done.
pub const LAST: Phase = Phase::Registration;

/// What a new event begins with; None where its kind gives seats by lot.
#[must_use]
pub fn proposed(kind: Kind) -> Option<Terms> {
    let pays = matches!(kind, Kind::Mixer | Kind::Concert);
    pays.then(|| by_name(&RuleSet::default()))
}

/// What an event pays, said or not.
///
/// # Errors
/// Where it does not read.
pub fn of(event: &event::Model) -> Result<Terms, Fault> {
    Ok(by_name(&RuleSet::of(event)?))
}

fn by_name(rules: &RuleSet) -> Terms {
    rules.iter().map(|(rule, terms)| (rule.word().to_owned(), terms.clone())).collect()
}

/// Everything that cannot be held as written, by the path of the field.
#[must_use]
pub fn faults(terms: &Terms) -> Vec<FieldError> {
    let mut faults = Vec::new();
    for (action, terms) in terms {
        let path = format!("points.{action}");
        if Rule::iter().all(|rule| rule.word() != action) {
            faults.push(FieldError::new(path, "unknown_action", "profile, sign_in, quiz, post, game or chat"));
        } else if !terms.can_be_paid() {
            let message = "per_day: 1 to 10 whole numbers that do not rise; per_day and cap from 0 to 100";
            faults.push(FieldError::new(path, "invalid", message));
        }
    }
    if terms.values().map(|terms| terms.cap.clamp(0, MOST)).sum::<i64>() > MOST {
        faults.push(FieldError::new("points", "too_many_points", "all caps together exceed 100"));
    }
    faults
}

/// The inputs of the form of an event, filled in.
pub fn filled(terms: &Terms) -> impl Iterator<Item = (String, String)> {
    terms.iter().flat_map(|(action, terms)| {
        let steps: Vec<String> = terms.per_day.iter().map(ToString::to_string).collect();
        [("per_day", steps.join(" ")), ("cap", terms.cap.to_string())]
            .map(|(name, value)| (format!("points.{action}.{name}"), value))
    })
}

/// What the form shows besides what was typed.
pub struct Earnings {
    pub actions: Vec<Action>,
    /// The most anybody can have, as far as it can be added up.
    pub most: String,
}

/// Something points may be given for.
pub struct Action {
    pub row: Row,
    pub name: String,
    pub note: String,
}

impl Earnings {
    #[must_use]
    pub fn of(page: &Page, form: &Form) -> Self {
        let action = |rule: Rule| Action {
            row: Row(format!("points.{}", rule.word())),
            name: page.t(&format!("rule-points-{}", rule.word())),
            note: page.t(&format!("rule-points-{}-note", rule.word())),
        };
        let actions: Vec<Action> = Rule::iter().map(action).collect();
        let most: i64 = actions.iter().filter_map(|action| form.number(&action.row.at("cap")).as_i64()).sum();
        Self { most: page.say("drawing-points-most", &[("most", most.into())]), actions }
    }
}

/// What is typed into the form of an event, as the request has it: an action of which nothing is typed earns nothing.
#[must_use]
pub fn typed(form: &Form) -> Value {
    let mut points = Map::new();
    for rule in Rule::iter() {
        let [steps, cap] = ["per_day", "cap"].map(|name| format!("points.{}.{name}", rule.word()));
        if form.value(&steps).trim().is_empty() && form.value(&cap).trim().is_empty() {
            continue;
        }
        let terms = json!({ "per_day": steps_of(form, &steps), "cap": needed(form.number(&cap)) });
        points.insert(rule.word().to_owned(), terms);
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

/// For whoever thinks of applying; nothing where nothing is earned.
#[must_use]
pub fn sentences(terms: &Terms, page: &Page) -> Vec<String> {
    let earning = |(action, terms): (&String, &PointTerms)| {
        let name = page.t(&format!("rule-points-{action}"));
        let daily: i64 = terms.per_day.iter().sum();
        let gaps = [("action", name.into()), ("points", daily.into()), ("cap", terms.cap.into())];
        page.say(if daily >= terms.cap { "rule-points-once" } else { "rule-points-daily" }, &gaps)
    };
    let mut lines: Vec<String> = terms.iter().filter(|(_, terms)| terms.cap > 0).map(earning).collect();
    if !lines.is_empty() {
        lines.push(page.t("rule-points-note"));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused<const N: usize>(terms: [(&str, &[i64], i64); N]) -> Vec<(String, String)> {
        let terms =
            terms.map(|(action, per_day, cap)| (action.to_owned(), PointTerms { per_day: per_day.to_vec(), cap }));
        faults(&Terms::from(terms)).into_iter().map(|fault| (fault.field, fault.code.into_owned())).collect()
    }

    #[test]
    fn bad_terms_are_named() {
        let invalid = |per_day: &[i64], cap| {
            assert_eq!(refused([("post", per_day, cap)]).first().unwrap().1, "invalid", "{per_day:?} {cap}");
        };
        invalid(&[2, 4], 30);
        invalid(&[], 30);
        invalid(&[1; 11], 30);
        invalid(&[-1], 30);
        invalid(&[4], 101);
        let wrong = |field: &str, code: &str| vec![(field.to_owned(), code.to_owned())];
        assert_eq!(refused([("likes", &[4], 30)]), wrong("points.likes", "unknown_action"));
        assert_eq!(refused([("post", &[4], 60), ("game", &[4], 60)]), wrong("points", "too_many_points"));
        assert_eq!(refused([("post", &[4, 4], 60), ("game", &[4], 40)]), []);
    }
}
