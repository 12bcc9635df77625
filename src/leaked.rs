//! Passwords that are known to have leaked, in a file of the usual kind: a line each, the SHA-1 in
//! upper-case hex, sorted, perhaps with a count behind a colon. It may be far larger than the memory;
//! it is searched by halves, where it lies.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use anyhow::{Context, bail};
use data_encoding::HEXUPPER;
use sha1::{Digest, Sha1};

/// Hex digits of a digest.
const DIGITS: usize = 40;
/// Longer than any line may be.
const LONGEST: usize = 128;
/// Up to here every line is looked at when the house opens; of a larger file [`SAMPLES`].
const SMALL: u64 = 16 << 20;
const SAMPLES: u64 = 4096;

/// Such a file, open.
#[derive(Debug)]
pub struct Leaked {
    file: File,
    size: u64,
}

struct Line {
    at: u64,
    next: u64,
    digest: [u8; DIGITS],
}

impl Leaked {
    /// Opens it, and looks whether it can be searched; nothing where no file is named.
    ///
    /// # Errors
    /// Where it cannot be read, or is not of that kind.
    pub fn open(path: &str) -> anyhow::Result<Option<Self>> {
        if path.is_empty() {
            return Ok(None);
        }
        let context = || format!("security.leaked_passwords: {path}");
        let file = File::open(path).with_context(context)?;
        let size = file.metadata().with_context(context)?.len();
        let leaked = Self { file, size };
        leaked.judge().with_context(context)?;
        Ok(Some(leaked))
    }

    /// Whether a password is in it.
    ///
    /// # Errors
    /// Where it cannot be read any more.
    pub fn holds(&self, password: &str) -> io::Result<bool> {
        let wanted = HEXUPPER.encode(&Sha1::digest(password.as_bytes()));
        let (mut low, mut high) = (0, self.size);
        while low < high {
            let middle = low + (high - low) / 2;
            match self.line_from(middle)?.filter(|line| line.at < high) {
                Some(line) if line.digest.as_slice() == wanted.as_bytes() => return Ok(true),
                Some(line) if line.digest.as_slice() < wanted.as_bytes() => low = line.next,
                _ => high = middle,
            }
        }
        Ok(false)
    }

    fn judge(&self) -> anyhow::Result<()> {
        let stride = if self.size <= SMALL { 1 } else { self.size / SAMPLES };
        let (mut at, mut last) = (0, None::<[u8; DIGITS]>);
        while let Some(line) = self.line_from(at)? {
            if last.is_some_and(|last| last > line.digest) {
                bail!("the line at byte {} does not come after the one before: it must be sorted", line.at);
            }
            last = Some(line.digest);
            at = line.next.max(at + stride);
        }
        if last.is_none() { bail!("it is empty") } else { Ok(()) }
    }

    /// The first line that begins here or later.
    fn line_from(&self, at: u64) -> io::Result<Option<Line>> {
        let from = at.saturating_sub(1);
        let mut read = vec![0; 2 * LONGEST];
        let length = self.fill(&mut read, from)?;
        read.truncate(length);
        let end = |bytes: &[u8]| bytes.iter().position(|byte| *byte == b'\n');
        let begin = if at == 0 { 0 } else { end(&read).map_or(length, |end| end + 1) };
        let rest = read.get(begin..).unwrap_or_default();
        let place = from + begin as u64;
        if rest.is_empty() {
            // The end, or a line without one.
            return if from + length as u64 >= self.size { Ok(None) } else { Err(odd(place)) };
        }
        let long = end(rest).unwrap_or(rest.len());
        let line = rest.get(..long).unwrap_or_default();
        let (digest, behind) = line.split_first_chunk::<DIGITS>().ok_or_else(|| odd(place))?;
        let hex = digest.iter().all(|digit| digit.is_ascii_digit() || (b'A'..=b'F').contains(digit));
        if !hex || !matches!(behind.first(), None | Some(b':' | b'\r')) || long >= LONGEST {
            return Err(odd(place));
        }
        Ok(Some(Line { at: place, next: place + long as u64 + 1, digest: *digest }))
    }

    fn fill(&self, place: &mut [u8], from: u64) -> io::Result<usize> {
        let mut filled = 0;
        while let Some(rest) = place.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match self.file.read_at(rest, from + filled as u64)? {
                0 => break,
                read => filled += read,
            }
        }
        Ok(filled)
    }
}

fn odd(at: u64) -> io::Error {
    let message = format!("the line at byte {at} is not a SHA-1 in upper-case hex, with or without a count");
    io::Error::new(io::ErrorKind::InvalidData, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> anyhow::Result<Option<Leaked>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("leaked");
        std::fs::write(&path, text).unwrap();
        Leaked::open(&path.display().to_string())
    }

    fn listed(passwords: impl Iterator<Item = String>, end: &str) -> String {
        let mut lines: Vec<String> = passwords.map(|word| HEXUPPER.encode(&Sha1::digest(word.as_bytes()))).collect();
        lines.sort();
        lines
            .iter()
            .enumerate()
            .map(|(count, line)| format!("{line}{}{end}", [":7", ":12345", ""][count % 3]))
            .collect()
    }

    #[test]
    fn every_line_is_found_and_nothing_else() {
        for many in [1, 2, 3, 10, 1000] {
            for end in ["\n", "\r\n"] {
                let text = listed((0..many).map(|number| format!("in {number}")), end);
                for text in [text.as_str(), text.trim_end()] {
                    let leaked = written(text).unwrap().unwrap();
                    assert!((0..many).all(|number| leaked.holds(&format!("in {number}")).unwrap()), "{many}");
                    assert!(!(0..many).any(|number| leaked.holds(&format!("out {number}")).unwrap()), "{many}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_searched_is_not_opened() {
        let good = listed((0..50).map(|number| number.to_string()), "\n");
        let turned: String = good.lines().rev().map(|line| format!("{line}\n")).collect();
        let small = good.to_lowercase();
        let long = "A".repeat(500);
        for bad in [turned.as_str(), &small, "", "\n", "password\n", &long, "ABCDEF\n"] {
            assert!(written(bad).is_err(), "{bad:.60}");
        }
        assert!(Leaked::open("/nowhere/at all").is_err());
        assert!(Leaked::open("").unwrap().is_none());
    }
}
