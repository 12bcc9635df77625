//! Somebody at the machine makes an administrator.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};

use super::account;
use super::address::MailAddress;
use super::password::{self, Weak};
use crate::app::App;
use crate::audit;
use crate::error::Error;
use crate::language::Language;

/// Why there is no new administrator.
pub enum NotAppointed {
    Weak(Weak),
    /// The address has an account. Making an administrator of somebody's account by overwriting its
    /// password would lock its owner out.
    Already,
    Other(Error),
}

impl<E: Into<Error>> From<E> for NotAppointed {
    fn from(other: E) -> Self {
        Self::Other(other.into())
    }
}

/// Makes an account that may do everything. Its address counts as proven: whoever sits at the
/// machine could write that into the database anyway.
///
/// # Errors
/// As [`NotAppointed`].
pub async fn appoint_administrator(app: &App, address: &MailAddress, password: &str) -> Result<(), NotAppointed> {
    password::judge(password, &[address.as_str()]).map_err(NotAppointed::Weak)?;
    if password::is_leaked(app, password).await? {
        return Err(NotAppointed::Weak(Weak::Leaked));
    }
    let hash = password::hash(app, password).await?;
    let txn = app.database.begin_write().await?;
    let id = app.new_id();
    let account = account::Model {
        id,
        email: address.as_str().to_owned(),
        password: Some(account::sealed_hash(app, id, &hash)?),
        name: None,
        language: Language::default(),
        administrator: true,
        created_at: app.now(),
        verified_at: Some(app.now()),
        erased_at: None,
        bond: account::bond(app, id, address.as_str(), true),
    };
    let written = account::Entity::insert(account.into_active_model().reset_all())
        .on_conflict(OnConflict::column(account::Column::Email).do_nothing().to_owned())
        .exec_without_returning(&txn)
        .await?;
    if written == 0 {
        return Err(NotAppointed::Already);
    }
    let entry =
        audit::Entry { action: "administrator_appointed", subject: Some(("account", id)), ..Default::default() };
    audit::record(&txn, app, entry).await?;
    txn.commit().await?;
    Ok(())
}
