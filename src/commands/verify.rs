//! `queqiao verify`: recomputes a published screening, and the seats that were added to it since; or a published draw.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::Ended;
use crate::screening::addition_record::{Addition, Follows};
use crate::screening::record::{NotHolding, Record};
use queqiao_screening::draw_record;

#[derive(Args)]
pub struct Arguments {
    /// The file of a run or of a draw, as the service published it
    pub run: PathBuf,
    /// The files of the seats that were added to it since, in order
    pub additions: Vec<PathBuf>,
}

/// Says whether the record of a run follows from its own list, rules and draw, and each addition from what was before it.
///
/// # Errors
/// Exit 1 where one does not hold, exit 2 where a file is not a record.
pub fn verify(arguments: &Arguments) -> Result<(), Ended> {
    let bytes = read(&arguments.run)?;
    if is_draw(&bytes) {
        return verify_draw(arguments, &bytes);
    }
    let record = holds(&bytes).map_err(|wrong| ended(&arguments.run, &wrong))?;
    let seats = record.outcome.selected.as_ref().map_or(0, Vec::len);
    println!(
        "holds: {} run {}, {seats} seats among {} applicants, list root {}, beacon \"{}\"",
        record.event,
        record.run,
        record.applicants.len(),
        record.lottery.list_root,
        record.lottery.beacon
    );
    for filled in record.on_boards.iter().flat_map(|filled| filled.boards.iter().flatten()) {
        println!("holds: {}, {} seats", filled.board, filled.selected.len());
    }
    let mut follows = Follows::run(&record, &bytes);
    for path in &arguments.additions {
        let bytes = read(path)?;
        let addition = Addition::verify(&bytes, &record, &follows).map_err(|wrong| ended(path, &wrong))?;
        println!(
            "holds: addition {}, {} seats more, {} in all, offered to {}: {}",
            addition.number,
            addition.offered.len(),
            addition.rules.seats,
            addition.offered.join(" "),
            addition.reason
        );
        follows = Follows::addition(&addition, &bytes);
    }
    Ok(())
}

/// Whether the file says that it is of a draw, whatever else is in it.
fn is_draw(bytes: &[u8]) -> bool {
    let read: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    let format = read.as_ref().and_then(|read| read.get("announcement")?.get("format")?.as_str());
    format.is_some_and(|format| format.starts_with("queqiao/draw/"))
}

fn verify_draw(arguments: &Arguments, bytes: &[u8]) -> Result<(), Ended> {
    let path = &arguments.run;
    if let Some(more) = arguments.additions.first() {
        return Err(Ended::Usage(format!("{}: nothing is added to a draw", more.display())));
    }
    let draw = draw_record::Record::verify(bytes).map_err(|wrong| match wrong {
        draw_record::NotHolding::Unreadable(_) => Ended::Usage(format!("{}: {wrong}", path.display())),
        _ => Ended::Failed(format!("does not hold: {wrong}")),
    })?;
    let announced = &draw.announcement;
    println!(
        "holds: {} draw {}, {} people, fixed {}, {} passed over, fingerprint {}, beacon \"{}\"",
        announced.event,
        announced.draw,
        announced.people,
        announced.fixed_at,
        draw.passed_over.len(),
        draw.fingerprint,
        draw.beacon
    );
    for (prize, won) in announced.prizes.iter().zip(&draw.won) {
        println!("{} x {}: {}", prize.name, prize.seats, won.join(" "));
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, Ended> {
    fs::read(path).map_err(|error| Ended::Usage(format!("{}: {error}", path.display())))
}

fn ended(path: &Path, wrong: &NotHolding) -> Ended {
    match wrong {
        NotHolding::Unreadable(_) => Ended::Usage(format!("{}: {wrong}", path.display())),
        _ => Ended::Failed(format!("does not hold: {wrong}")),
    }
}

/// The record, where it follows from its own list, rules and draw.
///
/// # Errors
/// What does not hold.
pub fn holds(bytes: &[u8]) -> Result<Record, NotHolding> {
    Record::verify(bytes)
}
