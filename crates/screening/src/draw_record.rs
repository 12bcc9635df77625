//! The record of a draw: what was published before it, what it was drawn by, and who won, by the leaves of the list.
//! Whoever has the file can recompute it byte for byte; the one that anybody may read holds nothing but leaves.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::draw::{self, Prize, Rules};
use super::lottery::{self, Hash, Salt};

pub const FORMAT: &str = "queqiao/draw/v1";

const FINGERPRINT_LABEL: &[u8] = b"queqiao/draw/v1\0";

/// What a draw is drawn by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Source {
    /// A public draw to come, by name.
    Public { named: String },
    /// Numbers that guests call out, one after another.
    Hall {},
}

/// What is published while nobody can know what the draw will come to. Its digest is the fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Announcement {
    pub format: String,
    pub event: String,
    /// The number of the draw among those of the event.
    pub draw: u32,
    pub name: String,
    /// Among whom it is drawn, as the service calls it.
    pub among: serde_json::Value,
    pub prizes: Vec<Prize>,
    /// Whether one person may win several times.
    pub again: bool,
    /// Whether whoever is not inside at the draw is passed over.
    pub present: bool,
    pub source: Source,
    pub list_root: String,
    pub people: u32,
    /// When it was published: `2026-08-22T11:00:00.000Z`. What the draw came to must not have been known by then.
    pub fixed_at: String,
}

/// A leaf of the list; with number and salt where the file is for whoever may see all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub leaf: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub announcement: Announcement,
    pub fingerprint: String,
    /// In the order of the leaves.
    pub entries: Vec<Entry>,
    /// Leaves of those who were in the list and not in the draw: they withdrew, had left, or had won elsewhere.
    pub passed_over: Vec<String>,
    pub beacon: String,
    pub seed: String,
    /// For each prize the leaves that were drawn, the smallest ticket first.
    pub won: Vec<Vec<String>>,
}

/// Why a file is not the record of a draw that holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotHolding {
    #[error("this is not the record of a draw: {0}")]
    Unreadable(String),
    #[error("{field}: the record says {recorded}, the list gives {found}")]
    Differs { field: &'static str, recorded: String, found: String },
    #[error("the leaf {0} is not that of its number and salt")]
    Leaf(String),
    #[error("entries: each leaf stands once, in the order of the leaves")]
    Order,
    #[error("won: the list and the seed give others")]
    Won,
    #[error("the file is not written as records are: the same content, but not byte for byte")]
    Bytes,
}

impl Announcement {
    /// The one way it is written.
    pub fn text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// `SHA-256("queqiao/draw/v1" ‖ 0x00 ‖ announcement)`, as text.
pub fn fingerprint(announcement: &str) -> Hash {
    Sha256::new().chain_update(FINGERPRINT_LABEL).chain_update(announcement.as_bytes()).finalize().into()
}

/// The root of a list, whose leaves stand in their own order.
pub fn list_root(leaves: &[Hash]) -> Hash {
    lottery::root(leaves)
}

/// 32 bytes in hexadecimal.
pub fn hash(text: &str) -> Option<Hash> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

/// 16 bytes in hexadecimal.
pub fn salt(text: &str) -> Option<Salt> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

impl Record {
    /// Draws among the list and writes down how. Entries and those passed over may come in any order.
    ///
    /// # Errors
    /// What cannot be read of the list.
    pub fn make(
        announcement: Announcement,
        mut entries: Vec<Entry>,
        mut passed_over: Vec<String>,
        beacon: &str,
    ) -> Result<Self, NotHolding> {
        entries.sort_by(|one, other| one.leaf.cmp(&other.leaf));
        passed_over.sort();
        let unreadable = |what: &str| NotHolding::Unreadable(format!("{what} is not hexadecimal"));
        let leaves = entries.iter().map(|entry| hash(&entry.leaf)).collect::<Option<Vec<Hash>>>();
        let leaves = leaves.ok_or_else(|| unreadable("a leaf"))?;
        let text = announcement.text().map_err(|error| NotHolding::Unreadable(error.to_string()))?;
        let fingerprint = fingerprint(&text);
        let seed = lottery::seed(&[], &fingerprint, beacon);
        let place = |leaf: &String| entries.binary_search_by(|entry| entry.leaf.cmp(leaf)).ok();
        let gone = passed_over.iter().map(place).collect::<Option<Vec<usize>>>();
        let gone = gone.ok_or_else(|| NotHolding::Unreadable("somebody is passed over who is not there".to_owned()))?;
        let rules = Rules { prizes: &announcement.prizes, again: announcement.again };
        let won = draw::drawn(&leaves, &gone, rules, &seed);
        let named = |places: Vec<usize>| -> Vec<String> {
            places.into_iter().filter_map(|place| Some(entries.get(place)?.leaf.clone())).collect()
        };
        let won = won.into_iter().map(named).collect();
        let (fingerprint, seed) = (HEXLOWER.encode(&fingerprint), HEXLOWER.encode(&seed));
        Ok(Self { announcement, fingerprint, entries, passed_over, beacon: beacon.to_owned(), seed, won })
    }

