//! The documents that are made from the code: `docs/openapi.json` is the API as it describes itself,
//! `docs/errors.md` every refusal. They are committed, so that a change of the contract shows in a
//! diff. `QUEQIAO_BLESS=1 cargo test --test event documents` (or `just bless`) writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use queqiao::language::Language;
use queqiao::{page, server};
use serde_json::Value;

/// Said of forms of pages, which no description of the API lists.
const OF_PAGES: [(&str, &str); 7] = [
    ("invitation_for_another", "403"),
    ("malformed_form", "400"),
    ("method_not_allowed", "405"),
    ("not_a_form", "415"),
    ("nothing_chosen", "422"),
    ("quiz_opened", "409"),
    ("sign_in_over", "401"),
];

fn of_pages(code: &str) -> Option<&'static str> {
    OF_PAGES.iter().find(|(known, _)| *known == code).map(|(_, status)| *status)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Compares a document with what the code says, or writes it where that is asked for.
fn is_up_to_date(name: &str, wanted: &str) {
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
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let deeds: BTreeSet<&str> = files
        .iter()
        .flat_map(|(_, text)| text.split("action: \"").skip(1))
        .filter_map(|rest| rest.split('"').next())
        .collect();
    assert!(deeds.len() > 30, "{deeds:?}");
    for language in [Language::Zh, Language::En] {
        let unsaid = |deed: &&str| page::fluent::find(language, &format!("deed-{}", deed.replace('_', "-"))).is_none();
        let unsaid: Vec<&str> = deeds.iter().copied().filter(|deed| unsaid(deed)).collect();
        assert_eq!(unsaid, [""; 0], "{language:?}");
    }
}

#[test]
fn the_description_of_the_api_is_committed() {
    is_up_to_date("openapi.json", &(server::description() + "\n"));
}

/// Where a code is told: status, then calls.
type Told = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_lowercase() || c == '_')).filter(|word| !word.is_empty())
}

fn told(known: &BTreeMap<String, String>) -> Told {
    let document: Value = serde_json::from_str(&server::description()).unwrap();
    let mut told = Told::new();
    for (path, calls) in document["paths"].as_object().unwrap() {
        for (method, call) in calls.as_object().unwrap() {
            let name = format!("{} {}", method.to_uppercase(), path.trim_start_matches("/api/v1"));
            for (status, response) in call["responses"].as_object().unwrap() {
                let description = response["description"].as_str().unwrap_or_default();
                for code in words(description).filter(|word| known.contains_key(*word) && status.as_str() >= "400") {
                    let statuses = told.entry(code.to_owned()).or_default();
                    statuses.entry(status.clone()).or_default().insert(name.clone());
                }
            }
        }
    }
    told
}

/// A string literal of a source file.
struct Literal {
    from: usize,
    to: usize,
    value: String,
}

fn literals(text: &str) -> Vec<Literal> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at = text[at..].find('\n').map_or(bytes.len(), |end| at + end);
            }
            b'\'' if bytes.get(at + 1) == Some(&b'"') => at += 3,
            b'\'' if text[at..].starts_with("'\\''") || text[at..].starts_with("'\\\"'") => at += 4,
            b'"' => {
                let (from, mut value) = (at, String::new());
                let mut rest = text[at + 1..].char_indices();
                while let Some((place, c)) = rest.next() {
                    match c {
                        '"' => {
                            at += place + 2;
                            break;
                        }
                        '\\' => match rest.next() {
                            Some((_, '\n')) => value.push('\n'),
                            Some((_, other)) => value.push(other),
                            None => {}
                        },
                        c => value.push(c),
                    }
                }
                // A line continued swallows the blanks at the beginning of the next one.
                let value = value.split('\n').map(str::trim_start).collect::<String>();
                found.push(Literal { from, to: at, value });
            }
            _ => at += 1,
        }
    }
    found
}

fn is_code(value: &str) -> bool {
    !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}

fn is_sentence(value: &str) -> bool {
    value.starts_with(|c: char| c.is_uppercase()) && value.ends_with('.')
}

