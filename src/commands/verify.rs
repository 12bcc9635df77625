//! `queqiao verify`: recomputes a published screening.

use std::fs;
use std::path::PathBuf;

use clap::Args;

use super::Ended;
use crate::screening::record::{NotHolding, Record};

#[derive(Args)]
pub struct Arguments {
    /// The file of a run, as the service published it
    pub run: PathBuf,
}

/// Says whether the record of a run follows from its own list, rules and draw.
///
/// # Errors
/// Exit 1 where it does not hold, exit 2 where the file is not a record.
pub fn verify(arguments: &Arguments) -> Result<(), Ended> {
    let path = arguments.run.display();
    let bytes = fs::read(&arguments.run).map_err(|error| Ended::Usage(format!("{path}: {error}")))?;
    let record = holds(&bytes).map_err(|wrong| match wrong {
        NotHolding::Unreadable(_) => Ended::Usage(format!("{path}: {wrong}")),
        _ => Ended::Failed(format!("does not hold: {wrong}")),
    })?;
    let seats = record.outcome.selected.as_ref().map_or(0, Vec::len);
    println!(
        "holds: {} run {}, {seats} seats among {} applicants, list root {}, beacon \"{}\"",
        record.event,
        record.run,
        record.applicants.len(),
        record.lottery.list_root,
        record.lottery.beacon
    );
    Ok(())
}

/// The record, where it follows from its own list, rules and draw.
///
/// # Errors
/// What does not hold.
pub fn holds(bytes: &[u8]) -> Result<Record, NotHolding> {
    Record::verify(bytes)
}
