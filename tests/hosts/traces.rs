//! What lies in the memory of a process.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use memchr::memmem::Finder;

const PIECE: usize = 1 << 20;

/// Whether the bytes lie anywhere in the memory of this process.
pub fn lies_in_memory_of(process: u32, bytes: &[u8]) -> bool {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).unwrap();
    let memory = File::open(format!("/proc/{process}/mem")).unwrap();
    let finder = Finder::new(bytes);
    let mut piece = vec![0; PIECE + bytes.len()];
    maps.lines().any(|line| {
        let mut fields = line.split_whitespace();
        let (range, rights) = (fields.next().unwrap(), fields.next().unwrap());
        let (first, end) = range.split_once('-').unwrap();
        let [first, end] = [first, end].map(|place| u64::from_str_radix(place, 16).unwrap());
        rights.starts_with("rw")
            && (first..end).step_by(PIECE).any(|place| {
                let length = usize::try_from(end - place).unwrap().min(piece.len());
                let read = memory.read_at(&mut piece[..length], place);
                read.is_ok_and(|length| finder.find(&piece[..length]).is_some())
            })
    })
}
