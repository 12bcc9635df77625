//! The boards in the form of an event: what is typed as the request has it, and how it is filled in.

use serde_json::{Map, Value, json};

use super::terms::Board;
use crate::page::form::{Form, needed};
use crate::page::rows::{List, Row, rows};
use crate::registrations::side_seats::SideBounds;

/// The rows, a board each.
pub const LIST: List = List {
    name: "boards",
    button: "board",
    telling: &["name", "venue"],
    empty: &[("name", ""), ("starts_at", ""), ("ends_at", ""), ("venue", ""), ("seats", "")],
};

/// What is typed into the form of an event, as the request has it.
///
/// # Arguments
/// `moment`: what is typed into an input, as a moment of the event's clock.
#[must_use]
pub fn typed(form: &Form, moment: &dyn Fn(&str) -> Value) -> Value {
    let board = |row: &Row| {
        let mut board = Map::new();
        for name in ["name", "venue"] {
            board.insert(name.to_owned(), json!(form.value(&row.at(name)).trim()));
        }
        for name in ["starts_at", "ends_at"] {
            board.insert(name.to_owned(), needed(moment(&row.at(name))));
        }
        board.insert("seats".to_owned(), needed(form.number(&row.at("seats"))));
        let [men, women] = ["men", "women"].map(|side| row.at(&format!("side.{side}")));
        let typed = |name: &str| !form.value(name).trim().is_empty();
        if [&men, &women].iter().any(|side| ["min", "max"].iter().any(|end| typed(&format!("{side}.{end}")))) {
            let [men, women] = [men, women].map(|side| form.members(&side, &["min", "max"], &[]));
            board.insert("side".to_owned(), json!({ "men": men, "women": women }));
        }
        let cap = row.at("unit_side");
        if typed(&format!("{cap}.max")) {
            board.insert("unit_side".to_owned(), form.members(&cap, &["max"], &[]));
        }
        Value::Object(board)
    };
    rows(form, LIST.name).iter().map(board).collect()
}

/// The boards as their inputs show them: shares of the sides that nobody chose stay empty, for they follow the seats.
#[must_use]
pub fn without_usual_shares(boards: Vec<Board>) -> Vec<Board> {
    let unsaid =
        |board: Board| Board { side: board.side.filter(|side| *side != SideBounds::even(board.seats)), ..board };
    boards.into_iter().map(unsaid).collect()
}
