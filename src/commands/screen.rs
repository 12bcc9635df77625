//! `queqiao screen`: the screening as a plain program.

use std::path::PathBuf;

use clap::Args;

use super::Ended;

#[derive(Args)]
pub struct Arguments {
    /// CSV: number,side,unit,band,class,points[,held]
    pub applicants: PathBuf,
    /// TOML: seats and quotas
    #[arg(long)]
    pub rules: PathBuf,
    /// The 32-byte lottery seed in hexadecimal
    #[arg(long)]
    pub seed: Option<String>,
}

/// # Errors
/// Not built yet.
pub fn screen(_arguments: &Arguments) -> Result<(), Ended> {
    Err(Ended::Failed("not built yet".into()))
}
