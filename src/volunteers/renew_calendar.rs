//! A volunteer gets an address for their calendar, or another one: the former leads nowhere from then on.

use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use sea_orm::sea_query::OnConflict;

use super::calendar;
use crate::accounts::SignedIn;
use crate::app::App;
use crate::error::{Error, Refused};
use crate::events::crew::{self, Role};

/// Makes the address anew.
///
/// # Errors
/// 404 for who serves at no event.
pub async fn renew(app: &App, account: SignedIn) -> Result<(), Error> {
    let txn = app.database.begin_write().await?;
    if crew::events_of(&txn, account.account_id, Role::Volunteer).await?.is_empty() {
        return Err(Refused::not_found().into());
    }
    let nonce = app.chance.secret::<16>()?.to_vec();
    let row = calendar::ActiveModel { account_id: Set(account.account_id), nonce: Set(nonce), made_at: Set(app.now()) };
    let place = OnConflict::column(calendar::Column::AccountId)
        .update_columns([calendar::Column::Nonce, calendar::Column::MadeAt])
        .to_owned();
    calendar::Entity::insert(row).on_conflict(place).exec_without_returning(&txn).await?;
    txn.commit().await
}