    /// The same without numbers and salts, for anybody.
    pub fn without_numbers(&self) -> Self {
        let entries = self.entries.iter().map(|entry| Entry { leaf: entry.leaf.clone(), number: None, salt: None });
        Self { entries: entries.collect(), ..self.clone() }
    }

    /// The one way a record is written: compact JSON in the order of the fields, and a line break.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Recomputes leaves, root, fingerprint, seed and who won from the file alone.
    ///
    /// # Errors
    /// What does not hold.
    pub fn verify(bytes: &[u8]) -> Result<Self, NotHolding> {
        let recorded: Self =
            serde_json::from_slice(bytes).map_err(|error| NotHolding::Unreadable(error.to_string()))?;
        if recorded.announcement.format != FORMAT {
            return Err(NotHolding::Unreadable(format!("format \"{}\"", recorded.announcement.format)));
        }
        if !recorded.entries.is_sorted_by(|one, other| one.leaf < other.leaf) {
            return Err(NotHolding::Order);
        }
        let mut leaves = Vec::with_capacity(recorded.entries.len());
        for entry in &recorded.entries {
            leaves.push(checked(entry)?);
        }
        let differs = |field, recorded: &str, found: &str| {
            if recorded == found {
                return Ok(());
            }
            Err(NotHolding::Differs { field, recorded: recorded.to_owned(), found: found.to_owned() })
        };
        let announced = &recorded.announcement;
        differs("people", &announced.people.to_string(), &leaves.len().to_string())?;
        differs("list_root", &announced.list_root, &HEXLOWER.encode(&list_root(&leaves)))?;
        let entries = recorded.entries.clone();
        let found = Self::make(announced.clone(), entries, recorded.passed_over.clone(), &recorded.beacon)?;
        differs("fingerprint", &recorded.fingerprint, &found.fingerprint)?;
        differs("seed", &recorded.seed, &found.seed)?;
        if recorded.won != found.won {
            return Err(NotHolding::Won);
        }
        match found.bytes() {
            Ok(written) if written == bytes => Ok(found),
            _ => Err(NotHolding::Bytes),
        }
    }
}

/// The leaf of an entry, where it is that of its number and salt, if it has any.
fn checked(entry: &Entry) -> Result<Hash, NotHolding> {
    let wrong = || NotHolding::Leaf(entry.leaf.clone());
    let leaf = hash(&entry.leaf).ok_or_else(wrong)?;
    match (&entry.number, &entry.salt) {
        (None, None) => Ok(leaf),
        (Some(number), Some(text)) => {
            let own = salt(text).map(|salt| draw::leaf(&salt, number));
            if own == Some(leaf) { Ok(leaf) } else { Err(wrong()) }
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Record {
        let entries: Vec<Entry> = (0..40_u8)
            .map(|index| {
                let number = format!("A{index:04}");
                let leaf = HEXLOWER.encode(&draw::leaf(&[index; 16], &number));
                Entry { leaf, number: Some(number), salt: Some(HEXLOWER.encode(&[index; 16])) }
            })
            .collect();
        let mut leaves: Vec<Hash> = entries.iter().map(|entry| hash(&entry.leaf).unwrap()).collect();
        leaves.sort_unstable();
        let announcement = Announcement {
            format: FORMAT.to_owned(),
            event: "qixi".to_owned(),
            draw: 1,
            name: "答题抽奖".to_owned(),
            among: serde_json::json!({ "kind": "inside" }),
            prizes: vec![Prize { name: "一等".to_owned(), seats: 1 }, Prize { name: "二等".to_owned(), seats: 3 }],
            again: false,
            present: true,
            source: Source::Public { named: "双色球 2026090 期".to_owned() },
            list_root: HEXLOWER.encode(&list_root(&leaves)),
            people: 40,
            fixed_at: "2026-08-22T11:00:00.000Z".to_owned(),
        };
        let gone = vec![entries[7].leaf.clone(), entries[3].leaf.clone()];
        Record::make(announcement, entries, gone, "01 05 09 17 22 31+08").unwrap()
    }

    #[test]
    fn a_record_is_recomputed_byte_for_byte_with_and_without_numbers() {
        let record = record();
        assert_eq!(record.won.iter().map(Vec::len).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(Record::verify(&record.bytes().unwrap()), Ok(record.clone()));
        let public = record.without_numbers();
        let text = String::from_utf8(public.bytes().unwrap()).unwrap();
        assert!(!text.contains("A0001") && !text.contains("salt"), "{text}");
        assert_eq!(Record::verify(text.as_bytes()).unwrap().won, record.won);
    }

    #[test]
    fn a_record_that_was_touched_does_not_hold() {
        let verdict = |from: &str, to: &str| {
            let text = String::from_utf8(record().bytes().unwrap()).unwrap();
            assert!(text.contains(from), "{from}");
            Record::verify(text.replacen(from, to, 1).as_bytes()).unwrap_err()
        };
        let differs = |why: &NotHolding| if let NotHolding::Differs { field, .. } = why { *field } else { "" };
        assert!(matches!(verdict("\"number\":\"A0003\"", "\"number\":\"A0099\""), NotHolding::Leaf(_)));
        assert_eq!(differs(&verdict("01 05 09", "01 05 08")), "seed");
        assert_eq!(differs(&verdict("\"seats\":3", "\"seats\":4")), "fingerprint");
        assert_eq!(differs(&verdict("\"people\":40", "\"people\":41")), "people");
        assert_eq!(differs(&verdict("\"again\":false", "\"again\":true")), "fingerprint");
        let (first, gone) = (record().won[0][0].clone(), record().passed_over[0].clone());
        assert_eq!(verdict(&format!("\"won\":[[\"{first}\""), &format!("\"won\":[[\"{gone}\"")), NotHolding::Won);
        // Somebody is passed over in secret.
        assert_eq!(verdict("\"passed_over\":[", &format!("\"passed_over\":[\"{first}\",")), NotHolding::Won);
        assert_eq!(verdict("{\"announcement\"", "{ \"announcement\""), NotHolding::Bytes);
        assert!(matches!(Record::verify(b"[]"), Err(NotHolding::Unreadable(_))));
    }

    #[test]
    fn a_list_that_lost_somebody_or_holds_them_twice_does_not_hold() {
        let mut shorter = record();
        shorter.entries.remove(0);
        shorter.announcement.people = 39;
        let why = Record::verify(&shorter.bytes().unwrap()).unwrap_err();
        assert!(matches!(why, NotHolding::Differs { field: "list_root", .. }), "{why}");
        let mut doubled = record();
        doubled.entries.insert(0, doubled.entries[0].clone());
        assert_eq!(Record::verify(&doubled.bytes().unwrap()).unwrap_err(), NotHolding::Order);
    }
}
