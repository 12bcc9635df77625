//! The law of the rooms: `src/lib.rs` lists them in the order of the event, and a room uses only
//! what stands above it.
#![expect(clippy::unwrap_used, reason = "a test may stop")]

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

struct Source {
    file: String,
    room: String,
    text: String,
}

fn source() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    rust_files(&root, &mut paths);
    let read = |path: PathBuf| {
        let file = path.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/");
        let room = file.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        Source { file, room, text: fs::read_to_string(path).unwrap() }
    };
    paths.into_iter().map(read).collect()
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn order() -> HashMap<String, usize> {
    let contents = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
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
        let roof = ["server", "commands", "lib", "main"].contains(&room.as_str());
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
    let inviting = ["invitations/invite.rs", "registrations/import.rs", "registrations/known.rs"];
    let rooms = ["organizations/grant.rs", "units/appoint.rs", "events/enlist.rs"];
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
