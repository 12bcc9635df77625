//! What anybody reads of the notice board, as it is now ([`crate::snapshot`]): of published events, and read
//! for nobody in particular.

use std::sync::Arc;

use sea_orm::ColumnTrait;
use uuid::Uuid;

use super::notice::{self, Notice, notice, notices};
use crate::app::App;
use crate::error::Error;
use crate::events::{access, event};
use crate::paging::{Page, Paging};
use crate::snapshot::{Shelf, Snapshot};

/// What the front page has: events to come, and those that are over.
#[derive(Debug)]
pub struct Front {
    pub open: Vec<Notice>,
    pub past: Vec<Notice>,
}

/// One event.
///
/// # Errors
/// 404 where there is none that anybody may see.
pub async fn event(app: &Arc<App>, slug: &str) -> Result<Arc<Snapshot<Notice>>, Error> {
    let wanted = slug.to_owned();
    let shelf = app.extensions.get_or_default::<Shelf<Notice>>();
    shelf.get(app, slug, async move |app, known| read_event(&app, &wanted, known).await).await
}

/// The front page.
///
/// # Errors
/// Only faults.
pub async fn front(app: &Arc<App>) -> Result<Arc<Snapshot<Front>>, Error> {
    let read = async move |app: Arc<App>, _| {
        let (revision, at) = (app.happenings.revision(None), app.now());
        let db = app.database.reader();
        let (ahead, past) = event::announced(db, at).await?;
        let front = Front { open: notices(db, ahead, at).await?, past: notices(db, past, at).await? };
        let turns: Vec<_> = front.open.iter().flat_map(Notice::turns).collect();
        Ok(Snapshot::of(front, None, revision, at, turns))
    };
    app.extensions.get_or_default::<Shelf<Front>>().get(app, "", read).await
}

/// The list of all published events, from its beginning.
///
/// # Errors
/// Only faults.
pub async fn list(app: &Arc<App>) -> Result<Arc<Snapshot<Page<Notice>>>, Error> {
    let read = async move |app: Arc<App>, _| {
        let (revision, at) = (app.happenings.revision(None), app.now());
        let published = event::Column::PublishedAt.lte(at);
        let page = notice::list(app.database.reader(), published, &Paging::default(), at).await?;
        let turns: Vec<_> = page.items.iter().flat_map(Notice::turns).collect();
        Ok(Snapshot::of(page, None, revision, at, turns))
    };
    app.extensions.get_or_default::<Shelf<Page<Notice>>>().get(app, "", read).await
}

/// Reads one event as anybody may.
///
/// # Arguments
/// `known`: its id, where it had this name before.
async fn read_event(app: &App, slug: &str, mut known: Option<Uuid>) -> Result<Snapshot<Notice>, Error> {
    let db = app.database.reader();
    loop {
        // Taken before the event is read: what is announced from now on may not be in it.
        let (revision, at) = (app.happenings.revision(known), app.now());
        let event = access::find_published(db, slug, at).await?;
        if known == Some(event.id) {
            let notice = notice(db, event, at).await?;
            let turns = notice.turns();
            return Ok(Snapshot::of(notice, known, revision, at, turns));
        }
        known = Some(event.id);
    }
}
