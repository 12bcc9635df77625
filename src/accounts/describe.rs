//! A person says about themself what others may see, and what only a handshake gives away.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::{account, age, profile};
use crate::app::App;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::language::Language;

/// What is to be different. `None` leaves a field as it is; `Some(None)` empties it.
#[derive(Debug, Default)]
pub struct Changes {
    pub language: Option<Language>,
    /// What colleagues call one; of the account, not of a profile.
    pub name: Option<Option<String>>,
    pub nickname: Option<String>,
    pub gender: Option<profile::Gender>,
    pub born_on: Option<Option<NaiveDate>>,
    pub education: Option<Option<String>>,
    pub district: Option<Option<String>>,
    pub interests: Option<Vec<String>>,
    pub about: Option<Option<String>>,
    pub real_name: Option<Option<String>>,
    pub phone: Option<Option<String>>,
    pub wechat: Option<Option<String>>,
    pub unit_id: Option<Option<Uuid>>,
}

/// Changes one's own account and profile.
///
/// # Errors
/// 422 `invalid` for a date of birth that cannot be, or of somebody under age; 401 where the account is gone.
pub async fn describe(
    app: &App,
    account: Uuid,
    changes: Changes,
) -> Result<(account::Model, Option<profile::Model>), Error> {
    let txn = app.database.begin_write().await?;
    let found = account::Entity::find_by_id(account).lock_exclusive().one(&txn).await?;
    let mut account = found.filter(|account| account.erased_at.is_none()).ok_or_else(Refused::not_signed_in)?;
    if changes.language.is_some() || changes.name.is_some() {
        let mut row: account::ActiveModel = account.clone().into();
        row.language = Set(changes.language.unwrap_or(account.language));
        row.name = Set(changes.name.clone().unwrap_or(account.name));
        account = row.update(&txn).await?;
    }
    let profile = changes.write(&txn, app, account.id).await?;
    txn.commit().await?;
    Ok((account, profile))
}

impl Changes {
    fn judge(&self, app: &App) -> Result<(), Error> {
        match self.born_on.flatten().and_then(|born| age::wrong("born_on", born, app.now())) {
            Some(wrong) => Err(Refused::invalid(vec![wrong]).into()),
            None => Ok(()),
        }
    }

    /// Writes them into the profile, or begins one, in the transaction of whoever needs it to be said.
    ///
    /// # Errors
    /// 422 `invalid` for a date of birth that cannot be or of somebody under age, and where a profile would begin without a
    /// nickname or a gender.
    pub async fn write(
        self,
        txn: &impl ConnectionTrait,
        app: &App,
        account: Uuid,
    ) -> Result<Option<profile::Model>, Error> {
        self.judge(app)?;
        Ok(match profile::Entity::find_by_id(account).one(txn).await? {
            Some(profile) => Some(self.onto(app, account, profile.into())?.update(txn).await?),
            None if self.nickname.is_none() && self.gender.is_none() => None,
            None => Some(self.first(app, account)?.insert(txn).await?),
        })
    }

    /// The profile of an account that was made without one (an administrator's).
    fn first(self, app: &App, account: Uuid) -> Result<profile::ActiveModel, Error> {
        for (field, missing) in [("nickname", self.nickname.is_none()), ("gender", self.gender.is_none())] {
            if missing {
                let error = FieldError::new(field, "required", "a profile needs a nickname and a gender");
                return Err(Refused::invalid(vec![error]).into());
            }
        }
        let empty = profile::ActiveModel { account_id: Set(account), interests: Set(json!([])), ..Default::default() };
        Ok(self.onto(app, account, empty)?)
    }

    fn onto(self, app: &App, account: Uuid, mut row: profile::ActiveModel) -> Result<profile::ActiveModel, Fault> {
        fn put<T: Into<sea_orm::Value>>(field: &mut sea_orm::ActiveValue<T>, change: Option<T>) {
            if let Some(value) = change {
                *field = Set(value);
            }
        }
        put(&mut row.nickname, self.nickname);
        put(&mut row.gender, self.gender);
        put(&mut row.education, self.education);
        put(&mut row.district, self.district);
        put(&mut row.interests, self.interests.map(|values| json!(values)));
        put(&mut row.about, self.about);
        if let Some(name) = self.real_name {
            row.set_real_name(&app.secrets, account, name.as_deref())?;
        }
        if let Some(born) = self.born_on {
            row.set_born_on(&app.secrets, account, born)?;
        }
        if let Some(phone) = self.phone {
            row.set_phone(&app.secrets, account, phone.as_deref())?;
        }
        if let Some(wechat) = self.wechat {
            row.set_wechat(&app.secrets, account, wechat.as_deref())?;
        }
        put(&mut row.unit_id, self.unit_id);
        Ok(row)
    }
}
