//! A form that did something leads to a page of its own (303 to a `GET`): going forward, or loading that page anew, is
//! no second deed. Refusals show the form again; whatever else answers itself stands here, with its reason.

use crate::{files, source};

/// Forms that answer themselves where nothing was refused.
const ANSWER_THEMSELVES: [(&str, &str); 14] = [
    ("/admin/outbox/{id}/open", "what a letter says is shown this once: coming back asks for the password again"),
    ("/c/{code}", "to whoever is no desk it says what the address is, and does nothing"),
    ("/e/{event}/confessions", "asks whether it is meant so; nothing was sent yet"),
    ("/e/{event}/desk/vouchers", "whether a code was good is told this once, and a code stands in no address"),
    ("/office/e/{event}/mail", "a draft that was tried is kept nowhere but in the form; sending leads on"),
    ("/office/e/{event}/mail/count", "counts, for the page that asks by script"),
    ("/office/e/{event}/registrations", "a search: names belong in no address"),
    ("/office/e/{event}/registrations/import", "rows that were left out are kept nowhere but in the answer"),
    ("/office/e/{event}/screening", "shows what the rules would come to; saving leads on"),
    ("/office/e/{event}/screening/preview", "shows what the rules would come to, and changes nothing"),
    ("/office/o/{organization}/units/import", "rows that were left out are kept nowhere but in the answer"),
    ("/office/o/{organization}/units/{unit}/roster", "rows that were left out are kept nowhere but in the answer"),
    ("/shop", "whether a code was good is told this once, and a code stands in no address"),
    ("/volunteer/c/{couple}/contact", "what the two allow is shown this once: each look is on record"),
];

/// What of a handler is not about a refusal: the closures that show a form again, and the arms of errors, are.
fn without_refusals(handler: &str) -> String {
    let mut kept = String::new();
    let mut refusing: Option<usize> = None;
    for line in handler.lines() {
        let indent = line.len() - line.trim_start().len();
        match refusing {
            Some(begun) if indent > begun || line.trim_start().starts_with('}') && indent == begun => {}
            _ => {
                let begins = ["Err(", "async |page", "show_again(", "Sheet {"].iter().any(|mark| line.contains(mark));
                refusing = begins.then_some(indent);
                if !begins {
                    kept.push_str(line);
                    kept.push('\n');
                }
            }
        }
    }
    kept
}

#[test]
fn a_form_that_did_something_leads_to_a_page() {
    let mut found = Vec::new();
    let mut forms = 0;
    for file in source().into_iter().filter(|file| !file.file.ends_with("api.rs")) {
        for (at, _) in file.text.match_indices("#[post(\"") {
            let handler = file.text[at..].split("\n}\n").next().unwrap_or_default();
            let path = handler.split('"').nth(1).unwrap_or_default().to_owned();
            let rest = without_refusals(handler);
            forms += 1;
            let answers = ["page::answer(", "page::answer_padded(", "alone(", "render_", "HttpResponse::Ok()"];
            if answers.iter().any(|answer| rest.contains(answer)) {
                found.push(path);
            }
        }
    }
    assert!(forms > 100, "only {forms} forms were looked at");
    found.sort();
    let known: Vec<&str> = ANSWER_THEMSELVES.iter().map(|(path, _)| *path).collect();
    assert_eq!(found, known);
}

/// A file comes and the page stays: `assets/frame.js` has to know that the form can be sent again.
#[test]
fn a_form_that_answers_with_a_file_says_so() {
    let forms: Vec<String> = files("html")
        .iter()
        .flat_map(|template| template.text.lines().filter(|line| line.contains("<form") && line.contains("/export\"")))
        .map(|line| line.trim().to_owned())
        .collect();
    assert!(forms.len() > 1 && forms.iter().all(|form| form.contains(" data-file")), "{forms:?}");
}
