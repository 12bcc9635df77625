//! `queqiao rehearse`: the whole journey of an event, every step over HTTP, by as many clients at
//! once as there are desks and phones. It keeps its own account of what it sent and compares.
//!
//! Two things do not go over HTTP, because in life they are not requests either: the clock, which
//! the rehearsal moves, and the administrator, who is made at the machine.
#![expect(clippy::indexing_slicing, reason = "serde_json's index answers null where there is nothing")]

pub mod cast;
pub mod client;
pub mod hearts;
pub mod phone;
pub mod report;

mod afterwards;
mod choosing;
mod couples;
mod gathering;
mod hall;
mod last_hour;
mod online;
mod seats;
mod stage;
mod theatre;

use std::time::Instant;

use clap::Args;
use rand::rngs::StdRng;

use super::Ended;
use crate::chance::seeded;
use crate::settings::Settings;
use cast::Comes;
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
    /// What the cast is drawn by: who they are, what they answer, whom they like
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
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
    let mut report = Report { seed: arguments.seed, ..Report::default() };
    tell(&format!("{} applicants, {seats} seats, seed {}", arguments.applicants, arguments.seed));
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
    let people = gathering::applicants(&house, report).await?;
    online::five_days(&house, &people, report).await?;
    let guests = seats::screened_and_confirmed(&house, &people, report).await?;
    let guests = last_hour::somebody_cancels(&house, &people, guests, report).await?;
    let met = hall::doors_and_dates(&house, &guests, report).await?;
    let inside: Vec<_> = guests.into_iter().filter(|guest| guest.person.cast.comes != Comes::Never).collect();
    let matches = choosing::picks(&house, &inside, &met, report).await?;
    let couples = couples::agree_and_exchange(theatre, &inside, &matches, report).await?;
    stage::words_and_couples(&house, &inside, &couples, report).await?;
    afterwards::circle_survey_and_figures(&house, &inside, &couples, report).await?;
    theatre.letters(&house, report).await
}

/// Dice for one purpose, which fall the same for the same seed.
#[must_use]
pub fn dice(seed: u64, purpose: &str, of: usize) -> StdRng {
    let mut bytes = [0; 32];
    let thrown = seed.to_be_bytes().into_iter().chain((of as u64).to_be_bytes()).chain(purpose.bytes());
    for (byte, value) in bytes.iter_mut().zip(thrown) {
        *byte = value;
    }
    seeded(bytes)
}

/// Says what happens next.
fn tell(text: &str) {
    eprintln!("· {text}");
}
