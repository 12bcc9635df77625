//! `queqiao doctor`: whether everything that was answered or promised is in the database exactly
//! once, and whether the database still keeps anything. Writes one row of the house's own and otherwise
//! only reads, and may run while the service does; says what is wrong by id, never by name.

mod draws;
mod evening;
mod goods;
mod house;
mod journey;
pub mod keys;

use clap::Args;
use sea_orm::{ConnectionTrait, EntityTrait};
use serde::Serialize;
use uuid::Uuid;

use super::Ended;
use crate::database::Database;
use crate::error::{Error, Fault};
use crate::events::event;
use crate::picks::keys::Keys;
use crate::picks::round;
use crate::secrets::Secrets;
use crate::settings::Settings;

#[derive(Args)]
pub struct Arguments {
    /// Say it as JSON, for a program
    #[arg(long)]
    json: bool,
}

/// What one look came to.
#[derive(Debug, Serialize)]
pub struct Finding {
    pub check: &'static str,
    /// How many things were looked at.
    pub examined: usize,
    /// What is wrong, a line each.
    pub wrong: Vec<String>,
    /// What holds, and somebody should know about all the same, a line each.
    pub worth_a_look: Vec<String>,
    /// What there is to know besides, a line each.
    #[serde(rename = "told")]
    pub notes: Vec<String>,
}

impl Finding {
    fn of(check: &'static str, examined: usize) -> Self {
        Self { check, examined, wrong: Vec::new(), worth_a_look: Vec::new(), notes: Vec::new() }
    }

    /// Notes what somebody should know about.
    fn note(&mut self, message: String) {
        self.worth_a_look.push(message);
    }

    /// Notes what does not hold.
    fn unless(&mut self, holds: bool, message: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(message());
        }
    }
}

/// # Errors
/// Exit 1 where something is wrong; 2 where the database is out of reach.
pub async fn doctor(settings: Settings, arguments: Arguments) -> Result<(), Ended> {
    let database = Database::connect(&settings.database.url, 2).await?;
    let keeps = keeps(&database).await;
    let secrets = Secrets::load(&settings.security)?;
    let examined = async {
        // First: what rounds' keys may be sealed under is known once the house's own are.
        let own = keys::keys(database.reader(), &secrets).await?;
        let keys = round::keys_of(&settings, &database, &secrets).await?;
        let mut findings = examine(database.reader(), &keys).await?;
        findings.push(own);
        Ok::<_, Error>(findings)
    };
    let findings = examined.await;
    database.close().await;
    let mut findings = findings.map_err(|fault| Ended::Failed(fault.to_string()))?;
    findings.insert(0, keeps);
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&findings).map_err(anyhow::Error::from)?);
    } else {
        findings.iter().for_each(print_finding);
    }
    if findings.iter().all(|finding| finding.wrong.is_empty()) { Ok(()) } else { Err(Ended::Status(1)) }
}

/// Whether what is written comes to be on disk: where somebody holds the database in a transaction that
/// never ends, or there is no room, everything that is there may be in order and nothing more comes.
async fn keeps(database: &Database) -> Finding {
    let mut finding = Finding::of("writes", 1);
    if let Err(fault) = database.prove_write().await {
        finding.wrong.push(format!("nothing can be written: {}: {fault}", fault.code()));
    }
    finding
}

fn print_finding(finding: &Finding) {
    let mark = match (finding.wrong.is_empty(), finding.worth_a_look.is_empty()) {
        (false, _) => "WRONG",
        (true, false) => "look ",
        (true, true) => "holds",
    };
    println!("{mark}  {:<12} {:>7} examined", finding.check, finding.examined);
    for line in finding.wrong.iter().chain(&finding.worth_a_look).chain(&finding.notes) {
        println!("       {line}");
    }
}

/// Every check, over all events.
pub async fn examine(db: &impl ConnectionTrait, keys: &Keys) -> Result<Vec<Finding>, Fault> {
    let events = event::Entity::find().all(db).await?;
    Ok(vec![
        journey::settings(&events),
        journey::applications(db).await?,
        journey::seats(db, &events).await?,
        journey::ledgers(db, &events).await?,
        journey::screenings(db).await?,
        journey::letters(db).await?,
        evening::badges(db).await?,
        evening::check_ins(db).await?,
        evening::rounds(db, keys).await?,
        evening::couples(db).await?,
        draws::draws(db).await?,
        goods::credit(db).await?,
        house::outbox(db).await?,
        house::clock(db).await?,
    ])
}

/// The thing a line is about.
fn the(what: &str, id: Uuid) -> String {
    format!("{what} {id}")
}
