//! `queqiao keys`: another key for the house, while it serves.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use clap::{Args, Subcommand};

use super::Ended;
use crate::accounts::access_token;
use crate::app::App;
use crate::clock::Clock;
use crate::error::Fault;
use crate::identity;
use crate::secrets::{Secrets, Source};
use crate::server::reseal;
use crate::settings::Settings;

/// Every process looks at the key file with each round (five seconds), and before it looks anything up
/// (a second); so long a new key opens and does not seal.
const UNTIL_ALL_KNOW: Duration = Duration::from_secs(12);

#[derive(Args)]
pub struct Arguments {
    #[command(subcommand)]
    pub act: Act,
}

#[derive(Subcommand)]
pub enum Act {
    /// Say which keys there are, and how many things stand under each
    List,
    /// Make another key, let it seal, and seal everything anew under it; the service may go on
    Rotate,
    /// Forget the older keys, once nothing stands under them
    Drop,
}

/// # Errors
/// Exit 2 where the key is configured and lies in no file; exit 1 where the house cannot be entered, or a
/// key cannot be dropped yet.
pub async fn keys(settings: Settings, arguments: Arguments) -> Result<(), Ended> {
    let secrets = Secrets::load(&settings.security)?;
    let in_file = matches!(secrets.source(), Source::File(_));
    if matches!(secrets.source(), Source::Unwritten(_)) {
        return Err(Ended::Failed("there is no key file: start the service once first".to_owned()));
    }
    if !in_file && matches!(arguments.act, Act::Rotate) {
        return Err(Ended::Usage(
            "security.secret is configured: put the new secret into security.secret_beside and start every process \
             anew, then exchange the two and start anew, then wait until queqiao keys list shows nothing under the \
             old one, then leave security.secret_beside empty"
                .to_owned(),
        ));
    }
    let app = App::build(settings, Clock::machine(), secrets).await?;
    let ended = match arguments.act {
        Act::List => list(&app).await,
        Act::Rotate => rotate(&app, UNTIL_ALL_KNOW).await,
        Act::Drop => drop_older(&app).await,
    };
    app.database.clone().close().await;
    ended
}

fn fault(fault: impl ToString) -> Ended {
    Ended::Failed(fault.to_string())
}

async fn list(app: &App) -> Result<(), Ended> {
    for line in describe_keys(app).await.map_err(fault)? {
        println!("{line}");
    }
    Ok(())
}

/// A line for each key: what it does, and what stands under it.
async fn describe_keys(app: &App) -> Result<Vec<String>, Fault> {
    let standing = reseal::standing(app.database.reader()).await?;
    let (seals, mut numbers) = (app.secrets.newest(), app.secrets.numbers());
    numbers.sort_unstable();
    Ok(numbers
        .into_iter()
        .map(|number| {
            let role = if number == seals { "seals" } else { "opens" };
            format!("key {number}  {role}  {}", under(&standing, number))
        })
        .collect())
}

/// What stands under a key, in words.
#[must_use]
pub fn under(standing: &BTreeMap<&'static str, BTreeMap<u32, u64>>, number: u32) -> String {
    let of = |(table, by): (&&str, &BTreeMap<u32, u64>)| by.get(&number).map(|rows| format!("{table} {rows}"));
    let lines: Vec<String> = standing.iter().filter_map(of).collect();
    if lines.is_empty() { "nothing".to_owned() } else { lines.join(", ") }
}

/// Another key: it is put into the file, seals once everybody has had so long to see it, and what stands
/// under others is sealed anew. Broken off anywhere, it is gone on with the next time.
///
/// # Errors
/// Where the key file cannot be written, or the database does not answer.
pub async fn rotate(app: &App, until_all_know: Duration) -> Result<(), Ended> {
    let number = app.secrets.add()?;
    identity::record_keys(&app.database, &app.secrets, app.house_id(), app.now()).await.map_err(fault)?;
    println!("key {number} opens; in {} seconds, when every process knows it, it seals", until_all_know.as_secs());
    tokio::time::sleep(until_all_know).await;
    app.secrets.seal_under(number)?;
    identity::record_keys(&app.database, &app.secrets, app.house_id(), app.now()).await.map_err(fault)?;
    println!("key {number} seals; what stands under others is sealed anew");
    while !reseal::renew(app, reseal::A_ROUND).await.map_err(fault)? {}
    list(app).await?;
    println!("queqiao keys drop forgets the older keys in a quarter of an hour");
    Ok(())
}

/// Forgets the older keys.
///
/// # Errors
/// Where something stands under them still, or was signed with them a moment ago.
pub async fn drop_older(app: &App) -> Result<(), Ended> {
    let standing = reseal::standing(app.database.reader()).await.map_err(fault)?;
    let seals = app.secrets.newest();
    let recognised = identity::recognise::recognise(app.database.reader(), &app.secrets).await.map_err(fault)?;
    let older: Vec<(u32, Option<DateTime<Utc>>)> =
        recognised.known.into_iter().filter(|(number, _)| *number != seals).collect();
    for (number, retired_at) in &older {
        let left = under(&standing, *number);
        if left != "nothing" {
            return Err(Ended::Failed(format!(
                "key {number} is needed still: {left}. The service seals them anew by itself, and so does queqiao \
                 keys rotate; what no key opens stays, and queqiao doctor names it"
            )));
        }
        let free = retired_at.map(|retired| retired + access_token::LIFETIME + TimeDelta::minutes(1));
        match free {
            None => {
                return Err(Ended::Failed(format!("key {number} waits to seal: run queqiao keys rotate to its end")));
            }
            Some(free) if free > app.now() => {
                let lines =
                    format!("tokens signed with key {number} are good until {}: try again then", free.to_rfc3339());
                return Err(Ended::Failed(lines));
            }
            Some(_) => {}
        }
    }
    if matches!(app.secrets.source(), Source::File(_)) {
        app.secrets.drop_older()?;
    } else if app.secrets.numbers().len() > 1 {
        return Err(Ended::Usage(
            "security.secret_beside: nothing stands under it any more; leave it empty".to_owned(),
        ));
    }
    identity::forgotten(&app.database, &app.secrets).await.map_err(fault)?;
    println!("key {seals} is the only one; {} forgotten", older.len());
    Ok(())
}
