//! The immutable record of a run: everything that went in, everything that came out, and one way of writing it down,
//! so that whoever has the file can recompute it byte for byte.

use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};

use queqiao_screening::applicant::Applicant;
use queqiao_screening::lottery::{self, Hash, Salt};
use queqiao_screening::outcome::{Outcome, screen};
use queqiao_screening::rules::Rules;

pub const FORMAT: &str = "queqiao/screening-run/v1";

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    pub format: String,
    /// The event's slug, and the number of the run among its runs.
    pub event: String,
    pub run: u32,
    pub rules: Rules,
    /// In the order of their numbers.
    pub applicants: Vec<Listed>,
    /// Numbers of those who took their registration back after the list was published: they are in the list, not in the run.
    pub withdrawn: Vec<String>,
    pub lottery: Lottery,
    pub outcome: Outcome,
}

/// A line of the list with the salt of its leaf.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    pub salt: String,
    pub applicant: Applicant,
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
    #[error("{field}: the record says {recorded}, the list gives {found}")]
    Differs { field: &'static str, recorded: String, found: String },
    #[error("outcome: the list, the rules and the seed give another one{0}")]
    Outcome(String),
    #[error("the file is not written as records are: the same content, but not byte for byte")]
    Bytes,
}

impl Record {
    /// Screens the list and writes down how. `applicants` may come in any order.
    pub fn make(event: &str, run: u32, rules: Rules, list: List, named: &Named) -> Self {
        let List { mut applicants, mut withdrawn } = list;
        applicants.sort_by(|a, b| a.applicant.number.cmp(&b.applicant.number));
        withdrawn.sort();
        let root = list_root(&applicants);
        let seed = lottery::seed(&named.commit_secret, &root, &named.beacon);
        let outcome = screen(&people(&applicants, &withdrawn), &rules, &seed);
        Self {
            format: FORMAT.to_owned(),
            event: event.to_owned(),
            run,
            rules,
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
        if recorded.format != FORMAT {
            return Err(NotHolding::Unreadable(format!("format \"{}\"", recorded.format)));
        }
        recorded.rules.check().map_err(|wrong| NotHolding::Rules(wrong.to_string()))?;
        let commit_secret = HEXLOWER
            .decode(recorded.lottery.commit_secret.as_bytes())
            .map_err(|_| NotHolding::Unreadable("commit_secret is not hexadecimal".to_owned()))?;
        let Lottery { draw, beacon, .. } = recorded.lottery.clone();
        let named = Named { draw, beacon, commit_secret };
        let list = List { applicants: recorded.applicants.clone(), withdrawn: recorded.withdrawn.clone() };
        let found = Self::make(&recorded.event, recorded.run, recorded.rules.clone(), list, &named);
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
        match found.bytes() {
            Ok(written) if written == bytes => Ok(found),
            _ => Err(NotHolding::Bytes),
        }
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
    applicants.iter().map(|listed| lottery::leaf(&salt(&listed.salt), &listed.applicant)).collect()
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
    let stays = |listed: &&Listed| withdrawn.binary_search(&listed.applicant.number).is_err();
    listed.iter().filter(stays).map(|listed| listed.applicant.clone()).collect()
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
            .map(|index| Listed {
                salt: HEXLOWER.encode(&[index; 16]),
                applicant: Applicant {
                    number: format!("A{index:04}"),
                    side: if index % 3 == 0 { Side::Men } else { Side::Women },
                    unit: format!("单位{}", index % 7),
                    band: String::new(),
                    class: 1,
                    points: i64::from(index % 5),
                    held: false,
                },
            })
            .rev()
            .collect();
        let rules =
            Rules::from_toml("seats=12\n[side.men]\nmin=6\nmax=6\n[side.women]\nmin=6\nmax=6\n[unit_side]\nmax=2")
                .unwrap();
        let named =
            Named { draw: "双色球 2023112".into(), beacon: "01 05 09 17 22 31+08".into(), commit_secret: vec![] };
        Record::make("qixi", 1, rules, List { applicants, withdrawn: vec!["A0004".into()] }, &named)
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
