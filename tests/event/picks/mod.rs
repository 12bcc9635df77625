//! Stories of the room `picks`.

mod closing;
mod lighting;
mod matching;
mod mistakes;
mod rounds;
mod recovery;
mod sealing;
mod keys;
