//! What a statement changes of what is remembered, read from its own words. Where they cannot be read
//! exactly, more is taken for changed than was, never less.

use sea_orm::sea_query::{Value, Values};

use super::table::{Part, Table};

/// What this one statement changes.
#[must_use]
pub fn changed_by(sql: &str, values: Option<&Values>) -> Vec<Part> {
    if sql.starts_with("SELECT ") {
        return Vec::new();
    }
    if let Some((table, rest)) = sql.strip_prefix("INSERT INTO \"").and_then(|rest| rest.split_once('"')) {
        return match Table::named(table) {
            Some(table) if table.minds_new_rows() || rest.contains("DO UPDATE") => vec![Part::All(table)],
            _ => Vec::new(),
        };
    }
    if let Some((name, rest)) = sql.strip_prefix("UPDATE \"").and_then(|rest| rest.split_once('"')) {
        return Table::named(name).map(|table| rows(table, sql, rest, values)).unwrap_or_default();
    }
    if let Some((name, rest)) = sql.strip_prefix("DELETE FROM \"").and_then(|rest| rest.split_once('"')) {
        let own = Table::named(name).map(|table| rows(table, sql, rest, values)).unwrap_or_default();
        let others = Table::losing_with(name).iter().copied().map(Part::All);
        return own.into_iter().chain(others).collect();
    }
    mentioned_in(sql)
}

/// Everything that statements of any kind may change.
#[must_use]
pub fn mentioned_in(sql: &str) -> Vec<Part> {
    let is_word = |letter: u8| letter == b'_' || letter.is_ascii_alphanumeric();
    let lower = sql.to_ascii_lowercase();
    let is_named = |name: &str| {
        lower.match_indices(name).any(|(at, _)| {
            let before = at.checked_sub(1).and_then(|before| lower.as_bytes().get(before));
            let after = lower.as_bytes().get(at + name.len());
            !before.is_some_and(|letter| is_word(*letter)) && !after.is_some_and(|letter| is_word(*letter))
        })
    };
    let mut changed = Vec::new();
    for table in Table::ALL {
        let is_changed = is_named(table.name())
            || ["account", "organization", "unit", "series", "event"]
                .into_iter()
                .any(|owner| is_named(owner) && Table::losing_with(owner).contains(&table));
        if is_changed {
            changed.push(Part::All(table));
        }
    }
    changed
}

/// The rows that a statement finds by one of the table's keys; all of them where it finds them otherwise.
fn rows(table: Table, sql: &str, rest: &str, values: Option<&Values>) -> Vec<Part> {
    found_by_key(table, sql, rest, values).unwrap_or_else(|| vec![Part::All(table)])
}