/// What stands before the parenthesis a literal is in, and between the two.
fn call<'a>(text: &'a str, literal: &Literal) -> Option<(&'a str, &'a str)> {
    let before = &text[..literal.from];
    let mut depth = 0;
    for (at, c) in before.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' if depth == 0 => return Some((before[..at].trim_end(), before[at + 1..].trim())),
            '(' => depth -= 1,
            ';' | '{' | '}' if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// Every refusal of one file, with its meaning.
fn refusals(text: &str) -> Vec<(String, String)> {
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let literals = literals(text);
    let mut found = Vec::new();
    for (place, literal) in literals.iter().enumerate().filter(|(_, literal)| is_code(&literal.value)) {
        let Some((name, arguments)) = call(text, literal) else { continue };
        let next = literals.get(place + 1);
        let between = next.map_or("", |next| text[literal.to..next.from].trim_matches([',', ' ', '\n', '(']));
        let beside = next.filter(|_| matches!(between, "" | "format!")).map(|next| next.value.clone());
        let first = ["::conflict", "::forbidden", "::malformed", "::unprocessable"].iter().any(|by| name.ends_with(by));
        let second = ["Refused::new", "Self::new"].iter().any(|by| name.ends_with(by));
        let pair = name.ends_with("=>") || name.ends_with('{') || name.ends_with(',');
        let refuses = (first && arguments.is_empty())
            || (second && arguments.ends_with(',') && arguments.matches(',').count() == 1)
            || (pair && arguments.is_empty() && beside.as_deref().is_some_and(is_sentence));
        if !refuses {
            continue;
        }
        let named = text[literal.to..].trim_start_matches([',', ' ', '\n']).split([')', ',', '\n', ' ']).next();
        let elsewhere = || {
            let begins = text[..literal.from].rfind(&format!("let {} =", named?))?;
            literals.iter().find(|literal| literal.from > begins).map(|literal| literal.value.clone())
        };
        let meaning = beside.filter(|beside| beside.contains(' ')).or_else(elsewhere).unwrap_or_default();
        found.push((literal.value.clone(), meaning));
    }
    found
}

/// Why an upload cannot be read: codes and words stand apart, by variant.
fn unreadable(text: &str) -> Vec<(String, String)> {
    let text = &text[text.find("impl Unreadable").unwrap()..];
    let (codes, words) = text.split_at(text.find("impl fmt::Display").unwrap());
    let by_variant = |text: &str| -> Vec<(String, String)> {
        let variants = text.match_indices("Self::").map(|(at, _)| &text[at + 6..]);
        let variant = |rest: &str| rest.split(|c: char| !c.is_alphanumeric()).next().unwrap().to_owned();
        variants.filter_map(|rest| Some((variant(rest), literals(rest).into_iter().next()?.value))).collect()
    };
    let words: BTreeMap<String, String> = by_variant(words).into_iter().collect();
    let codes = by_variant(codes).into_iter().filter(|(_, code)| is_code(code));
    codes.map(|(variant, code)| (code, words[&variant].clone())).collect()
}

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Every code in the source, with its meaning: all of them, where it is said in several words.
fn known() -> BTreeMap<String, String> {
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    for (path, text) in files {
        let mut found = refusals(&text);
        if path.ends_with("sheet/unreadable.rs") {
            found.extend(unreadable(&text));
        }
        for (code, meaning) in found {
            let known = known.entry(code).or_default();
            if !known.contains(&meaning) {
                *known = if known.is_empty() { meaning } else { format!("{known}<br>{meaning}") };
            }
        }
    }
    known
}

#[test]
fn every_refusal_is_documented_by_a_call_and_every_documented_one_is_in_the_source() {
    let known = known();
    assert!(known.len() > 80, "the source was not understood: {known:?}");
    let told = told(&known);
    let silent: Vec<&String> =
        known.keys().filter(|code| !told.contains_key(*code) && of_pages(code).is_none()).collect();
    assert!(silent.is_empty(), "no call documents {silent:?}: say it in the responses of its utoipa::path");
    let dumb: Vec<&String> = known.iter().filter(|(_, meaning)| meaning.is_empty()).map(|(code, _)| code).collect();
    assert!(dumb.is_empty(), "without words: {dumb:?}");
    let mut files = Vec::new();
    sources(&root().join("src"), &mut files);
    let document: Value = serde_json::from_str(&server::description()).unwrap();
    for call in document["paths"].as_object().unwrap().values().flat_map(|calls| calls.as_object().unwrap().values()) {
        for response in call["responses"].as_object().unwrap().values() {
            let quoted = response["description"].as_str().unwrap_or_default().split('`').skip(1).step_by(2);
            for word in quoted.filter(|word| is_code(word)) {
                let literal = format!("\"{word}\"");
                let field = format!("{word}: ");
                let is_there = files.iter().any(|(_, text)| text.contains(&literal) || text.contains(&field));
                assert!(is_there, "{}: `{word}` is nowhere in the source", call["operationId"]);
            }
        }
    }
}

#[test]
fn the_list_of_refusals_is_committed() {
    let known = known();
    let told = told(&known);
    let mut page = String::from(
        "# Refusals\n\n\
         Made from the code; `just bless` writes it anew, and a test fails where it is stale.\n\n\
         An answer that refuses is `application/problem+json` (RFC 9457) with a stable `code`. Programs may rely on the \
         code and the status; the words may change. For invalid input `errors` says what is wrong with which field. \
         Calls are below `/api/v1`.\n\n\
         | code | status | meaning | where |\n|---|---|---|---|\n",
    );
    for (code, meaning) in &known {
        let statuses = told.get(code);
        let status: Vec<&str> = statuses.into_iter().flat_map(BTreeMap::keys).map(String::as_str).collect();
        let calls: BTreeSet<&String> = statuses.into_iter().flat_map(BTreeMap::values).flatten().collect();
        let place = match (calls.len(), of_pages(code)) {
            (_, Some(_)) => "forms of pages".to_owned(),
            (13.., _) => format!("{} calls", calls.len()),
            _ => calls.iter().map(|call| format!("`{call}`")).collect::<Vec<_>>().join("<br>"),
        };
        let status = of_pages(code).map_or_else(|| status.join(", "), str::to_owned);
        let meaning = meaning.replace('|', "\\|");
        writeln!(page, "| `{code}` | {status} | {meaning} | {place} |").unwrap();
    }
    is_up_to_date("errors.md", &page);
}
