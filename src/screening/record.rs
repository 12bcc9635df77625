//! The immutable record of a run: everything that went in, everything that came out, and one way of writing it down,
//! so that whoever has the file can recompute it byte for byte.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use queqiao_screening::applicant::Applicant;
use queqiao_screening::boards::board::{self, Board};
use queqiao_screening::boards::field::Wishing;
use queqiao_screening::boards::outcome::{Outcome as OnBoards, screen as screen_boards};
use queqiao_screening::lottery::{self, Hash, Salt};
use queqiao_screening::outcome::{Outcome, screen};
use queqiao_screening::rules::{Fallback, Rules, Sides};

pub const FORMAT: &str = "queqiao/screening-run/v1";
/// Of a run that filled several boards; it has what a run has, and the boards.
pub const BOARDS_FORMAT: &str = "queqiao/screening-boards-run/v1";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub format: String,
    /// The event's slug, and the number of the run among its runs.
    pub event: String,
    pub run: u32,
    pub rules: Rules,
    /// Where the event has several; each has rules of its own then, and the rules above say how many seats there are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boards: Vec<Board>,
    /// In the order of their numbers.
    pub applicants: Vec<Listed>,
    /// Numbers of those who took their registration back after the list was published: they are in the list, not in the run.
    pub withdrawn: Vec<String>,
    pub lottery: Lottery,
    /// Of all boards together, where there are several.
    pub outcome: Outcome,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_boards: Option<OnBoards>,
}

/// A line of the list with the salt of its leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    pub salt: String,
    pub applicant: Applicant,
    /// Boards, the dearest first; nothing where the event has one evening.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub wishes: Vec<String>,
}

impl Listed {
    /// Somebody who applied for an event of one evening.
    #[must_use]
    pub fn new(salt: String, applicant: Applicant) -> Self {
        Self { salt, applicant, wishes: Vec::new() }
    }

