//! The rows of a form's lists: hosts, segments of the run sheet, age bands.

use crate::page::form::Form;
use crate::page::rows::{numbers, place};

/// Lists of the form, with the members of which one must say something for the row to count.
const LISTS: [(&str, &[&str]); 3] =
    [("hosts", &["name"]), ("programme", &["title", "title_en"]), ("screening.band", &["name", "min", "max"])];

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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::typed::wish;
    use super::*;
    use crate::page::rows::{Row, rows};

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
}
