//! Stories of the room `screening`.

mod run;
mod succession;
mod boards;
mod program;
mod history;
mod preview;
mod seats;
mod shut_out;

use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::points::frozen;
use queqiao::registrations::registration::{self, Status};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};

use crate::fixtures::evening::Engine;
use crate::fixtures::evening::Evening;
use crate::fixtures::person::Person;

const RUNS: &str = "/api/v1/events/qixi/screening/runs";
const LIST: &str = "/api/v1/events/qixi/screening/list";
const REPLY: &str = "/api/v1/events/qixi/registrations/me/reply";
const ME: &str = "/api/v1/events/qixi/registrations/me";

/// Four men and six women for two and two seats, with the ledger frozen.
struct Cast {
    evening: Evening,
    men: Vec<Person>,
    women: Vec<Person>,
}

async fn cast(engine: Engine) -> Option<Cast> {
    let evening = Evening::begin(engine, Phase::Screening).await?;
    let men = evening.participants("men", 4, Status::Approved).await;
    let women = evening.participants("women", 6, Status::Approved).await;
    freeze(&evening).await;
    Some(Cast { evening, men, women })
}

async fn freeze(evening: &Evening) {
    let txn = evening.app.database.begin_write().await.unwrap();
    let event = event::hold(&txn, evening.event.id).await.unwrap();
    frozen::seal(&txn, &evening.app, &event, None, evening.app.now()).await.unwrap();
    txn.commit().await.unwrap();
}

async fn rules(evening: &Evening, rules: Value) {
    evening.change(|row| row.settings = Set(json!({ "screening": rules }))).await;
}

async fn standing_as(evening: &Evening, people: &[Person], wanted: Status) -> Vec<Person> {
    let mut found = Vec::new();
    for person in people {
        if evening.status(person).await == wanted {
            found.push(evening.again(person));
        }
    }
    found
}

async fn seats(evening: &Evening) -> usize {
    let rows = registration::Entity::of_event(evening.event.id).all(evening.app.database.reader()).await.unwrap();
    rows.iter().filter(|row| matches!(row.status, Status::Selected | Status::Confirmed)).count()
}