    /// With what they wish.
    #[must_use]
    pub fn wishing(&self) -> Wishing {
        Wishing { applicant: self.applicant.clone(), wishes: self.wishes.clone(), keeps: None }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lottery {
    /// The public draw that was named when the list was published.
    pub draw: String,
    pub list_root: String,
    /// Empty unless the organizer had committed to a secret.
    pub commit_secret: String,
    /// What the draw came to.
    pub beacon: String,
    pub seed: String,
}

/// Why a file is not the record of a run that holds.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotHolding {
    #[error("this is not the record of a screening: {0}")]
    Unreadable(String),
    #[error("rules that no screening accepts: {0}")]
    Rules(String),
    #[error("{0}")]
    Boards(String),
    #[error("{field}: the record says {recorded}, the list gives {found}")]
    Differs { field: &'static str, recorded: String, found: String },
    #[error("outcome: the list, the rules and the seed give another one{0}")]
    Outcome(String),
    #[error("the file is not written as records are: the same content, but not byte for byte")]
    Bytes,
}

impl Record {
    /// Screens the list and writes down how. `applicants` may come in any order.
    pub fn make(event: &str, run: u32, rules: AllRules, list: List, named: &Named) -> Self {
        let AllRules { rules, boards } = rules;
        let List { mut applicants, mut withdrawn } = list;
        applicants.sort_by(|a, b| a.applicant.number.cmp(&b.applicant.number));
        withdrawn.sort();
        let root = list_root(&applicants);
        let seed = lottery::seed(&named.commit_secret, &root, &named.beacon);
        let all = AllRules { rules, boards };
        let (outcome, on_boards) = screened(stayed(&applicants, &withdrawn), &all, &seed);
        let AllRules { rules, boards } = all;
        Self {
            format: if boards.is_empty() { FORMAT } else { BOARDS_FORMAT }.to_owned(),
            event: event.to_owned(),
            run,
            rules,
            boards,
            applicants,
            withdrawn,
            lottery: Lottery {
                draw: named.draw.clone(),
                list_root: HEXLOWER.encode(&root),
                commit_secret: HEXLOWER.encode(&named.commit_secret),
                beacon: named.beacon.clone(),
                seed: HEXLOWER.encode(&seed),
            },
            outcome,
            on_boards,
        }
    }

    /// The one way a record is written: compact JSON in the order of the fields, and a line break.
    pub fn bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec(self)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// Recomputes root, seed and outcome from the file alone.
    pub fn verify(bytes: &[u8]) -> Result<Self, NotHolding> {
        let recorded: Self =
            serde_json::from_slice(bytes).map_err(|error| NotHolding::Unreadable(error.to_string()))?;
        let format = if recorded.boards.is_empty() { FORMAT } else { BOARDS_FORMAT };
        if recorded.format != format {
            return Err(NotHolding::Unreadable(format!("format \"{}\"", recorded.format)));
        }
        let AllRules { rules, boards } = recorded.all_rules();
        rules.check().map_err(|wrong| NotHolding::Rules(wrong.to_string()))?;
        if !boards.is_empty() {
            board::check(&boards).map_err(|wrong| NotHolding::Boards(wrong.to_string()))?;
            if AllRules::of_boards(boards).rules != rules {
                return Err(NotHolding::Rules("they are not those of the boards".to_owned()));
            }
        }
        let commit_secret = HEXLOWER
            .decode(recorded.lottery.commit_secret.as_bytes())
            .map_err(|_| NotHolding::Unreadable("commit_secret is not hexadecimal".to_owned()))?;
        let Lottery { draw, beacon, .. } = recorded.lottery.clone();
        let named = Named { draw, beacon, commit_secret };
        let list = List { applicants: recorded.applicants.clone(), withdrawn: recorded.withdrawn.clone() };
        let found = Self::make(&recorded.event, recorded.run, recorded.all_rules(), list, &named);
        let differs = |field, recorded: &str, found: &str| {
            if recorded == found {
                return Ok(());
            }
            Err(NotHolding::Differs { field, recorded: recorded.to_owned(), found: found.to_owned() })
        };
        differs("list_root", &recorded.lottery.list_root, &found.lottery.list_root)?;
        differs("seed", &recorded.lottery.seed, &found.lottery.seed)?;
        if recorded.outcome != found.outcome {
            return Err(NotHolding::Outcome(first_difference(&recorded.outcome, &found.outcome)));
        }
        if let (Some(recorded), Some(found)) = (&recorded.on_boards, &found.on_boards)
            && recorded != found
        {
            return Err(NotHolding::Outcome(first_difference_of_boards(recorded, found)));
        }
        match found.bytes() {
            Ok(written) if written == bytes => Ok(found),
            _ => Err(NotHolding::Bytes),
        }
    }

    /// The rules the run went by.
    #[must_use]
    pub fn all_rules(&self) -> AllRules {
        AllRules { rules: self.rules.clone(), boards: self.boards.clone() }
    }

    /// Everybody who was screened.
    pub fn applicants(&self) -> Vec<Applicant> {
        people(&self.applicants, &self.withdrawn)
    }

    /// The seed of the tickets; zeros where the text is not one.
    pub fn seed(&self) -> Hash {
        seed_of(&self.lottery.seed)
    }

    /// The rules that were used, after a fallback where there was one.
    pub fn rules_used(&self) -> &Rules {
        self.outcome.fallback.as_ref().map_or(&self.rules, |fallback| &fallback.rules)
    }

    /// For every line of the list the sibling hashes from its leaf up to the published root.
    pub fn paths(&self) -> Vec<Vec<String>> {
        let (_, paths) = lottery::paths(&leaves(&self.applicants));
        paths.iter().map(|path| path.iter().map(|hash| HEXLOWER.encode(hash)).collect()).collect()
    }
}

/// The rules of a run: those of its one evening, or of each of its boards and how many seats they have together.
#[derive(Clone, Debug)]
pub struct AllRules {
    pub rules: Rules,
    pub boards: Vec<Board>,
}

impl AllRules {
    /// Of an event with several boards: together they have so many seats, and each has limits of its own.
    #[must_use]
    pub fn of_boards(boards: Vec<Board>) -> Self {
        let rules = Rules {
            seats: boards.iter().map(|board| board.rules.seats).sum(),
            fallback: Fallback::None,
            standby: None,
            side: Sides::default(),
            unit_side: None,
            unit: None,
            band: Vec::new(),
        };
        Self { rules, boards }
    }

    /// Of an event of one evening.
    #[must_use]
    pub fn one(rules: Rules) -> Self {
        Self { rules, boards: Vec::new() }
    }
}

/// What the rules come to for these people: over all, and on each board where there are several.
pub fn screened<'a>(
    people: impl Iterator<Item = &'a Listed> + Clone,
    all: &AllRules,
    seed: &Hash,
) -> (Outcome, Option<OnBoards>) {
    let applicants: Vec<Applicant> = people.clone().map(|listed| listed.applicant.clone()).collect();
    if all.boards.is_empty() {
        return (screen(&applicants, &all.rules, seed), None);
    }
    let wishing: Vec<Wishing> = people.map(Listed::wishing).collect();
    let filled = screen_boards(&wishing, &all.boards, seed);
    (filled.together(&applicants, seed), Some(filled))
}

/// Whom the run was about, in any order.
#[derive(Clone, Debug, Default)]
pub struct List {
    pub applicants: Vec<Listed>,
    pub withdrawn: Vec<String>,
}

/// The draw as it was announced, and what it came to.
#[derive(Clone, Debug)]
pub struct Named {
    pub draw: String,
    pub beacon: String,
    pub commit_secret: Vec<u8>,
}

/// The root to be published before the draw. `applicants` in the order of their numbers.
pub fn list_root(applicants: &[Listed]) -> Hash {
    lottery::root(&leaves(applicants))
}

fn leaves(applicants: &[Listed]) -> Vec<Hash> {
    let leaf = |listed: &Listed| match listed.wishes.is_empty() {
        true => lottery::leaf(&salt(&listed.salt), &listed.applicant),
        false => listed.wishing().leaf(&salt(&listed.salt)),
    };
    applicants.iter().map(leaf).collect()
}

/// A salt that is not 16 bytes in hexadecimal counts as zeros: the root then tells.
fn salt(text: &str) -> Salt {
    HEXLOWER.decode(text.as_bytes()).ok().and_then(|salt| salt.try_into().ok()).unwrap_or([0; 16])
}

/// The 32 bytes of a seed in hexadecimal; zeros where the text is not one.
pub fn seed_of(text: &str) -> Hash {
    HEXLOWER.decode(text.as_bytes()).ok().and_then(|seed| seed.try_into().ok()).unwrap_or([0; 32])
}

fn people(listed: &[Listed], withdrawn: &[String]) -> Vec<Applicant> {
    stayed(listed, withdrawn).map(|listed| listed.applicant.clone()).collect()
}

fn stayed<'a>(listed: &'a [Listed], withdrawn: &'a [String]) -> impl Iterator<Item = &'a Listed> + Clone {
    listed.iter().filter(move |listed| withdrawn.binary_search(&listed.applicant.number).is_err())
}

fn first_difference_of_boards(recorded: &OnBoards, found: &OnBoards) -> String {
    let (Some(recorded), Some(found)) = (&recorded.boards, &found.boards) else { return String::new() };
    let differs = recorded.iter().zip(found).find(|(recorded, found)| recorded.selected != found.selected);
    let Some((recorded, found)) = differs else { return String::new() };
    let other = found.selected.iter().find(|number| !recorded.selected.contains(number));
    other.map_or_else(String::new, |number| format!("; {number} should have a seat of {}", found.board))
}

fn first_difference(recorded: &Outcome, found: &Outcome) -> String {
    let (Some(recorded), Some(found)) = (&recorded.selected, &found.selected) else { return String::new() };
    let missing =
        found.iter().find(|number| !recorded.contains(number)).map(|number| format!("; {number} should have a seat"));
    let extra =
        recorded.iter().find(|number| !found.contains(number)).map(|number| format!("; {number} should have none"));
    missing.into_iter().chain(extra).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use queqiao_screening::applicant::Side;

    fn record() -> Record {
        let applicants = (0..40_u8)
            .map(|index| {
                let applicant = Applicant {
                    number: format!("A{index:04}"),
                    side: if index % 3 == 0 { Side::Men } else { Side::Women },
                    unit: format!("单位{}", index % 7),
                    band: String::new(),
                    class: 1,
                    points: i64::from(index % 5),
                    held: false,
                };
                Listed::new(HEXLOWER.encode(&[index; 16]), applicant)
            })
            .rev()
            .collect();
        let rules =
            Rules::from_toml("seats=12\n[side.men]\nmin=6\nmax=6\n[side.women]\nmin=6\nmax=6\n[unit_side]\nmax=2")
                .unwrap();
        let named =
            Named { draw: "双色球 2023112".into(), beacon: "01 05 09 17 22 31+08".into(), commit_secret: vec![] };
        let list = List { applicants, withdrawn: vec!["A0004".into()] };
        Record::make("qixi", 1, AllRules::one(rules), list, &named)
    }

    /// The same people, each with a wish for one or both of two boards.
    fn record_of_boards() -> Record {
        let Record { mut applicants, withdrawn, .. } = record();
        // Every third is a man: the wishes turn by threes, so that men wish for both boards as well.
        for (index, listed) in applicants.iter_mut().enumerate() {
            let wishes = [&["音乐会"] as &[&str], &["海洋馆", "音乐会"], &["音乐会", "海洋馆"]][index / 3 % 3];
            listed.wishes = wishes.iter().map(|wish| (*wish).to_owned()).collect();
        }
        let text = |name: &str, seats: u32| {
            let half = seats / 2;
            format!("[[board]]\nname='{name}'\nseats={seats}\n[board.side.men]\nmin={half}\nmax={half}\n")
        };
        let boards = board::from_toml(&(text("音乐会", 8) + &text("海洋馆", 4))).unwrap();
        let named = Named { draw: String::new(), beacon: "abc".into(), commit_secret: vec![] };
        Record::make("qixi", 1, AllRules::of_boards(boards), List { applicants, withdrawn }, &named)
    }

    #[test]
    fn a_record_of_boards_is_recomputed_byte_for_byte_and_not_where_it_was_touched() {
        let record = record_of_boards();
        let filled = record.on_boards.clone().unwrap().boards.unwrap();
        assert_eq!(record.outcome.selected.as_ref().unwrap().len(), 12);
        assert_eq!(filled.iter().map(|board| board.selected.len()).collect::<Vec<_>>(), [8, 4]);
        let bytes = record.bytes().unwrap();
        assert_eq!(Record::verify(&bytes), Ok(record));
        let verdict = |from: &str, to: &str| {
            let text = String::from_utf8(bytes.clone()).unwrap();
            assert!(text.contains(from), "{from}");
            Record::verify(text.replacen(from, to, 1).as_bytes()).unwrap_err()
        };
        let wished = verdict("\"wishes\":[\"海洋馆\",\"音乐会\"]", "\"wishes\":[\"音乐会\",\"海洋馆\"]");
        assert!(matches!(wished, NotHolding::Differs { field: "list_root", .. }), "{wished}");
        let (one, other) = (&filled[0].selected[0], &filled[1].selected[0]);
        let text = String::from_utf8(bytes.clone()).unwrap();
        let swapped = text.replace(one, "#").replace(other, one).replace('#', other);
        assert!(Record::verify(swapped.as_bytes()).is_err());
        let seated = verdict(
            &format!("\"board\":\"海洋馆\",\"seats\":4,\"selected\":[\"{other}\""),
            &format!("\"board\":\"海洋馆\",\"seats\":4,\"selected\":[\"{one}\""),
        );
        assert!(matches!(seated, NotHolding::Outcome(ref why) if why.contains("海洋馆")), "{seated}");
        assert!(matches!(verdict(BOARDS_FORMAT, FORMAT), NotHolding::Unreadable(_)));
        let whole = verdict("\"rules\":{\"seats\":12,", "\"rules\":{\"seats\":13,");
        assert!(matches!(whole, NotHolding::Rules(_)), "{whole}");
        let crossing = verdict("\"rules\":{\"seats\":4,", "\"rules\":{\"seats\":4,\"unit\":{\"max\":1},");
        assert!(matches!(crossing, NotHolding::Boards(ref why) if why.contains("cross")), "{crossing}");
    }

    #[test]
    fn a_record_of_one_evening_is_written_as_it_always_was() {
        let text = String::from_utf8(record().bytes().unwrap()).unwrap();
        assert!(text.starts_with("{\"format\":\"queqiao/screening-run/v1\""));
        assert!(["wishes", "boards"].iter().all(|word| !text.contains(word)));
    }

    #[test]
    fn a_record_is_recomputed_byte_for_byte() {
        let record = record();
        assert_eq!(record.outcome.selected.as_ref().unwrap().len(), 12);
        let bytes = record.bytes().unwrap();
        assert_eq!(Record::verify(&bytes), Ok(record));
    }

    #[test]
    fn a_record_that_was_touched_does_not_hold() {
        let bytes = record().bytes().unwrap();
        let verdict = |from: &str, to: &str| {
            let text = String::from_utf8(bytes.clone()).unwrap();
            assert!(text.contains(from), "{from}");
            Record::verify(text.replacen(from, to, 1).as_bytes()).unwrap_err()
        };
        assert!(matches!(verdict("\"points\":3", "\"points\":4"), NotHolding::Differs { field: "list_root", .. }));
        assert!(matches!(verdict("01 05 09", "01 05 08"), NotHolding::Differs { field: "seed", .. }));
        assert!(matches!(verdict("\"min\":6,\"max\":6", "\"min\":5,\"max\":7"), NotHolding::Outcome(_)));
        let first = record().outcome.selected.unwrap()[0].clone();
        let waiting = record().outcome.standby.men[0].clone();
        let swapped = verdict(&format!("\"selected\":[\"{first}\""), &format!("\"selected\":[\"{waiting}\""));
        assert!(matches!(swapped, NotHolding::Outcome(ref why) if why.contains(&first)), "{swapped}");
        assert_eq!(verdict("{\"format\"", "{ \"format\""), NotHolding::Bytes);
        assert!(matches!(Record::verify(b"[]"), Err(NotHolding::Unreadable(_))));
    }

    #[test]
    fn everybody_can_find_their_line_below_the_published_root() {
        let record = record();
        for (index, (listed, path)) in record.applicants.iter().zip(record.paths()).enumerate() {
            let path: Vec<Hash> =
                path.iter().map(|hash| HEXLOWER.decode(hash.as_bytes()).unwrap().try_into().unwrap()).collect();
            let leaf = lottery::leaf(&salt(&listed.salt), &listed.applicant);
            let root = lottery::climbed(leaf, index, record.applicants.len(), &path).unwrap();
            assert_eq!(HEXLOWER.encode(&root), record.lottery.list_root);
        }
    }
}
