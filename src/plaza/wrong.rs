//! What people say is wrong with somebody's words, wherever they stand.

use crate::page::Page;
use crate::page::form::Form;

/// What is mostly wrong.
const SORTS: [&str; 5] = ["harassing", "false", "advertising", "indecent", "other"];

/// The sorts there are to choose from: value and words.
#[must_use]
pub fn sorts(page: &Page) -> Vec<(&'static str, String)> {
    SORTS.map(|sort| (sort, complaint_label(page, sort))).into()
}

/// What was chosen and written in a form, in the words the person saw: so the organizer reads it.
#[must_use]
pub fn reason(page: &Page, form: &Form) -> String {
    let sort = SORTS.into_iter().find(|sort| form.value("sort") == *sort).map(|sort| complaint_label(page, sort));
    match (sort, form.value("reason").trim()) {
        (Some(sort), "") => sort,
        (Some(sort), more) => page.say("report-both", &[("sort", sort.into()), ("more", more.into())]),
        (None, more) => more.to_owned(),
    }
}

fn complaint_label(page: &Page, sort: &str) -> String {
    page.t(&format!("report-{sort}"))
}
