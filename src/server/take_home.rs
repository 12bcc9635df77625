//! Everything held about a person, over all rooms, taken home as a ZIP. Each room knows what it holds (`personal.rs` in
//! the room); this is the list of them, which only the roof can make.

use std::io::{Cursor, Write};

use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, post};
use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::accounts::authenticate::Proof;
use crate::accounts::reauthenticate::once_proven;
use crate::accounts::{self, SignedIn, account};
use crate::app::{App, House};
use crate::audit::Deed;
use crate::body::Body;
use crate::error::{Error, Fault, Refused};
use crate::{
    announcements, audit, badges, boards, chat, checkin, circle, confessions, couples, dates, draws, events, feedback,
    goods, introductions, invitations, mail, organizations, picks, plaza, points, programme, registrations, screening,
    stage, units, volunteers,
};

/// Everything held about the caller, as JSON files and photos in a ZIP; with a fresh proof, for a
/// session that was left open must not give it away.
///
/// Who: account.
#[utoipa::path(tag = "accounts", request_body = Proof, responses(
    (status = 200, description = "A ZIP of JSON files, one a room, and of photos", content_type = "application/zip"),
    (status = 401, description = "`not_signed_in`, `wrong_credentials`, `second_factor_needed`, `second_factor_wrong`"),
    (status = 422, description = "`invalid`"),
    (status = 429, description = "`too_many_requests`"),
), security(("bearer" = [])))]
#[post("/me/export")]
pub async fn export(
    house: House,
    request: HttpRequest,
    who: SignedIn,
    proof: Body<Proof>,
) -> Result<HttpResponse, Error> {
    taken_home(&house, &request, who, proof.into_inner()).await
}

/// The ZIP, for whoever proves once more who they are; on record.
pub(super) async fn taken_home(
    house: &House,
    request: &HttpRequest,
    who: SignedIn,
    proof: Proof,
) -> Result<HttpResponse, Error> {
    let zip = once_proven(house, request, who, proof, async move |app, proven| {
        let txn = app.database.begin_write().await?;
        proven.hold(&app, &txn).await?;
        let id = who.account_id;
        Deed::DataTakenHome.by(id).about("account", id).record(&txn, &app).await?;
        txn.commit().await?;
        let files = gather(&app, who).await?;
        let mine = registrations::personal::ids(app.database.reader(), who.account_id).await?;
        let mut photos = plaza::personal::photos(app.database.reader(), &mine).await?;
        photos.extend(chat::personal::photos(app.database.reader(), &mine).await?);
        Ok(tokio::task::spawn_blocking(move || pack(&files, &photos)).await.map_err(Fault::of)??)
    });
    let zip = zip.await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/zip"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"queqiao.zip\""))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(zip))
}

async fn gather(app: &App, who: SignedIn) -> Result<Vec<(&'static str, Value)>, Error> {
    let (db, id) = (app.database.reader(), who.account_id);
    let account = account::find(db, id).await?.ok_or_else(Refused::not_signed_in)?;
    let email = account.address(&app.secrets)?;
    let mine = registrations::personal::ids(db, id).await?;
    Ok(vec![
        ("account.json", accounts::personal::export(db, app, id).await?),
        ("letters.json", mail::personal::export(db, app, id, &email).await?),
        ("audit.json", audit::personal::export(db, id).await?),
        ("invitations.json", invitations::personal::export(db, app, id, &email).await?),
        ("organizations.json", organizations::personal::export(db, id).await?),
        ("units.json", units::personal::export(db, app, id, &email).await?),
        ("events.json", events::personal::export(db, id).await?),
        ("registrations.json", registrations::personal::export(db, id).await?),
        ("points.json", points::personal::export(db, &mine).await?),
        ("plaza.json", plaza::personal::export(db, &mine).await?),
        ("boards.json", boards::personal::export(db, &mine).await?),
        ("screening.json", screening::personal::export(db, &mine).await?),
        ("badges.json", badges::personal::export(db, &mine).await?),
        ("check-ins.json", checkin::personal::export(db, id, &mine).await?),
        ("programme.json", programme::personal::export(db, &mine).await?),
        ("dates.json", dates::personal::export(db, app, &mine).await?),
        ("picks.json", picks::personal::export(db, &mine).await?),
        ("couples.json", couples::personal::export(db, app, &mine).await?),
        ("confessions.json", confessions::personal::export(db, &mine).await?),
        ("draws.json", draws::personal::export(db, &mine).await?),
        ("blessings.json", stage::personal::export(db, &mine).await?),
        ("feedback.json", feedback::personal::export(db, app, &mine).await?),
        ("circle.json", circle::personal::export(db, &mine).await?),
        ("chat.json", chat::personal::export(db, app, &mine).await?),
        ("volunteers.json", volunteers::personal::export(db, app, id, &mine).await?),
        ("goods.json", goods::personal::export(db, id).await?),
        ("introductions.json", introductions::personal::export(db, app, id).await?),
        ("announcements.json", announcements::personal::export(db, app, id).await?),
    ])
}

fn pack(files: &[(&'static str, Value)], photos: &[(String, Vec<u8>)]) -> Result<Vec<u8>, Fault> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).map_err(Fault::of)?;
        let content = serde_json::to_vec_pretty(content).map_err(Fault::of)?;
        zip.write_all(&content).map_err(Fault::of)?;
    }
    for (name, photo) in photos {
        zip.start_file(name.as_str(), SimpleFileOptions::default()).map_err(Fault::of)?;
        zip.write_all(photo).map_err(Fault::of)?;
    }
    Ok(zip.finish().map_err(Fault::of)?.into_inner())
}
