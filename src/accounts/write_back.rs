//! The house writes the letters people asked for ([`super::letter_request`]): a few in one transaction, each
//! once, by whichever process comes to it first. Whatever a crash leaves undone is done by the next
//! one.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::address::MailAddress;
use super::letter_request::{self, Errand};
use super::register::Wish;
use super::{account, letters, reset_request, sign_up, token};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::sealed::SIGN_UP_EMAIL;

/// How many one transaction does.
const MANY: u64 = 32;

/// How often the house looks when nobody rings: for what other processes wrote down.
const ROUND: Duration = Duration::from_secs(2);

/// How long to leave a database alone that did not do it.
const REST: Duration = Duration::from_secs(5);

/// Rung when somebody asked for a letter.
#[derive(Default)]
pub struct Bell(Notify);

impl Bell {
    pub fn ring(&self) {
        self.0.notify_one();
    }
}

/// Writes until told to stop.
#[must_use]
pub fn start(app: &Arc<App>, stop: CancellationToken) -> JoinHandle<()> {
    let house = Arc::clone(app);
    app.spawn(async move {
        let bell = house.extensions.get_or_default::<Bell>();
        loop {
            let pause = match due(&house).await {
                Ok(()) => ROUND,
                Err(fault) => {
                    tracing::error!(?fault, "letters that were asked for could not be written; the next try follows");
                    REST
                }
            };
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
                () = bell.0.notified(), if pause == ROUND => {}
            }
        }
    })
}

/// Writes everything that was asked for by now.
///
/// # Errors
/// Only faults; what was not done is still to do.
pub async fn due(app: &App) -> Result<(), Error> {
    loop {
        let waiting = letter_request::Entity::waiting().select_only().column(letter_request::Column::Id).limit(MANY);
        let waiting: Vec<Uuid> = waiting.into_tuple().all(app.database.reader()).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let txn = app.database.begin_write().await?;
        // Whoever comes second finds them done.
        let rows = letter_request::Entity::waiting().filter(letter_request::Column::Id.is_in(waiting)).lock_exclusive();
        for row in rows.all(&txn).await? {
            write(&txn, app, row).await?;
        }
        txn.commit().await?;
    }
}

async fn write(txn: &impl ConnectionTrait, app: &App, row: letter_request::Model) -> Result<(), Fault> {
    match row.errand(app) {
        Some(Errand::SignUp(wish)) => to_sign_up(txn, app, &wish).await?,
        Some(Errand::Forgotten { email, to }) => to_whoever_forgot(txn, app, &email, to.as_deref()).await?,
        None => tracing::error!("a letter that was asked for is sealed under a key this house does not have"),
    }
    let mut row = row.into_active_model();
    row.errand = Set(None);
    row.done_at = Set(Some(app.now()));
    row.update(txn).await?;
    Ok(())
}

/// A link to whoever reads the address; where it has an account, a note that says so.
async fn to_sign_up(txn: &impl ConnectionTrait, app: &App, wish: &Wish) -> Result<(), Fault> {
    let standing = account::Entity::of_email(&app.secrets, &wish.email).one(txn).await?;
    if standing.is_some_and(|account| account.is_claimed()) {
        return letters::already_registered_letter(txn, app, wish).await;
    }
    let (minted, now) = (token::mint(app)?, app.now());
    let (id, expires_at) = (app.new_id(), now + TimeDelta::hours(sign_up::HOURS));
    let row = sign_up::Model {
        id,
        email: SIGN_UP_EMAIL.seal(&app.secrets, &[id], &wish.email)?,
        email_digest: SIGN_UP_EMAIL.digest(&app.secrets, &wish.email),
        nickname: wish.nickname.clone(),
        gender: wish.gender,
        unit_id: wish.unit_id,
        language: wish.language,
        agreed: wish.agreed.clone(),
        token_digest: minted.digest,
        at: now,
        expires_at,
        token_bond: None,
    };
    sign_up::Entity::insert(row.bound(app).into_active_model().reset_all()).exec_without_returning(txn).await?;
    letters::verify(txn, app, wish, &minted.text).await
}

/// A link to set a new password, where the address has an account.
async fn to_whoever_forgot(txn: &impl ConnectionTrait, app: &App, email: &str, to: Option<&str>) -> Result<(), Fault> {
    let Some(account) = account::Entity::of_email(&app.secrets, email).one(txn).await? else { return Ok(()) };
    let Ok(address) = MailAddress::read(email) else { return Ok(()) };
    // The address may have been written into the database by somebody who reads its mail.
    if !account.is_bound(app) {
        return Ok(());
    }
    let minted = token::mint(app)?;
    let lasts = TimeDelta::minutes(reset_request::MINUTES);
    let row = reset_request::Model::new(app, account.id, &address, minted.digest, lasts);
    reset_request::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(txn).await?;
    letters::reset(txn, app, &account, &minted.text, to).await
}
