//! The organizer has the letter sent to their own address first.

use sea_orm::EntityTrait;

use super::letters;
use super::message::Message;
use super::whom::Recipient;
use crate::accounts::{account, profile};
use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::language::Language;
use crate::mail::letter;

/// Whoever is to be shown a letter before others get it.
///
/// # Errors
/// 401 where the account is gone.
pub async fn oneself(app: &App, by: &Organizer) -> Result<Recipient, Error> {
    let db = app.database.reader();
    let account = account::find(db, by.account.account_id).await?.ok_or_else(Refused::not_signed_in)?;
    let profile = profile::Entity::find_by_id(account.id).one(db).await?;
    Ok(Recipient {
        account_id: account.id,
        email: account.address(&app.secrets)?,
        language: Language::Zh,
        nickname: profile.map(|profile| profile.nickname).unwrap_or_default(),
        number: "A0001".to_owned(),
    })
}

/// Sends it to nobody else, in both languages where there are both. It is no announcement and stays out of the history.
///
/// # Errors
/// 422 `invalid` where half the English is missing.
pub async fn try_out(app: &App, by: &Organizer, message: Message) -> Result<(), Error> {
    message.whole()?;
    let to = oneself(app, by).await?;
    let mut drafts = vec![letters::draft(app, &by.event, &message, &to, None)];
    if message.subject_en.is_some() {
        let reads_english = Recipient { language: Language::En, ..to };
        drafts.push(letters::draft(app, &by.event, &message, &reads_english, None));
    }
    let txn = app.database.begin_write().await?;
    letter::post_all(&txn, app, drafts).await?;
    Ok(txn.commit().await?)
}
