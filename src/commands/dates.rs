//! `queqiao dates`: the date planner as a plain program.

use std::path::PathBuf;

use clap::Args;

use super::Ended;

#[derive(Args)]
pub struct Arguments {
    /// JSON: m, w, R, T, wt, had_m, had_w, cap_m, cap_w
    pub instance: PathBuf,
}

/// # Errors
/// Not built yet.
pub fn dates(_arguments: &Arguments) -> Result<(), Ended> {
    Err(Ended::Failed("not built yet".into()))
}
