//! The notice board for programs: what anybody may read about events.

use actix_web::web::{Json, Path};
use actix_web::{HttpRequest, HttpResponse, Responder, get};
use sea_orm::{ColumnTrait, Condition};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;

use super::notice::{self, Notice};
use super::snapshots;
use crate::accounts::signed_in::{SignedIn, is_anonymous};
use crate::app::House;
use crate::body::Query;
use crate::error::{Error, Fault};
use crate::events::{access, event};
use crate::language::Language;
use crate::organizations::organization;
use crate::paging::{Page, Paging};
use crate::snapshot::Snapshot;

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BoardQuery {
    /// Slug of a union.
    pub organization: Option<String>,
    /// How many items, 1 to 200; 50 where it is left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// Events, newest first: the published ones, and to an organizer the drafts of their unions too. Who: anyone.
#[utoipa::path(tag = "events", params(BoardQuery), responses(
    (status = 200, body = Page<Notice>),
    (status = 422),
))]
#[get("/events")]
pub async fn list_events(
    house: House,
    account: Option<SignedIn>,
    wanted: Query<BoardQuery>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    let wanted = wanted.into_inner();
    if wanted == BoardQuery::default() && is_anonymous(&house, &request) {
        return answer(&*snapshots::list(&house).await?, &request);
    }
    let page = house.run(async move |app| {
        let db = app.database.reader();
        let own = match account {
            Some(account) => organization::of_staff(db, account.account_id).await?,
            None => Vec::new(),
        };
        let own = own.into_iter().map(|union| union.id);
        let public = event::Column::PublishedAt.lte(app.now());
        let visible = Condition::any().add(public).add(event::Column::OrganizationId.is_in(own));
        let mut listed = Condition::all().add(visible);
        if let Some(slug) = &wanted.organization {
            let union = organization::by_slug(db, slug).await?.map(|union| union.id);
            listed = listed.add(event::Column::OrganizationId.eq(union.unwrap_or_default()));
        }
        notice::list(db, listed, &Paging { limit: wanted.limit, cursor: wanted.cursor }, app.now()).await
    });
    Ok(Json(page.await?).respond_to(&request).map_into_boxed_body())
}

/// One event. Drafts are there for the organizers of their union only. Who: anyone.
#[utoipa::path(tag = "events", params(("event" = String, Path)), responses(
    (status = 200, body = Notice),
))]
#[get("/events/{event}")]
pub async fn read_event(
    house: House,
    account: Option<SignedIn>,
    slug: Path<String>,
    request: HttpRequest,
) -> Result<HttpResponse, Error> {
    if is_anonymous(&house, &request) {
        return answer(&*snapshots::event(&house, &slug).await?, &request);
    }
    let found = house.run(async move |app| {
        let db = app.database.reader();
        let event = access::find_visible(&app, &slug, account.as_ref()).await?;
        Ok(notice::notice(db, event, app.now()).await?)
    });
    Ok(Json(found.await?).respond_to(&request).map_into_boxed_body())
}

/// As JSON, which is of no language.
fn answer<T: Serialize>(snapshot: &Snapshot<T>, request: &HttpRequest) -> Result<HttpResponse, Error> {
    snapshot.answer(request, "application/json", Language::default(), |snapshot| {
        serde_json::to_string(&snapshot.content).map_err(Fault::of)
    })
}
