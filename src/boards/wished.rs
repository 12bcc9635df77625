//! What somebody wishes now.

use serde::Serialize;
use utoipa::ToSchema;

use super::refusals::NO_BOARDS;
use super::{terms, wish};
use crate::app::App;
use crate::error::Error;
use crate::points::frozen;
use crate::registrations::access::Participant;

/// What somebody wishes, as it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MyBoards)]
pub struct Wished {
    /// The dearest first.
    #[schema(example = json!(["concert", "aquarium"]))]
    pub boards: Vec<String>,
    /// Whether they said so; who did not would come to any, in the order of the event.
    pub chosen: bool,
    /// Whether it can be changed still.
    pub open: bool,
}

/// What somebody wishes now.
///
/// # Errors
/// 409 `no_boards`.
pub async fn read(app: &App, me: &Participant) -> Result<Wished, Error> {
    let db = app.database.reader();
    let boards = terms::of(&me.event)?;
    if boards.is_empty() {
        return Err(NO_BOARDS.into());
    }
    let (wished, chosen) = wish::of_person(db, &boards, me.registration.id).await?;
    let open = !frozen::is_closed(db, &me.event, app.now()).await?;
    Ok(Wished { boards: wished, chosen, open })
}
