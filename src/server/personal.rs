//! Everything held about a person, over all rooms: taken home as a ZIP, or forgotten.
//!
//! Each room knows what it holds and how it forgets (`personal.rs` in the room); this is the list
//! of them, which only the roof can make.

use std::io::{Cursor, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::calls::Calls;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, delete, post};
use serde_json::Value;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::accounts::asker::Asker;
use crate::accounts::prove::Proof;
use crate::accounts::prove_again::{once_proven, prove_again};
use crate::accounts::{self, SignedIn, account, clear_browser, cookie};
use crate::app::{App, House};
use crate::audit::Deed;
use crate::body::Body;
use crate::error::{Error, Fault, Refused};
use crate::{
    announcements, audit, badges, checkin, circle, confessions, couples, dates, events, feedback, invitations, mail,
    organizations, picks, plaza, points, programme, registrations, screening, stage, units, volunteers,
};

/// The calls of the roof itself.
pub fn calls(config: &mut Calls<'_>) {
    config.service(export).service(erase);
}

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
        let photos = plaza::personal::photos(app.database.reader(), &mine).await?;
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
        ("screening.json", screening::personal::export(db, &mine).await?),
        ("badges.json", badges::personal::export(db, &mine).await?),
        ("check-ins.json", checkin::personal::export(db, id, &mine).await?),
        ("programme.json", programme::personal::export(db, &mine).await?),
        ("dates.json", dates::personal::export(db, app, &mine).await?),
        ("picks.json", picks::personal::export(db, &mine).await?),
        ("couples.json", couples::personal::export(db, app, &mine).await?),
        ("confessions.json", confessions::personal::export(db, &mine).await?),
        ("blessings.json", stage::personal::export(db, &mine).await?),
        ("feedback.json", feedback::personal::export(db, app, &mine).await?),
        ("circle.json", circle::personal::export(db, &mine).await?),
        ("volunteers.json", volunteers::personal::export(db, app, id, &mine).await?),
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

/// Forgets the caller. Applications to events ahead are withdrawn; what ledgers and logs are counted
/// over stays without a name. The account can never sign in again; so the proof is to be fresh.
///
/// Who: account.
#[utoipa::path(tag = "accounts", request_body = Proof, responses(
    (status = 204, description = "Forgotten"),
    (status = 401, description = "`not_signed_in`, `wrong_credentials`, `second_factor_needed`, `second_factor_wrong`"),
    (status = 409, description = "`last_administrator`, `last_organizer`"),
    (status = 422, description = "`invalid`"),
    (status = 429, description = "`too_many_requests`"),
), security(("bearer" = [])))]
#[delete("/me")]
pub async fn erase(
    house: House,
    request: HttpRequest,
    who: SignedIn,
    proof: Body<Proof>,
) -> Result<HttpResponse, Error> {
    let (asker, proof) = (Asker::of(&house, &request), proof.into_inner());
    house.run(async move |app| forget(&app, &asker, who, &proof).await).await?;
    let mut answer = HttpResponse::NoContent();
    if cookie::token(&house, &request).is_some() {
        answer.cookie(cookie::removal(&house));
    }
    let mut answer = answer.finish();
    clear_browser::forget(&request, &mut answer);
    Ok(answer)
}

/// Whether somebody was forgotten since the tables were swept.
#[derive(Default)]
struct Erasures(AtomicBool);

/// Where something of a person stood that is deleted or overwritten when they are forgotten.
const TOUCHED: [&str; 22] = [
    "account",
    "profile",
    "consent",
    "sign_up",
    "token_family",
    "session",
    "second_factor",
    "recovery_code",
    "refresh_token",
    "reset_request",
    "letter",
    "letter_opening",
    "registration",
    "contribution",
    "circle_note",
    "date_note",
    "contact_offer",
    "contact_given",
    "invitation",
    "letter_request",
    "follow_up",
    "photo",
];

/// After somebody was forgotten: what their rows took is given back to the tables.
pub(super) async fn sweep_up(app: &Arc<App>) -> Result<(), Fault> {
    let erasures = app.extensions.get_or_default::<Erasures>();
    if erasures.0.swap(false, Ordering::Relaxed) {
        app.database.sweep_up(&TOUCHED).await?;
    }
    Ok(())
}

pub(super) async fn forget(app: &Arc<App>, asker: &Asker, who: SignedIn, proof: &Proof) -> Result<(), Error> {
    let id = who.account_id;
    let proven = prove_again(app, asker, &who, proof).await?;
    let txn = app.database.begin_write().await?;
    accounts::personal::may_leave(&txn, app, id).await?;
    organizations::personal::may_leave(&txn, id).await?;
    let (account, _) = proven.hold(app, &txn).await?;
    let email = account.address(&app.secrets)?;
    accounts::personal::erase(&txn, app, id).await?;
    invitations::personal::erase(&txn, app, id, &email).await?;
    organizations::personal::erase(&txn, id).await?;
    units::personal::erase(&txn, app, id, &email).await?;
    events::personal::erase(&txn, id).await?;
    let mut news = registrations::personal::erase(&txn, app, id).await?;
    let mine = registrations::personal::ids(&txn, id).await?;
    plaza::personal::erase(&txn, &mine).await?;
    badges::personal::erase(&txn, app, &mine).await?;
    news.extend(checkin::personal::erase(&txn, app, &mine).await?);
    programme::personal::erase(&txn, &mine).await?;
    news.extend(dates::personal::erase(&txn, &mine).await?);
    picks::personal::erase(&txn, &mine).await?;
    couples::personal::erase(&txn, app, &mine).await?;
    confessions::personal::erase(&txn, &mine).await?;
    stage::personal::erase(&txn, &mine).await?;
    feedback::personal::erase(&txn, app, &mine).await?;
    circle::personal::erase(&txn, &mine).await?;
    volunteers::personal::erase(&txn, app, id, &mine).await?;
    mail::personal::erase(&txn, app, id, &email).await?;
    Deed::AccountErased.by(id).about("account", id).record(&txn, app).await?;
    txn.commit().await?;
    app.extensions.get_or_default::<Erasures>().0.store(true, Ordering::Relaxed);
    for (event, what) in news {
        app.happenings.announce(event, what);
    }
    Ok(())
}
