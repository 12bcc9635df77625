//! The rows of a form's lists: hosts, segments of the run sheet, boards, age bands.

use crate::page::form::Form;
use crate::page::rows::{List, numbers, place};
use crate::{boards, programme, screening};

const HOSTS: List =
    List { name: "hosts", button: "hosts", telling: &["name"], empty: &[("role", "co_organizer"), ("name", "")] };

const LISTS: [List; 4] = [HOSTS, programme::terms::LIST, boards::terms_form::LIST, screening::terms_form::BANDS];

/// The form with one more, empty row in the list whose button was pressed; as it is where there is none.
#[must_use]
pub fn with_row(form: &Form, button: &str) -> Form {
    let mut fields: Vec<(String, String)> =
        form.fields().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    if let Some(List { name, empty, .. }) = LISTS.iter().find(|list| list.button == button) {
        let next = numbers(form, name).last().map_or(0, |last| last + 1);
        fields.extend(empty.iter().map(|(member, value)| (format!("{name}[{next}].{member}"), (*value).to_owned())));
    }
    Form::filled(fields)
}

/// The form without the rows that say nothing; the others close up, so that they are numbered as in
/// the request.
#[must_use]
pub fn closed_up(form: &Form) -> Form {
    let telling: Vec<(&str, Vec<usize>)> = LISTS
        .iter()
        .map(|List { name, telling, .. }| {
            let says = |number: &usize| {
                telling.iter().any(|member| !form.value(&format!("{name}[{number}].{member}")).trim().is_empty())
            };
            (*name, numbers(form, name).into_iter().filter(says).collect())
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
