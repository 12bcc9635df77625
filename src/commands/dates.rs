//! `queqiao dates`: the date planner as a plain program.

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use super::Ended;
use queqiao_dates::instance;

#[derive(Args)]
pub struct Arguments {
    /// JSON: m, w, R, T, wt, had_m, had_w, cap_m, cap_w
    pub instance: PathBuf,
}

/// Prints the fairest and then best plan for an instance as one JSON object.
///
/// # Errors
/// A file that cannot be read or makes no sense, in one line that names the field.
pub fn dates(arguments: &Arguments) -> Result<(), Ended> {
    let refused = |why: String| Ended::Usage(format!("{}: {why}", arguments.instance.display()));
    let text = fs::read_to_string(&arguments.instance).map_err(|error| refused(error.to_string()))?;
    let instance = instance::read(text.trim_start_matches('\u{feff}')).map_err(refused)?;
    let answer = serde_json::to_string(&instance.answer()).context("the answer")?;
    println!("{answer}");
    Ok(())
}
