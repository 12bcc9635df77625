//! The organizer has the letter sent to their own address first.

use super::letters;
use super::message::Message;
use super::whom::Reader;
use crate::accounts::recipient;
use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::access::Organizer;
use crate::language::Language;
use crate::mail::letter;

/// Whoever is to be shown a letter before others get it.
///
/// # Errors
/// 401 where the account is gone.
pub async fn oneself(app: &App, by: &Organizer) -> Result<Reader, Error> {
    let db = app.database.reader();
    let account_id = by.account.account_id;
    let to = recipient::find(db, app, account_id).await?.ok_or_else(Refused::not_signed_in)?;
    Ok(Reader { account_id, to, number: "A0001".to_owned(), place: None }.reading(Language::Zh))
}

/// Sends it to nobody else, in both languages where there are both. It is no announcement and stays out of the history.
///
/// # Errors
/// 422 `invalid` where half the English is missing.
pub async fn try_out(app: &App, by: &Organizer, message: Message) -> Result<(), Error> {
    message.whole()?;
    let oneself = oneself(app, by).await?;
    let mut letters = vec![letters::letter(app, &by.event, &message, &oneself, None)?];
    if message.subject_en.is_some() {
        let reads_english = oneself.reading(Language::En);
        letters.push(letters::letter(app, &by.event, &message, &reads_english, None)?);
    }
    let txn = app.database.begin_write().await?;
    letter::post_all(&txn, app, letters).await?;
    txn.commit().await
}
