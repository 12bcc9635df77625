//! The documents that are made from the code: `docs/openapi.json` is the API as it describes itself,
//! `docs/errors.md` every refusal, `docs/distribution.md` what the schema lacks to lie on many machines. They are
//! committed, so that a change shows in a diff. `QUEQIAO_BLESS=1 cargo test --test event documents` (or `just bless`)
//! writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use queqiao::audit::Deed;
use queqiao::language::Language;
use queqiao::server::described::codes_in;
use queqiao::server::refusals;
use queqiao::{page, server};
use sea_orm::Iterable;
use serde_json::Value;

/// Said by forms of pages, which no description of the API lists.
const OF_PAGES: [&str; 7] = [
    "invitation_for_another",
    "malformed_form",
    "method_not_allowed",
    "not_a_form",
    "nothing_chosen",
    "quiz_opened",
    "sign_in_over",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Compares a document with what the code says, or writes it where that is asked for.
pub fn is_up_to_date(name: &str, wanted: &str) {
    let path = root().join("docs").join(name);
    if std::env::var_os("QUEQIAO_BLESS").is_some() {
        fs::write(&path, wanted).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    let line = written.lines().zip(wanted.lines()).position(|(written, wanted)| written != wanted);
    let line = line.unwrap_or_else(|| written.lines().count().min(wanted.lines().count())) + 1;
    assert!(written == wanted, "docs/{name} is stale from line {line} on; run `just bless` and read the difference");
}

/// An audit that says `case_handed_over` says it to a program.
#[test]
fn every_deed_on_record_has_words_in_both_languages() {
    for language in [Language::Zh, Language::En] {
        let is_said =
            |deed: &Deed| page::fluent::find(language, &format!("deed-{}", deed.name().replace('_', "-"))).is_some();
        let unsaid: Vec<Deed> = Deed::iter().filter(|deed| !is_said(deed)).collect();
        assert!(unsaid.is_empty(), "{language:?}: {unsaid:?}");
    }
}

#[test]
fn the_description_of_the_api_is_committed() {
    is_up_to_date("openapi.json", &(server::description() + "\n"));
}

/// The code of a refusal, and the calls whose description tells of it.
type Documented = BTreeMap<&'static str, BTreeSet<String>>;

/// What the description of the API says of every refusal, and what it says with another status than is so.
fn documented() -> (Documented, Vec<String>) {
    let document: Value = serde_json::from_str(&server::description()).unwrap();
    let (mut named, mut wrong) = (Documented::new(), Vec::new());
    for (path, calls) in document["paths"].as_object().unwrap() {
        for (method, call) in calls.as_object().unwrap() {
            let name = format!("{} {}", method.to_uppercase(), path.trim_start_matches("/api/v1"));
            let refusals = call["responses"].as_object().unwrap().iter().filter(|(status, _)| status.as_str() >= "400");
            for (status, response) in refusals {
                let text = response["description"].as_str().unwrap_or_default();
                for code in codes_in(text) {
                    let same: Vec<_> = refusals::all().filter(|refusal| refusal.code == code).collect();
                    match same.iter().find(|refusal| refusal.status.as_str() == status) {
                        Some(refusal) => _ = named.entry(refusal.code).or_default().insert(name.clone()),
                        // A member of the answer, or what is wrong with one field.
                        None if same.is_empty() => {}
                        None => wrong.push(format!("{name}: {status} `{code}`")),
                    }
                }
            }
        }
    }
    (named, wrong)
}

/// Codes are not unique: what is said of them with two statuses, or by two rooms, is two refusals.
#[test]
fn a_refusal_is_not_another_of_its_code() {
    let all: BTreeSet<_> = refusals::all().map(|one| (one.code, one.status.as_u16(), one.detail)).collect();
    assert_eq!(all.len(), refusals::all().count(), "the same twice");
    for one in refusals::all() {
        let same: Vec<_> = refusals::all().filter(|other| one.saying("In other words.").is(**other)).collect();
        assert_eq!(same, [one]);
    }
}

#[test]
fn every_refusal_is_documented_by_a_call_with_its_status() {
    let (named, wrong) = documented();
    assert_eq!(wrong, [""; 0]);
    let is_told = |code: &str| named.contains_key(code) || OF_PAGES.contains(&code);
    let silent: BTreeSet<&str> = refusals::all().map(|refusal| refusal.code).filter(|code| !is_told(code)).collect();
    assert!(silent.is_empty(), "no call documents {silent:?}: say it in the responses of its utoipa::path");
    assert!(OF_PAGES.iter().all(|code| !named.contains_key(code)), "said by calls too");
}

#[test]
fn the_list_of_refusals_is_committed() {
    let (named, _) = documented();
    let mut page = String::from(
        "# Refusals\n\n\
         Made from the code; `just bless` writes it anew, and a test fails where it is stale.\n\n\
         An answer that refuses is `application/problem+json` (RFC 9457) with a stable `code`. Programs may rely on the \
         code and the status; the words may change. For invalid input `errors` says what is wrong with which field. \
         Calls are below `/api/v1`.\n\n\
         | code | status | meaning | where |\n|---|---|---|---|\n",
    );
    let mut known: BTreeMap<&str, (BTreeSet<&str>, Vec<&str>)> = BTreeMap::new();
    for refusal in refusals::all() {
        let (statuses, meanings) = known.entry(refusal.code).or_default();
        statuses.insert(refusal.status.as_str());
        if !meanings.contains(&refusal.detail) {
            meanings.push(refusal.detail);
        }
    }
    for (code, (statuses, meanings)) in &known {
        let status: Vec<&str> = statuses.iter().copied().collect();
        let place = match named.get(code) {
            None => "forms of pages".to_owned(),
            Some(calls) if calls.len() > 12 => format!("{} calls", calls.len()),
            Some(calls) => calls.iter().map(|call| format!("`{call}`")).collect::<Vec<_>>().join("<br>"),
        };
        let meaning = meanings.join("<br>").replace('|', "\\|");
        writeln!(page, "| `{code}` | {} | {meaning} | {place} |", status.join(", ")).unwrap();
    }
    is_up_to_date("errors.md", &page);
}
