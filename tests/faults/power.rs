//! A power cut on the embedded database. What a process that was killed has written stays in the files;
//! a cut of power may besides lose, or tear, whatever was not brought to the disk. With a commit SQLite
//! brings its log to the disk up to there (`synchronous = FULL`), so what may be lost is what stands in
//! the log behind the last commit: it is cut off in the middle, or turned into noise, or noise comes
//! after it, as the disk may have kept any of it.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use rand::RngExt;
use rand::rngs::StdRng;

const HEADER: u64 = 32;
const FRAME: u64 = 24;

pub fn is_cut(database: &Path, chance: &mut StdRng) {
    let log = database.with_extension("sqlite3-wal");
    let Ok(mut log) = OpenOptions::new().read(true).write(true).open(log) else { return };
    let Some(kept) = last_commit(&mut log) else { return };
    let length = log.metadata().unwrap().len();
    if length > kept && chance.random_bool(0.5) {
        log.set_len(chance.random_range(kept..=length)).unwrap();
    }
    let torn = log.metadata().unwrap().len().saturating_sub(kept).max(chance.random_range(0..6_000));
    let noise: Vec<u8> = (0..torn).map(|_| chance.random()).collect();
    log.seek(SeekFrom::Start(kept)).unwrap();
    log.write_all(&noise).unwrap();
}

/// Where the last transaction that was committed ends in the log; None in a log without a beginning.
fn last_commit(log: &mut File) -> Option<u64> {
    let mut bytes = Vec::new();
    log.read_to_end(&mut bytes).unwrap();
    let number = |at: u64| {
        let at = usize::try_from(at).unwrap();
        bytes.get(at..at + 4).map(|four| u32::from_be_bytes(four.try_into().unwrap()))
    };
    let (page, salts) = (u64::from(number(8)?), (number(16)?, number(20)?));
    let (mut at, mut kept) = (HEADER, HEADER);
    while let (Some(committed), Some(first), Some(second)) = (number(at + 4), number(at + 8), number(at + 12)) {
        at += FRAME + page;
        if (first, second) != salts || at > bytes.len() as u64 {
            break;
        }
        if committed > 0 {
            kept = at;
        }
    }
    Some(kept)
}
