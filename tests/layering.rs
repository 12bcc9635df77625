//! The law of the rooms: the roots of the house's crates list them in the order of the event, and a room uses only
//! what stands above it. The compiler knows that between two crates; this knows it inside of one, too.
#![expect(clippy::unwrap_used, reason = "a test may stop")]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

#[path = "layering/kinds.rs"]
mod kinds;
#[path = "layering/posts.rs"]
mod posts;

/// The roots of the crates of the house, from the ground up.
const ROOTS: [&str; 5] = ["ground.rs", "before.rs", "evening.rs", "after.rs", "lib.rs"];

struct Source {
    file: String,
    room: String,
    text: String,
}

fn source() -> Vec<Source> {
    files("rs")
}

/// What the rooms hold of files with this ending.
fn files(ending: &str) -> Vec<Source> {
    files_in("src", ending)
}

fn files_in(folder: &str, ending: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths = Vec::new();
    gather(&root, ending, &mut paths);
    let read = |path: PathBuf| {
        let file = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let room = file.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        Source { file, room, text: fs::read_to_string(path).unwrap() }
    };
    paths.into_iter().map(read).collect()
}

fn gather(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            gather(&path, ending, found);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
}

fn order() -> HashMap<String, usize> {
    let root = |file: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file)).unwrap();
    let contents = ROOTS.map(root).concat();
    let rooms = contents.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    rooms.enumerate().map(|(place, room)| (room.to_owned(), place)).collect()
}

/// Every room named by a `crate::` path, in the plain and in the nested form.
fn rooms_named(text: &str) -> Vec<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut named = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let Some(list) = rest.strip_prefix('{') else {
            named.push(rest.chars().take_while(|c| is_word(*c)).collect());
            continue;
        };
        let (mut depth, mut item) = (1, String::new());
        for c in list.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => {}
            }
            if depth == 0 || (depth == 1 && c == ',') {
                named.push(item.trim().chars().take_while(|c| is_word(*c)).collect());
                item.clear();
            } else {
                item.push(c);
            }
            if depth == 0 {
                break;
            }
        }
    }
    named
}

