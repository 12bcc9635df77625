//! Somebody with what they put on the plaza that stands on their card.

use super::neighbours::{self, Neighbour};
use crate::app::App;
use crate::error::{Error, Fault, Refused};
use crate::plaza::entrance::may_look;
use crate::plaza::portrait::{self, Portrait};
use crate::plaza::wall::{self, Note};
use crate::registrations::access::Participant;
use crate::registrations::exclusion::Because;

pub struct NeighbourCard {
    pub person: Neighbour,
    /// The last one everybody sees.
    pub declaration: Option<String>,
    pub portrait: Option<Portrait>,
}

/// People with their declarations and portraits, in the order given.
pub async fn load_cards(app: &App, people: Vec<Neighbour>) -> Result<Vec<NeighbourCard>, Fault> {
    let ids = || people.iter().map(|person| person.registration_id);
    let db = app.database.reader();
    let mut declarations = wall::last_declarations(db, ids()).await?;
    let mut portraits = portrait::load_approved(db, ids()).await?;
    let show = |person: Neighbour| NeighbourCard {
        declaration: declarations.remove(&person.registration_id),
        portrait: portraits.remove(&person.registration_id),
        person,
    };
    Ok(people.into_iter().map(show).collect())
}

/// The most posts told with one person.
const POSTS: u64 = 10;

/// One person, as whoever looks at them sees them.
pub struct Seen {
    pub card: NeighbourCard,
    /// The last ones that are shown.
    pub posts: Vec<Note>,
    /// Why the reader asked to be kept apart from them, where they did.
    pub apart: Option<Because>,
    /// Whether it is the reader.
    pub me: bool,
}

/// Looks at somebody in sight.
///
/// # Errors
/// What [`may_look`] says; 404 as [`find`].
pub async fn seen(app: &App, me: &Participant, handle: &str) -> Result<Seen, Error> {
    may_look(app, me)?;
    let found = find(app, me, handle).await?;
    let (id, my_id) = (found.registration_id, me.registration.id);
    let kept_apart = neighbours::kept_apart(app, me).await?;
    let apart = kept_apart.into_iter().find(|(about, _)| about.registration_id == id).map(|(_, because)| because);
    let posts = wall::by_author(app.database.reader(), me.event.id, id, my_id, POSTS).await?;
    let card = load_cards(app, vec![found]).await?.pop().ok_or_else(Refused::not_found)?;
    Ok(Seen { card, posts, apart, me: id == my_id })
}

/// Somebody in sight.
///
/// # Errors
/// 404 where nobody in sight has this handle.
pub async fn find(app: &App, me: &Participant, handle: &str) -> Result<Neighbour, Error> {
    let people = neighbours::in_sight(app, me).await?;
    people.into_iter().find(|person| person.handle == handle).ok_or_else(|| Refused::not_found().into())
}
