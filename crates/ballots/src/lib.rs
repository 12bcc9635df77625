//! What becomes of picks.
//!
//! While a round is open every ballot, empty ones too, is 84 sealed bytes that only the round's key opens, and only for
//! the person they were sealed for ([`seal`]: HKDF-SHA256, RFC 5869; XChaCha20-Poly1305). When it closes they are
//! counted: who named each other stays, the rest is wiped ([`mutual`]). Which of the willing couples go on stage
//! together is a stable choice ([`onstage`]: Gale and Shapley 1962).
//!
//! No clock, no database. The key of a round is its caller's to keep and to destroy; what is opened here lies on the
//! heap and is wiped where it lies ([`stack`], `zeroize`).

pub mod ballot;
pub mod mutual;
pub mod onstage;
pub mod seal;
pub mod secret;
pub mod stack;
