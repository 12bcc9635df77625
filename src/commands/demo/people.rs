//! People of a demonstration who act: many at once, by the verbs that a request of theirs would call.

use std::collections::HashMap;
use std::future::Future;
use std::sync::Arc;

use futures_util::{StreamExt, TryStreamExt, stream};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::accounts::SignedIn;
use crate::accounts::signed_in::Via;
use crate::app::App;
use crate::checkin::presence;
use crate::error::{Error, Fault};
use crate::events::event;
use crate::language::Language;
use crate::registrations::access::Participant;
use crate::registrations::registration::{self, Side, Status};

/// How many act at once, so that they share commits as they do in life.
const AT_ONCE: usize = 32;

/// Lets everybody act, on all cores; answers in the order of the people.
///
/// # Errors
/// The first refusal, which would be a mistake of the scene.
pub async fn at_once<T, R, F>(
    app: &Arc<App>,
    people: impl IntoIterator<Item = T>,
    act: impl Fn(Arc<App>, T) -> F,
) -> Result<Vec<R>, Error>
where
    R: Send + 'static,
    F: Future<Output = Result<R, Error>> + Send + 'static,
{
    let acts = people.into_iter().map(|person| tokio::spawn(act(Arc::clone(app), person)));
    stream::iter(acts).buffered(AT_ONCE).map(|ended| ended.map_err(Fault::of)?).try_collect().await
}

/// Somebody who signed in.
#[must_use]
pub const fn signed_in(account_id: Uuid) -> SignedIn {
    SignedIn { account_id, administrator: false, lacks_factor: false, language: Language::Zh, via: Via::Token(None) }
}

/// A participant as requests of theirs find them.
#[must_use]
pub fn participant(event: &event::Model, registration: registration::Model) -> Participant {
    Participant { account: signed_in(registration.account_id), event: event.clone(), registration }
}

/// Everybody of an event who stands so, by the number of their application.
///
/// # Errors
/// Only faults.
pub async fn of_status(app: &App, event: &event::Model, status: Status) -> Result<Vec<Participant>, Fault> {
    let people = registration::Entity::of_event(event.id).filter(registration::Column::Status.eq(status));
    let people = people.order_by_asc(registration::Column::Number).all(app.database.reader()).await?;
    Ok(people.into_iter().map(|registration| participant(event, registration)).collect())
}

/// Everybody of a side who came, by the number they wear.
///
/// # Errors
/// Only faults.
pub async fn who_came(app: &App, event: &event::Model, side: Side) -> Result<Vec<(Participant, String)>, Fault> {
    let db = app.database.reader();
    let inside = presence::Entity::inside(event.id).filter(presence::Column::Side.eq(side));
    let inside = inside.order_by_asc(presence::Column::Number).all(db).await?;
    let people = registration::Entity::of_event(event.id).all(db).await?;
    let mut people: HashMap<Uuid, registration::Model> = people.into_iter().map(|person| (person.id, person)).collect();
    let mut worn = |presence: presence::Model| {
        Some((participant(event, people.remove(&presence.registration_id)?), presence.worn().to_string()))
    };
    Ok(inside.into_iter().filter_map(&mut worn).collect())
}