fn found_by_key(table: Table, sql: &str, rest: &str, values: Option<&Values>) -> Option<Vec<Part>> {
    // Whatever is added to the first condition by AND takes rows away.
    let (change, conditions) = rest.split_once(" WHERE ")?;
    let is_plain = !sql.contains('\'') && !conditions.contains(" OR ") && !conditions.contains(" WHERE ");
    let changes_key = table.keys().iter().any(|key| change.contains(&format!("\"{key}\" =")));
    if !is_plain || changes_key {
        return None;
    }
    let column = conditions.strip_prefix('"')?.strip_prefix(table.name())?.strip_prefix("\".\"")?;
    let (column, compared) = column.split_once("\" ")?;
    if !table.keys().contains(&column) {
        return None;
    }
    let (list, after) = match compared.strip_prefix("IN (") {
        Some(list) => list.split_once(')')?,
        None => {
            let value = compared.strip_prefix("= ")?;
            value.split_at(value.find(' ').unwrap_or(value.len()))
        }
    };
    let ends = after.is_empty() || after.starts_with(" AND ") || after.starts_with(" RETURNING ");
    if !ends {
        return None;
    }
    let mut asked_before = sql.len().checked_sub(list.len() + after.len() + usize::from(compared.starts_with("IN (")));
    let mut places = Vec::new();
    for place in list.split(", ") {
        let place = match place.strip_prefix('$') {
            Some(number) => number.parse::<usize>().ok()?.checked_sub(1)?,
            None if place == "?" => {
                // The first of them is told by how many stand before it, and the others follow.
                let first = asked_before.take().map(|at| sql.get(..at).map(|text| text.matches('?').count()));
                match first {
                    Some(first) => first?,
                    None => places.last().copied().map(|last: usize| last + 1)?,
                }
            }
            None => return None,
        };
        places.push(place);
    }
    let values = &values?.0;
    places
        .into_iter()
        .map(|place| match values.get(place)? {
            Value::Uuid(Some(id)) => Some(table.rows(id.as_bytes())),
            Value::Bytes(Some(bytes)) => Some(table.rows(bytes)),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use sea_orm::prelude::Uuid;

    use super::*;

    const ONE: Uuid = Uuid::from_u128(1);
    const TWO: Uuid = Uuid::from_u128(2);

    fn changed(sql: &str, values: Vec<Value>) -> Vec<Part> {
        changed_by(sql, Some(&Values(values)))
    }

    fn all(tables: &[Table]) -> Vec<Part> {
        tables.iter().copied().map(Part::All).collect()
    }

    #[test]
    fn rows_found_by_a_key_are_the_only_ones_that_change() {
        let (one, two) = (Table::Session.rows(ONE.as_bytes()), Table::Session.rows(TWO.as_bytes()));
        for (ends, places) in [("", ["?", "?", "?"]), (" RETURNING \"id\"", ["$1", "$2", "$3"])] {
            let [first, second, third] = places;
            let sql = format!(r#"DELETE FROM "session" WHERE "session"."account_id" = {first}{ends}"#);
            assert_eq!(changed(&sql, vec![ONE.into()]), [one]);
            let sql = format!(
                r#"DELETE FROM "session" WHERE "session"."account_id" = {first} AND "session"."id" <> {second}{ends}"#
            );
            assert_eq!(changed(&sql, vec![ONE.into(), TWO.into()]), [one]);
            let sql = format!(
                r#"UPDATE "session" SET "seen_at" = {first} WHERE "session"."id" IN ({second}, {third}){ends}"#
            );
            assert_eq!(changed(&sql, vec!["now".into(), ONE.into(), TWO.into()]), [one, two]);
            let sql = format!(r#"DELETE FROM "session" WHERE "session"."token_digest" = {first}{ends}"#);
            assert_eq!(changed(&sql, vec![vec![7_u8].into()]), [Table::Session.rows(&[7])]);
        }
    }

    #[test]
    fn what_is_found_otherwise_is_the_whole_table() {
        for sql in [
            r#"DELETE FROM "session""#,
            r#"DELETE FROM "session" WHERE "session"."expires_at" <= ?"#,
            r#"DELETE FROM "session" WHERE "session"."id" = ? OR "session"."account_id" = ?"#,
            r#"DELETE FROM "session" WHERE NOT "session"."id" = ?"#,
            r#"DELETE FROM "session" WHERE ("session"."id" = ? AND "session"."id" = ?)"#,
            r#"DELETE FROM "session" WHERE "session"."id" <> ?"#,
            r#"DELETE FROM "session" WHERE "session"."id" = ? + ?"#,
            r#"DELETE FROM "session" WHERE "session"."id" = '?' AND "session"."id" = ?"#,
            r#"DELETE FROM "session" WHERE "session"."id" IN (SELECT "x" FROM "y" WHERE "z" = ?)"#,
            r#"DELETE FROM "session" WHERE "session"."id" IN (SELECT "x" FROM "y")"#,
            r#"UPDATE "session" SET "account_id" = ? WHERE "session"."id" = ?"#,
            r#"UPDATE "session" SET "at" = (SELECT "a" FROM "b" WHERE "c" = ?) WHERE "session"."id" = ?"#,
            r#"INSERT INTO "session" ("id") VALUES (?) ON CONFLICT ("id") DO UPDATE SET "at" = ?"#,
        ] {
            assert_eq!(changed(sql, vec![ONE.into(), TWO.into()]), all(&[Table::Session]), "{sql}");
        }
        let role = r#"DELETE FROM "staff" WHERE "staff"."id" = ?"#;
        assert_eq!(changed(role, vec![ONE.into()]), all(&[Table::Staff]));
    }

    #[test]
    fn a_value_that_is_no_key_is_the_whole_table() {
        let sql = r#"DELETE FROM "session" WHERE "session"."id" = ?"#;
        assert_eq!(changed(sql, vec!["text".into()]), all(&[Table::Session]));
        assert_eq!(changed(sql, Vec::new()), all(&[Table::Session]));
        assert_eq!(changed_by(sql, None), all(&[Table::Session]));
    }

    #[test]
    fn rows_that_go_take_others_along() {
        let gone = changed(r#"DELETE FROM "account" WHERE "account"."id" = ?"#, vec![ONE.into()]);
        assert!(gone.contains(&Table::Account.rows(ONE.as_bytes())));
        assert!(gone.contains(&Part::All(Table::Session)) && gone.contains(&Part::All(Table::Crew)));
        assert_eq!(changed(r#"DELETE FROM "series" WHERE "series"."id" = ?"#, vec![ONE.into()]), all(&[Table::Event]));
    }

    #[test]
    fn what_changes_nothing_that_is_remembered_says_so() {
        for sql in [
            r#"SELECT "id" FROM "session" FOR UPDATE"#,
            r#"INSERT INTO "session" ("id") VALUES (?)"#,
            r#"UPDATE "presence" SET "inside" = ? WHERE "presence"."event_id" = ?"#,
            r#"INSERT INTO "attempt" ("id") VALUES (?) ON CONFLICT ("id") DO UPDATE SET "at" = ?"#,
        ] {
            assert_eq!(changed(sql, vec![ONE.into()]), [], "{sql}");
        }
    }

    #[test]
    fn other_sentences_change_whatever_they_mention() {
        let with = r#"WITH "gone" AS (DELETE FROM "crew" RETURNING "id") SELECT count(*) FROM "gone""#;
        assert_eq!(changed(with, Vec::new()), all(&[Table::Crew]));
        assert_eq!(mentioned_in("update session set at = 1; delete from event"), {
            all(&[Table::Session, Table::Event, Table::Crew])
        });
        assert_eq!(mentioned_in("INSERT INTO write_probe (event_id) VALUES (1)"), []);
    }
}
