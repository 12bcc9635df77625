//! `queqiao verify`: recomputes a published screening.

use std::path::PathBuf;

use clap::Args;

use super::Ended;

#[derive(Args)]
pub struct Arguments {
    /// The file of a run, as the service published it
    pub run: PathBuf,
}

/// # Errors
/// Not built yet.
pub fn verify(_arguments: &Arguments) -> Result<(), Ended> {
    Err(Ended::Failed("not built yet".into()))
}
