//! The five kinds of file in a room (docs/architecture.md): what each is known by, where it lies, and that no file is
//! of two kinds.

use std::collections::HashSet;
use std::path::Path;

use crate::{Source, files, order, source};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    /// A table, or a value that is what it is by itself.
    Noun,
    /// Something that happens, in one transaction.
    Verb,
    /// What somebody is written.
    Letter,
    /// Where people and programs meet the room.
    Place,
}

/// Nouns that hold the one verb that writes their rows and nothing else.
const WITH_THEIR_VERB: [(&str, &str); 7] = [
    ("accounts/letter_request.rs", "a request is written down, and nothing more happens"),
    ("accounts/sign_in_throttle.rs", "an attempt is written down and judged by those before it"),
    ("badges/code.rs", "codes of a former key are sealed anew"),
    ("couples/given_contact.rs", "what was given before it was kept is kept"),
    ("plaza/quiz_answer.rs", "an answer to a quiz is its row"),
    ("plaza/daily_check_in.rs", "a check-in is its row"),
    ("plaza/like.rs", "a like is its row"),
];

/// Functions with a second transaction.
const TWICE: [(&str, &str); 1] =
    [("accounts/sign_in_throttle.rs", "an attempt counts from its own commit; a refused one is forgotten in another")];

/// What of a file is not its tests.
fn body(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap()
}

/// The files of the rooms of the event; the ground below them and the roof above have other kinds.
fn of_rooms() -> Vec<Source> {
    let order = order();
    let place = |room: &str| order.get(room).copied().unwrap();
    let (first, last) = (place("accounts"), place("office"));
    source()
        .into_iter()
        .filter(|source| order.get(&source.room).is_some_and(|at| (first..=last).contains(at)))
        .collect()
}

/// By its marks; one without any is a question, a value, the frame of a room, or what a verb does in parts.
fn kinds(text: &str) -> HashSet<Kind> {
    let calls = ["get", "post", "put", "patch", "delete"].map(|method| format!("#[{method}(\""));
    let marks = [
        (Kind::Place, calls.iter().any(|call| text.contains(call)) || text.contains("#[template(")),
        (Kind::Letter, text.contains("letter_words!")),
        (Kind::Verb, text.contains(".begin_write()")),
        (Kind::Noun, text.contains("DeriveEntityModel")),
    ];
    marks.into_iter().filter(|(_, marked)| *marked).map(|(kind, _)| kind).collect()
}

/// A function and what follows it, up to the next.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    text.split("fn ").skip(1)
}

#[test]
fn a_file_is_of_one_kind() {
    let mut broken = Vec::new();
    for Source { file, text, .. } in of_rooms() {
        let kinds = kinds(body(&text));
        let with_its_verb = WITH_THEIR_VERB.iter().any(|(noun, _)| *noun == file);
        let wanted = HashSet::from([Kind::Noun, Kind::Verb]);
        if with_its_verb && kinds != wanted {
            broken.push(format!("src/{file} holds no verb any more: take it off the list"));
        } else if !with_its_verb && kinds.len() > 1 {
            broken.push(format!("src/{file} is {kinds:?}"));
        }
    }
    assert!(broken.is_empty(), "a noun, a verb, a question, a letter or a place\n{}", broken.join("\n"));
}

/// A place is called `api` or `page`, `<what>_api` or `<what>_page`, or has the template it fills beside it.
#[test]
fn a_place_is_found_by_its_name() {
    let templates: HashSet<String> =
        ["html", "svg"].iter().flat_map(|ending| files(ending)).map(|one| one.file).collect();
    let mut broken = Vec::new();
    for Source { file, text, .. } in of_rooms().into_iter().filter(|one| kinds(body(&one.text)).contains(&Kind::Place))
    {
        let stem = Path::new(&file).file_stem().unwrap().to_string_lossy().into_owned();
        let named = ["api", "page"].iter().any(|kind| stem == *kind || stem.ends_with(&format!("_{kind}")));
        let folder = Path::new(&file).parent().unwrap();
        let own = text.split("#[template(path = \"").skip(1).filter_map(|rest| rest.split('"').next());
        let beside = own.filter(|path| Path::new(path).parent() == Some(folder)).any(|path| templates.contains(path));
        if !named && !beside {
            broken.push(format!("src/{file}"));
        }
    }
    assert!(broken.is_empty(), "call them <what>_api.rs or <what>_page.rs\n{}", broken.join("\n"));
}

#[test]
fn letters_and_refusals_lie_in_files_of_that_name() {
    for Source { file, text, .. } in of_rooms() {
        assert!(!text.contains("letter_words!") || file.ends_with("/letters.rs"), "src/{file} holds a letter");
        assert!(!text.contains("refusals! {") || file.ends_with("/refusals.rs"), "src/{file} holds refusals");
    }
    let rooms: HashSet<String> = source().into_iter().map(|source| source.file).collect();
    for letter in files("txt") {
        let facts = Path::new(&letter.file).with_file_name("letters.rs").to_string_lossy().into_owned();
        assert!(rooms.contains(&facts), "src/{} has no letters.rs beside it", letter.file);
    }
}

#[test]
fn a_function_begins_one_transaction_at_most() {
    for Source { file, text, .. } in of_rooms() {
        let most = functions(body(&text)).map(|function| function.matches(".begin_write()").count()).max();
        let allowed = if TWICE.iter().any(|(twice, _)| *twice == file) { 2 } else { 1 };
        assert!(most.unwrap_or(0) <= allowed, "src/{file}: a function begins {most:?} transactions");
    }
}

/// What became true is announced after the commit: whoever hears of it reads it again.
#[test]
fn news_follows_the_commit() {
    for Source { file, text, .. } in of_rooms() {
        for function in functions(body(&text)).filter(|function| function.contains(".begin_write()")) {
            let announced = function.find("happenings.announce(").unwrap_or(usize::MAX);
            let committed = function.find(".commit").unwrap_or(0);
            assert!(committed < announced, "src/{file} announces what is not committed yet");
        }
    }
}

/// A template fills the frame (`page`) or one of its own room or an earlier one, and takes parts from these.
#[test]
fn a_template_uses_only_what_stands_above_it() {
    let order = order();
    let mut broken = Vec::new();
    for ending in ["html", "txt", "rs"] {
        let marks: &[&str] = match ending {
            "rs" => &["#[template(path = \""],
            _ => {
                &["{% extends \"", "{% include \"", "{% import \"", "{%- extends \"", "{%- include \"", "{%- import \""]
            }
        };
        for Source { file, room, text } in files(ending) {
            let Some(own) = order.get(&room) else { continue };
            let used = marks.iter().flat_map(|mark| text.split(mark).skip(1)).filter_map(|rest| rest.split('"').next());
            for template in used {
                let of = template.split('/').next().unwrap();
                match order.get(of) {
                    Some(at) if at <= own => {}
                    Some(_) => broken.push(format!("src/{file} uses {template}, which comes later")),
                    None => broken.push(format!("src/{file} uses {template}, which is of no room")),
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
