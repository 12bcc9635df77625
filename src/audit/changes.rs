//! What is different after a deed: field by field, with what stood there before.

use serde_json::{Value, json};

/// Texts are told so far: enough to tell one from the other.
const TOLD: usize = 200;

/// The leaves in which two states differ, by their paths (`phases.on_site`, `programme[2].minutes`).
#[must_use]
pub fn between(old: &Value, new: &Value) -> Value {
    let mut changes = Vec::new();
    compare(&mut changes, String::new(), old, new);
    Value::Array(changes)
}

fn compare(changes: &mut Vec<Value>, path: String, old: &Value, new: &Value) {
    match (old, new) {
        (Value::Object(before), Value::Object(after)) => {
            let gone = before.keys().filter(|name| !after.contains_key(*name));
            for name in after.keys().chain(gone) {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                compare(changes, below, old.get(name).unwrap_or(&Value::Null), new.get(name).unwrap_or(&Value::Null));
            }
        }
        (Value::Array(before), Value::Array(after)) => {
            for at in 0..before.len().max(after.len()) {
                let (old, new) = (old.get(at).unwrap_or(&Value::Null), new.get(at).unwrap_or(&Value::Null));
                compare(changes, format!("{path}[{at}]"), old, new);
            }
        }
        // Something in the place of nothing is told by its leaves, too.
        (Value::Null, Value::Object(_)) => compare(changes, path, &json!({}), new),
        (Value::Object(_), Value::Null) => compare(changes, path, old, &json!({})),
        (old, new) if old == new => {}
        (old, new) => changes.push(json!({ "field": path, "old": shortened(old), "new": shortened(new) })),
    }
}

fn shortened(value: &Value) -> Value {
    match value {
        Value::String(text) if text.chars().count() > TOLD => {
            Value::String(text.chars().take(TOLD).chain(['…']).collect())
        }
        value => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_told_by_its_path() {
        let old = json!({ "title": "a", "seats": 4, "phases": { "online": null }, "programme": [{ "minutes": 3 }] });
        let new =
            json!({ "title": "a", "seats": 6, "phases": { "online": "x" }, "programme": [], "dates": { "n": 1 } });
        let mut changes = between(&old, &new).as_array().unwrap().clone();
        changes.sort_by_key(|one| one["field"].to_string());
        assert_eq!(
            changes,
            [
                json!({ "field": "dates.n", "old": null, "new": 1 }),
                json!({ "field": "phases.online", "old": null, "new": "x" }),
                json!({ "field": "programme[0].minutes", "old": 3, "new": null }),
                json!({ "field": "seats", "old": 4, "new": 6 }),
            ]
        );
        assert_eq!(between(&old, &old), json!([]));
    }
}
