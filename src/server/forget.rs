//! A person is forgotten, in all rooms. Each room knows how it forgets (`personal.rs` in the room); this is the list of
//! them, which only the roof can make.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{HttpRequest, HttpResponse, delete};

use crate::accounts::asker::Asker;
use crate::accounts::authenticate::Proof;
use crate::accounts::reauthenticate::reauthenticate;
use crate::accounts::{self, SignedIn, clear_browser, cookie};
use crate::app::{App, House};
use crate::audit::Deed;
use crate::body::Body;
use crate::error::{Error, Fault};
use crate::{
    badges, boards, chat, checkin, circle, confessions, couples, dates, events, feedback, goods, introductions,
    invitations, mail, organizations, picks, plaza, programme, registrations, stage, units, volunteers,
};

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
const TOUCHED: &[&str] = &[
    "account",
    "account_lock",
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
    "chat_line",
    "chat_photo",
    "chat_report",
    "online_feedback",
    "date_note",
    "contact_offer",
    "contact_given",
    "invitation",
    "letter_request",
    "follow_up",
    "photo",
    "board_wish",
    "volunteer_contact",
    "case_letter",
    "case_letters_stopped",
    "case_question",
    "case_calendar",
    "introduction_request",
    "introduction_place",
    "introduction_answer",
    "introduction_offer",
    "introduction_given",
    "voucher",
];

/// After somebody was forgotten: what their rows took is given back to the tables.
pub(super) async fn sweep_up(app: &Arc<App>) -> Result<(), Fault> {
    let erasures = app.extensions.get_or_default::<Erasures>();
    if erasures.0.swap(false, Ordering::Relaxed) {
        app.database.sweep_up(TOUCHED).await?;
    }
    Ok(())
}

pub(super) async fn forget(app: &Arc<App>, asker: &Asker, who: SignedIn, proof: &Proof) -> Result<(), Error> {
    let id = who.account_id;
    let proven = reauthenticate(app, asker, &who, proof).await?;
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
    boards::personal::erase(&txn, &mine).await?;
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
    news.extend(chat::personal::erase(&txn, app, &mine).await?);
    volunteers::personal::erase(&txn, app, id, &mine).await?;
    goods::personal::erase(&txn, app, id).await?;
    introductions::personal::erase(&txn, id).await?;
    mail::personal::erase(&txn, app, id, &email).await?;
    Deed::AccountErased.by(id).about("account", id).record(&txn, app).await?;
    txn.commit().await?;
    app.extensions.get_or_default::<Erasures>().0.store(true, Ordering::Relaxed);
    for (event, what) in news {
        app.happenings.announce(event, what);
    }
    Ok(())
}
