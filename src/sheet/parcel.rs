//! A workbook is a ZIP of XML from a stranger. Before a reader of workbooks sees it, everything in it is unpacked
//! here under a count of bytes and packed again without compression, so that what was counted is what is read.

use std::collections::HashSet;
use std::io::{Cursor, Read, Write};

use memchr::memmem;
use quick_xml::events::{BytesStart, BytesText, Event};
use quick_xml::{Reader, Writer};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::Unreadable;

/// What a cell holds in place of the result of a formula that was never calculated.
pub const NOT_CALCULATED: &str = "\u{E000}formula without a value\u{E000}";

const MOST_BYTES: u64 = 50 * 1024 * 1024;
const MOST_ENTRIES: usize = 2_000;
/// Spreadsheets of one repeated value reach about 100; bombs begin at 1,000.
const HIGHEST_RATIO: u64 = 400;
const SMALL: u64 = 1024 * 1024;
/// Everything but the cells and their texts is small: styles, relations, names of sheets.
const LARGEST_PART: u64 = 4 * 1024 * 1024;
/// 64 columns × 20,000 rows and then some; each becomes a string of its own in the reader, however short.
const MOST_TEXTS: usize = 1_500_000;

/// A workbook as a reader may see it.
pub struct Parcel {
    pub book: Cursor<Vec<u8>>,
    /// Whether any of its cells is merged.
    pub merges: bool,
}

/// Unpacks, counts, and packs the XML parts again, or refuses.
pub fn repack(bytes: &[u8]) -> Result<Parcel, Unreadable> {
    let mut from = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Unreadable::Damaged)?;
    if from.len() > MOST_ENTRIES {
        return Err(Unreadable::Bomb);
    }
    if !from.file_names().flatten().any(|name| part(&name) == "xl/workbook.xml") {
        return Err(Unreadable::NotATable);
    }
    let mut to = ZipWriter::new(Cursor::new(Vec::new()));
    let mut left = MOST_BYTES;
    let mut declared = 0_u64;
    let mut merges = false;
    for at in 0..from.len() {
        let mut entry = from.by_index(at).map_err(|_| Unreadable::Damaged)?;
        declared = declared.saturating_add(entry.size());
        let own_name = entry.name().map_err(|_| Unreadable::Damaged)?.into_owned();
        let (name, packed) = (part(&own_name), entry.compressed_size());
        if declared > MOST_BYTES || (entry.size() > SMALL && entry.size() / packed.max(1) > HIGHEST_RATIO) {
            return Err(Unreadable::Bomb);
        }
        if !(name.ends_with(".xml") || name.ends_with(".rels")) {
            continue;
        }
        let cells = name.starts_with("xl/worksheets/") || name == "xl/sharedstrings.xml";
        let cap = if cells { left } else { left.min(LARGEST_PART) };
        let mut xml = Vec::new();
        // What the entry says of its size is a claim: one byte more than allowed is read to see it broken.
        entry.by_ref().take(cap + 1).read_to_end(&mut xml).map_err(|_| Unreadable::Damaged)?;
        let real = xml.len() as u64;
        if real > cap || (real > SMALL && real / packed.max(1) > HIGHEST_RATIO) || count(&xml, b"<si") > MOST_TEXTS {
            return Err(Unreadable::Bomb);
        }
        left -= real;
        if names_twice(&xml).ok_or(Unreadable::Damaged)? {
            return Err(Unreadable::Bomb);
        }
        merges |= name.starts_with("xl/worksheets/") && has(&xml, b"mergeCell ");
        if name.starts_with("xl/worksheets/") && has(&xml, b"<f") {
            xml = mark_formulas(&xml).ok_or(Unreadable::Damaged)?;
        }
        let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        to.start_file(own_name, stored).map_err(|_| Unreadable::Damaged)?;
        to.write_all(&xml).map_err(|_| Unreadable::Damaged)?;
    }
    let book = to.finish().map_err(|_| Unreadable::Damaged)?;
    Ok(Parcel { book, merges })
}