#[test]
fn a_room_uses_only_what_stands_above_it() {
    let order = order();
    let mut broken = Vec::new();
    for Source { file, room, text } in source() {
        let Some(own) = order.get(&room) else { continue };
        for named in rooms_named(&text) {
            if order.get(&named).is_some_and(|place| place > own) {
                broken.push(format!("{file} uses {named}, which comes later"));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn only_the_database_begins_a_transaction() {
    let begins = ["begin_with_options(", "begin_with_config(", ".begin()", ".transaction("];
    for Source { file, text, .. } in source().into_iter().filter(|source| source.room != "database") {
        assert!(!begins.iter().any(|begin| text.contains(begin)), "{file} begins a transaction by itself");
    }
}

#[test]
fn places_are_named_by_the_roof_alone() {
    for Source { file, room, text } in source() {
        let roof =
            ["server", "commands", "lib", "main", "ground", "before", "evening", "after"].contains(&room.as_str());
        let names_a_place = |line: &str| {
            // The frame of all pages is ground, not a place.
            let line = &line.replace("crate::page", "crate::frame");
            line.contains("crate::") && ["::api::", "::api;", "::page::", "::page;"].iter().any(|p| line.contains(p))
        };
        assert!(roof || !text.lines().any(names_a_place), "{file} names another room's place");
    }
}

#[test]
fn no_file_is_a_junk_drawer() {
    let banned =
        ["utils", "util", "helpers", "common", "misc", "core", "manager", "service", "handler", "types", "dto"];
    for Source { file, .. } in source() {
        for part in file.trim_end_matches(".rs").split('/') {
            assert!(!banned.contains(&part), "{file} says nothing about what is in it");
        }
    }
}

/// Naming an address costs and says the same whether or not it has an account, because whoever
/// invites does not look: these files ask the database for no account by an address.
#[test]
fn whoever_invites_does_not_look_for_accounts() {
    let inviting = ["invitations/invite.rs", "registrations/import.rs", "registrations/prior_invitations.rs"];
    let rooms = ["organizations/grant.rs", "units/appoint.rs", "events/appoint_crew.rs"];
    for Source { file, text, .. } in source() {
        let asks = |question: &str| text.contains(question);
        if inviting.contains(&file.as_str()) {
            assert!(!asks("account::Entity") && !asks("profile"), "{file} looks for accounts");
        }
        if inviting.contains(&file.as_str()) || rooms.contains(&file.as_str()) {
            assert!(!asks("of_email") && !asks("Column::Email"), "{file} looks for an address");
        }
        // An address is looked for among invitations in one file, and among accounts in few.
        assert!(!asks("invitation::Column::Email") && !asks("invitations::invitation::Column::Email"), "{file}");
    }
}

/// The description keeps one schema a name: of two types of one name it would describe one, and
/// whoever reads it would be told a wrong body.
#[test]
fn no_two_types_share_a_name_in_the_description() {
    let mut named: HashMap<String, String> = HashMap::new();
    for Source { file, text, .. } in source() {
        let (mut described, mut renamed) = (false, None);
        for line in text.lines().map(str::trim_start) {
            let mut parts = line.split_whitespace().skip_while(|word| word.starts_with("pub"));
            match (parts.next(), parts.next()) {
                _ if line.starts_with("#[derive(") => described = line.contains("ToSchema"),
                _ if line.starts_with("#[schema(as = ") => renamed = line.split(['=', ',', ')']).nth(1),
                (Some("struct" | "enum"), Some(name)) if described => {
                    let own = name.split(|c: char| !c.is_alphanumeric()).next().unwrap();
                    let name = renamed.take().unwrap_or(own).trim().to_owned();
                    let other = named.insert(name.clone(), file.clone());
                    assert!(other.is_none(), "{name} is described in {file} and {other:?}");
                    described = false;
                }
                _ => {}
            }
        }
    }
    assert!(named.len() > 100, "{} types are described", named.len());
}

const TREE: &str = "A template reads as a tree: no line is over 120 characters, an element begins its line unless it \
                    stands among words, what spans lines ends at the beginning of one, and a line stands two spaces \
                    further in for every element and every block around it.";

/// Elements that stand among words, and what a browser without scripts is told in a `<noscript>`.
const AMONG_WORDS: [&str; 13] =
    ["a", "b", "bdi", "br", "button", "code", "i", "input", "kbd", "meta", "span", "strong", "time"];
const HOLD_NOTHING: [&str; 7] = ["br", "col", "hr", "img", "input", "link", "meta"];
const BLOCKS: [&str; 7] = ["block", "call", "for", "if", "macro", "match", "when"];

/// The tag a text begins with: askama's, or an element's, in which askama's may stand.
fn tag(text: &str) -> Option<&str> {
    for (begin, end) in [("{%", "%}"), ("{{", "}}"), ("{#", "#}")] {
        if text.starts_with(begin) {
            return Some(&text[..text.find(end).unwrap() + end.len()]);
        }
    }
    if !text.starts_with('<') {
        return None;
    }
    let mut at = 1;
    while !text[at..].starts_with('>') {
        at += tag(&text[at..]).map_or_else(|| text[at..].chars().next().unwrap().len_utf8(), str::len);
    }
    Some(&text[..=at])
}

/// The lines of a template that do not read as a tree, and what is wrong with them.
fn knots(text: &str) -> Vec<(usize, String)> {
    let mut knots = Vec::new();
    // What is open, and the line on which its content begins.
    let mut open: Vec<(&str, usize)> = Vec::new();
    let (mut at, mut line, mut start, mut first) = (0, 1, 0, true);
    while let Some(c) = text[at..].chars().next() {
        let rest = &text[at..];
        if c.is_whitespace() {
            at += c.len_utf8();
            if c == '\n' {
                (line, start, first) = (line + 1, at, true);
            }
            continue;
        }
        let whole = tag(rest).unwrap_or(&rest[..c.len_utf8()]);
        let (element, closes, askama) = (whole.starts_with('<'), whole.starts_with("</"), whole.starts_with("{%"));
        let word = whole.trim_start_matches(['<', '{', '%', '-', '/', ' ', '\n']);
        let word = &word[..word.find(|c: char| !c.is_alphanumeric()).unwrap_or(word.len())];
        // An arm of a `match` ends where the next begins.
        let next_arm = askama && word == "when" && open.last().is_some_and(|(name, _)| *name == "when");
        let ended = match closes || next_arm {
            true => Some(word),
            false => word.strip_prefix("end").filter(|_| askama),
        };
        if let Some(ended) = ended {
            let (_, since) = std::iter::from_fn(|| open.pop()).find(|(name, _)| *name == ended).unwrap();
            if since != line && !first {
                knots.push((line, format!("{ended} ends in the middle of the line")));
            }
        }
        let indent = 2 * (open.len() - usize::from(askama && word == "else"));
        if first && at - start != indent {
            knots.push((line, format!("begins after {} spaces and not after {indent}", at - start)));
        }
        let begins = !closes && if element { !word.is_empty() } else { askama && BLOCKS.contains(&word) };
        if element && begins && !first && !AMONG_WORDS.contains(&word) {
            knots.push((line, format!("<{word}> begins in the middle of the line")));
        }
        let mut end = at + whole.len();
        if element && begins && ["pre", "textarea"].contains(&word) {
            end += text[end..].find("</").unwrap();
        }
        line += text[at..end].matches('\n').count();
        (at, first) = (end, false);
        if begins && !(element && (HOLD_NOTHING.contains(&word) || whole.ends_with("/>"))) {
            open.push((word, line));
        }
    }
    knots
}

#[test]
fn templates_read_as_trees() {
    let mut broken = Vec::new();
    for Source { file, text, .. } in files("html") {
        let long = text.lines().enumerate().filter(|(_, line)| line.chars().count() > 120);
        let long = long.map(|(above, _)| (above + 1, "is over 120 characters".to_owned()));
        broken.extend(long.chain(knots(&text)).map(|(line, why)| format!("src/{file}:{line}: {why}")));
    }
    assert!(broken.is_empty(), "{TREE}\n{}", broken.join("\n"));
}

/// A name reads in its own direction, and turns nothing that stands beside it. In titles and attributes no element stands.
#[test]
fn names_stand_isolated() {
    let is_name = |gap: &str| {
        let names = ["nickname", "real_name", "unit.name", "shown.unit"];
        names.iter().any(|name| gap == *name || gap.ends_with(&format!(".{name}"))) || gap.contains("nickname(")
    };
    let mut broken = Vec::new();
    for Source { file, text, .. } in files("html") {
        for (above, line) in text.lines().enumerate() {
            for (at, _) in line.match_indices("{{ ").filter(|_| !line.contains("block title")) {
                let (before, gap) = (&line[..at], line[at + 3..].split(" }}").next().unwrap());
                let in_attribute = before.rsplit_once("=\"").is_some_and(|(_, rest)| !rest.contains('"'));
                if is_name(gap) && !in_attribute && before.rfind("<bdi>") <= before.rfind("</bdi>") {
                    broken.push(format!("src/{file}:{}: {}", above + 1, line.trim()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "a name stands in a <bdi>\n{}", broken.join("\n"));
}

/// What a function may not be called: each of these was the name of ten different things.
const BANNED: [&str; 12] =
    ["asked", "called", "company", "enlist", "enter", "meant", "said", "settle", "shown", "told", "tried", "words"];

#[test]
fn a_function_is_called_what_it_does() {
    let mut broken = Vec::new();
    for folder in ["src", "tests", "crates", "examples", "migration/src"] {
        for Source { file, text, .. } in files_in(folder, "rs") {
            let names = text.split("fn ").skip(1).filter_map(|rest| rest.split(['(', '<']).next());
            broken.extend(names.filter(|name| BANNED.contains(name)).map(|name| format!("{folder}/{file}: fn {name}")));
        }
    }
    assert!(broken.is_empty(), "say what it is: show_unit, find_visible, UnitView\n{}", broken.join("\n"));
}

/// Words that a variable is called by only where nobody thought of what it holds.
const VAGUE: [&str; 6] = ["asked", "said", "settle", "shown", "told", "words"];

#[test]
fn a_variable_is_called_what_it_holds() {
    let mut broken = Vec::new();
    for folder in ["src", "tests", "crates", "examples"] {
        for Source { file, text, .. } in files_in(folder, "rs") {
            let names = text.split("let ").skip(1).map(|rest| rest.trim_start_matches("mut "));
            let names = names.filter_map(|rest| rest.split(|c: char| c != '_' && !c.is_alphanumeric()).next());
            broken.extend(names.filter(|name| VAGUE.contains(name)).map(|name| format!("{folder}/{file}: {name}")));
        }
    }
    assert!(broken.is_empty(), "answer, text, request, report, view ...\n{}", broken.join("\n"));
}

/// Files in which Chinese stands that is no sentence for anybody: what people type or a list is headed by, what
/// stands in a row or on a badge, and names.
const DATA: [(&str, &str); 24] = [
    ("accounts/address.rs", "what people put between addresses"),
    ("accounts/age.rs", "dates as people type them"),
    ("accounts/my_profile.rs", "degrees as rows hold them, and what people put between interests"),
    ("accounts/password_strength.rs", "what no password may consist of"),
    ("accounts/personal.rs", "the nickname that an erased account leaves in its row"),
    ("announcements/placeholders.rs", "the gaps an organizer writes"),
    ("accounts/nickname.rs", "what a number begins with"),
    ("badges/number.rs", "what a number begins with"),
    ("badges/print_page.rs", "what a number begins with"),
    ("confessions/refusals.rs", "the name of a segment, to programs"),
    ("page/styleguide.rs", "samples"),
    ("points/terms.rs", "what people put between numbers"),
    ("registrations/age_band.rs", "age bands as people type them"),
    ("registrations/entrant.rs", "headings of lists, and what stands below them"),
    ("registrations/join.rs", "the nickname of whoever has none"),
    ("server/openapi.rs", "the name of the house"),
    ("sheet/corrections.rs", "the heading of what is to put right"),
    ("sheet/header.rs", "what stands around a heading"),
    ("sheet/headings.rs", "headings of lists"),
    ("sheet/note.rs", "what begins a line that is no row"),
    ("sheet/separators.rs", "what people put between cells"),
    ("sheet/written.rs", "what makes a formula of a cell"),
    ("units/import.rs", "headings of lists"),
    ("units/page/contact.rs", "what people put between addresses"),
];

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ffef}')
}

/// What people read lies in `locales/` and in the letters' files, in both languages.
#[test]
fn no_sentence_stands_in_rust() {
    let mut broken = Vec::new();
    for Source { file, text, .. } in source() {
        let is_story = ["commands/demo/", "commands/rehearse/"].iter().any(|folder| file.starts_with(folder));
        if is_story || file.ends_with("tests.rs") || DATA.iter().any(|(data, _)| *data == file) {
            continue;
        }
        // Comments and attributes (examples for programs) are left out; tests stand last in their file.
        let lines = text.lines().enumerate().take_while(|(_, line)| !line.contains("#[cfg(test)]"));
        for (above, line) in lines.filter(|(_, line)| !["//", "#["].iter().any(|mark| line.trim().starts_with(mark))) {
            let line = line.split(" // ").next().unwrap();
            let chooses = line
                .split("choose(\"")
                .skip(1)
                .any(|rest| !["zh-CN\"", "en\""].iter().any(|tag| rest.starts_with(tag)));
            if chooses || line.chars().any(is_chinese) {
                broken.push(format!("src/{file}:{}: {}", above + 1, line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "words belong into locales/ or a letter's file\n{}", broken.join("\n"));
}

#[test]
fn words_lie_in_a_file_of_their_room() {
    let order = order();
    for language in ["zh-CN", "en"] {
        let mut paths = Vec::new();
        gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(language), "ftl", &mut paths);
        for path in paths {
            let room = path.file_stem().unwrap().to_string_lossy();
            assert!(order.contains_key(&*room), "{} is named after no room", path.display());
        }
    }
}

#[test]
fn every_letter_has_a_button_in_both_languages() {
    let letters: HashMap<String, String> = files("txt").into_iter().map(|letter| (letter.file, letter.text)).collect();
    for (file, text) in &letters {
        let other = [(".zh.txt", ".en.txt"), (".en.txt", ".zh.txt")]
            .iter()
            .find_map(|(own, other)| Some(format!("{}{other}", file.strip_suffix(own)?)));
        assert!(letters.contains_key(&other.unwrap()), "src/{file} stands in one language");
        let last = text.trim_end().lines().last().unwrap();
        assert!(last.starts_with('[') && last.ends_with(']'), "src/{file} ends without its button: {last}");
    }
    assert!(letters.len() >= 40);
}
