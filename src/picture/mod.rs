//! Photos on their way in. Whatever a phone sends becomes two JPEGs of our own making
//! (`crates/photos`); of the file itself nothing is kept.

pub mod upload;