/// Whether the sheets a part lists are not as many parts: each is read once for its bytes, and one that is listed a
/// thousand times would be read a thousand times. `None` where the XML does not parse.
fn names_twice(xml: &[u8]) -> Option<bool> {
    if !has(xml, b"sheet ") && !has(xml, b"Relationship ") {
        return Some(false);
    }
    let mut reader = Reader::from_reader(xml);
    reader.config_mut().check_end_names = false;
    let mut seen = HashSet::new();
    loop {
        let event = reader.read_event().ok()?;
        let (Event::Start(start) | Event::Empty(start)) = &event else {
            if matches!(event, Event::Eof) {
                return Some(false);
            }
            continue;
        };
        let attribute = |name: &str| {
            let mut attributes = start.attributes();
            let mut all = attributes.with_checks(false).flatten();
            let found = all.find(|attribute| attribute.key.local_name().as_ref() == name);
            found.map(|attribute| attribute.value.to_string())
        };
        let is_worksheet = |kind: String| kind.ends_with("/worksheet") || kind.contains('&');
        let part = match start.local_name().as_ref() {
            "sheet" => attribute("id"),
            "Relationship" if attribute("Type").is_some_and(is_worksheet) => {
                attribute("Target").map(|target| ending(&target))
            }
            _ => None,
        };
        // No name that a spreadsheet gives has to be escaped.
        if part.is_some_and(|part| part.contains('&') || !seen.insert(part)) {
            return Some(true);
        }
    }
}

/// The folder and the name of a part, which may be said in many ways.
fn ending(target: &str) -> String {
    let target = part(target);
    let mut names = target.rsplit('/');
    let (name, folder) = (names.next().unwrap_or_default(), names.next().unwrap_or_default());
    format!("{folder}/{name}")
}

/// Names of parts are compared without case, and some writers use backslashes.
fn part(name: &str) -> String {
    name.to_ascii_lowercase().replace('\\', "/")
}

fn count(xml: &[u8], needle: &[u8]) -> usize {
    memmem::find_iter(xml, needle).count()
}

fn has(xml: &[u8], needle: &[u8]) -> bool {
    memmem::find(xml, needle).is_some()
}

/// Puts [`NOT_CALCULATED`] where a cell has a formula and no result, which a reader would show as an empty cell.
/// `None` where the XML does not parse.
fn mark_formulas(xml: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader::from_reader(xml);
    reader.config_mut().check_end_names = false;
    let mut writer = Writer::new(Vec::with_capacity(xml.len()));
    let mut cell: Option<Formula<'_>> = None;
    loop {
        let event = reader.read_event().ok()?;
        match (&event, &mut cell) {
            (Event::Eof, _) => return cell.is_none().then(|| writer.into_inner()),
            (Event::Start(start), None) if start.local_name().as_ref() == "c" => {
                cell = Some(Formula { is_text: is_text(start), held: vec![event], ..Formula::default() });
                continue;
            }
            (Event::End(end), Some(_)) if end.local_name().as_ref() == "c" => {
                let done = cell.take()?;
                let head = done.held.first().and_then(|event| match event {
                    Event::Start(start) if done.lacks_result() => Some(start),
                    _ => None,
                });
                match head {
                    Some(head) => write_mark(&mut writer, head)?,
                    None => done.held.into_iter().chain([event]).try_for_each(|held| writer.write_event(held)).ok()?,
                }
                continue;
            }
            (_, Some(cell)) => {
                cell.note(&event);
                cell.held.push(event);
                continue;
            }
            _ => {}
        }
        writer.write_event(event).ok()?;
    }
}

/// What is known of one cell while it is read.
#[derive(Default)]
struct Formula<'a> {
    held: Vec<Event<'a>>,
    is_text: bool,
    has_formula: bool,
    in_value: bool,
    has_value: bool,
}

impl Formula<'_> {
    fn note(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(start) | Event::Empty(start) if start.local_name().as_ref() == "f" => self.has_formula = true,
            Event::Start(start) if matches!(start.local_name().as_ref(), "v" | "t") => self.in_value = true,
            Event::End(end) if matches!(end.local_name().as_ref(), "v" | "t") => self.in_value = false,
            Event::Text(text) if self.in_value && !text.is_empty() => self.has_value = true,
            Event::GeneralRef(_) if self.in_value => self.has_value = true,
            _ => {}
        }
    }

    /// A formula whose result is the empty text says so with `t="str"`; any other without a value has no result.
    fn lacks_result(&self) -> bool {
        self.has_formula && !self.has_value && !self.is_text
    }
}

fn is_text(cell: &BytesStart<'_>) -> bool {
    cell.attributes().flatten().any(|attribute| attribute.key.as_ref() == "t" && attribute.value.as_ref() == "str")
}

fn write_mark(writer: &mut Writer<Vec<u8>>, cell: &BytesStart<'_>) -> Option<()> {
    let place = cell.attributes().flatten().find(|attribute| attribute.key.as_ref() == "r");
    let element = writer.create_element("c").with_attributes(place).with_attribute(("t", "str"));
    let written = element.write_inner_content(|inner| {
        inner.create_element("v").write_text_content(BytesText::new(NOT_CALCULATED)).map(drop)
    });
    written.ok().map(drop)
}
