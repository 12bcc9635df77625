//! The rules in the form of an event: what it shows besides what was typed, and what is typed as the request has it.

use serde_json::{Map, Value, json};

use crate::page::Page;
use crate::page::form::{Form, needed, put};
use crate::page::rows::{List, Row, rows};

/// The age bands.
pub const BANDS: List = List {
    name: "screening.band",
    button: "band",
    telling: &["name", "min", "max"],
    empty: &[("side", "men"), ("name", ""), ("min", ""), ("max", "")],
};

/// What the form shows besides what was typed.
pub struct Inputs {
    pub bands: Vec<Row>,
    /// Values and their words, as are the fallbacks.
    pub sides: Vec<(String, String)>,
    pub fallbacks: Vec<(String, String)>,
    /// Whether the seats are given otherwise than half to each side.
    pub uneven: bool,
}

impl Inputs {
    #[must_use]
    pub fn of(page: &Page, form: &Form) -> Self {
        let is_share = |(name, value): (&str, &str)| name.starts_with("screening.side.") && !value.is_empty();
        let bands = rows(form, BANDS.name);
        Self {
            sides: page.choices("side", ["men", "women"]),
            fallbacks: page.choices("fallback", ["none", "reduce_seats", "widen_balance"]),
            uneven: form.fields().any(is_share) || !bands.is_empty(),
            bands,
        }
    }
}

/// Whether anything is typed that would give an event rules which has none: to look at the form gives none.
#[must_use]
pub fn are_typed(form: &Form) -> bool {
    let types_rules = |(name, value): (&str, &str)| {
        let chosen = ["screening.fallback", "screening.by_history"].contains(&name);
        name.starts_with("screening.") && !chosen && !value.trim().is_empty()
    };
    form.fields().any(types_rules)
}

/// What is typed into the form of an event, as the request has it.
#[must_use]
pub fn typed(form: &Form) -> Value {
    let mut terms = Map::new();
    put(&mut terms, "fallback", form.text("screening.fallback"));
    put(&mut terms, "standby", form.number("screening.standby"));
    terms.insert("by_history".to_owned(), form.flag("screening.by_history"));
    let bound = |side: &str, end: &str| format!("screening.side.{side}.{end}");
    let bounds = ["men", "women"].map(|side| ["min", "max"].map(|end| bound(side, end)));
    if bounds.iter().flatten().any(|name| !form.value(name).trim().is_empty()) {
        let [men, women] = ["men", "women"].map(|side| {
            let of = format!("screening.side.{side}");
            form.members(&of, &["min", "max"], &[])
        });
        terms.insert("side".to_owned(), json!({ "men": men, "women": women }));
    }
    for cap in ["unit_side", "unit"] {
        let of = format!("screening.{cap}");
        if !form.value(&format!("{of}.max")).trim().is_empty() {
            terms.insert(cap.to_owned(), form.members(&of, &["max"], &[]));
        }
    }
    let band = |row: &Row| {
        json!({
            "side": form.value(&row.at("side")), "name": form.value(&row.at("name")),
            "min": needed(form.number(&row.at("min"))), "max": needed(form.number(&row.at("max"))),
        })
    };
    terms.insert("band".to_owned(), rows(form, BANDS.name).iter().map(band).collect());
    Value::Object(terms)
}
