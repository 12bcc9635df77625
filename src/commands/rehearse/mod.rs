//! `queqiao rehearse`: the whole journey of an event, every step over HTTP, by as many clients at
//! once as there are desks and phones. It keeps its own account of what it sent and compares.
//!
//! Two things do not go over HTTP, because in life they are not requests either: the clock, which
//! the rehearsal moves, and the administrator, who is made at the machine.
#![expect(clippy::indexing_slicing, reason = "serde_json's index answers null where there is nothing")]

pub mod cast;
pub mod client;
pub mod phone;
pub mod report;

mod choosing;
mod gathering;
mod hall;
mod online;
mod seats;
mod theatre;

use std::time::Instant;

use clap::Args;

use super::Ended;
use crate::settings::Settings;
use report::Report;
use theatre::Theatre;

#[derive(Args, Clone)]
pub struct Arguments {
    /// How many people apply
    #[arg(long, default_value_t = 800, value_parser = clap::value_parser!(u32).range(8..=20_000))]
    pub applicants: u32,
    /// How many of them get a seat, half men and half women
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(4..=10_000))]
    pub seats: u32,
    /// Print the report as one JSON object on the last line
    #[arg(long)]
    pub json: bool,
    /// Rehearse on this database instead of a temporary one
    #[arg(long)]
    pub database_url: Option<String>,
}

/// Plays the journey and reports.
///
/// # Errors
/// Where the journey could not be gone to its end, or a promise broke.
pub async fn rehearse(settings: Settings, arguments: Arguments) -> Result<(), Ended> {
    let seats = arguments.seats - arguments.seats % 2;
    if seats > arguments.applicants {
        return Err(Ended::Usage(format!("--seats {seats}: there are only {} applicants", arguments.applicants)));
    }
    let begun = Instant::now();
    let mut report = Report::default();
    let theatre = Theatre::open(settings, &arguments, seats as usize).await?;
    let played = play(&theatre, &mut report).await;
    theatre.take_down(&mut report).await;
    report.seconds = begun.elapsed().as_secs_f64();
    if let Err(broke_off) = &played {
        report.promise("the journey goes to its end", false, format!("{broke_off:#}"));
    }
    report.print();
    if arguments.json {
        println!("{}", serde_json::to_string(&report).map_err(anyhow::Error::from)?);
    }
    if report.all_held() { Ok(()) } else { Err(Ended::Status(1)) }
}

/// The acts, in the order of the event.
async fn play(theatre: &Theatre, report: &mut Report) -> anyhow::Result<()> {
    let house = gathering::staff_and_event(theatre, report).await?;
    let people = gathering::applicants(theatre, &house, report).await?;
    online::five_days(theatre, &house, &people, report).await?;
    let guests = seats::screened_and_confirmed(theatre, &house, &people, report).await?;
    hall::doors_and_dates(theatre, &house, &guests, report).await?;
    choosing::picks_and_couples(theatre, &house, &guests, report).await?;
    theatre.letters(&house, report).await
}

/// Says what happens next.
fn tell(text: &str) {
    eprintln!("· {text}");
}
