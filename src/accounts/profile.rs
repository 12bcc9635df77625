//! What others may see of a person, and what only the person may see.

use std::collections::HashMap;

use chrono::Datelike;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, JoinType, QueryFilter, QuerySelect, SelectTwo};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::account;
use crate::app::App;
use crate::database::IDS_A_STATEMENT;
use crate::error::Fault;
use crate::remembered::{Memory, Table};
use crate::sealed::{self, Sealed};
use crate::secrets::Secrets;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "profile")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    pub nickname: String,
    pub gender: Gender,
    /// Sealed. Shown to nobody: others are told a band, organizers the age on the day of their event. Where it
    /// is there, `birth_year` is its year.
    #[sea_orm(column_name = "born_on_sealed")]
    pub born_on: Option<Sealed>,
    pub birth_year: Option<i32>,
    pub education: Option<String>,
    pub district: Option<String>,
    /// A list of short words.
    pub interests: Json,
    pub about: Option<String>,
    /// Sealed, as the next two: [`Model::private`]. Never shown to another participant or a desk.
    #[sea_orm(column_name = "real_name_sealed")]
    pub real_name: Option<Sealed>,
    /// What a whole real name is found by.
    pub real_name_digest: Option<Vec<u8>>,
    /// Given only by handshake.
    #[sea_orm(column_name = "phone_sealed")]
    pub phone: Option<Sealed>,
    /// Given only by handshake.
    #[sea_orm(column_name = "wechat_sealed")]
    pub wechat: Option<Sealed>,
    /// Where the person says they work; each registration says it again.
    pub unit_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    Male,
    Female,
}

/// What is sealed in a profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Private {
    pub real_name: Option<String>,
    pub born_on: Option<Date>,
    pub phone: Option<String>,
    pub wechat: Option<String>,
}

/// An account with its profile.
fn with_account(account_id: Uuid) -> SelectTwo<account::Entity, Entity> {
    let own = account::Entity::belongs_to(Entity).from(account::Column::Id).to(Column::AccountId).into();
    account::Entity::find_by_id(account_id).join(JoinType::LeftJoin, own).select_also(Entity)
}

/// By account.
type Known = Memory<Uuid, (account::Model, Model)>;

/// An account with its profile, remembered or asked.
pub async fn own(app: &App, account_id: Uuid) -> Result<Option<(account::Model, Option<Model>)>, DbErr> {
    if let Some(known) = recall_own(app, account_id) {
        return Ok(Some(known));
    }
    let changes = app.database.changes();
    let before = changes.before();
    let found = with_account(account_id).one(app.database.reader()).await?;
    if let Some((account, Some(profile))) = &found {
        let read_from = [Table::Account, Table::Profile].map(|table| table.rows(account_id.as_bytes()));
        let known = app.extensions.get_or_default::<Known>();
        known.keep(changes, before, account_id, (account.clone(), profile.clone()), &read_from);
    }
    Ok(found)
}

/// As [`own`], where it is remembered and still true.
#[must_use]
pub fn recall_own(app: &App, account_id: Uuid) -> Option<(account::Model, Option<Model>)> {
    let known = app.extensions.get_or_default::<Known>().recall(app.database.changes(), &account_id);
    known.map(|(account, profile)| (account, Some(profile)))
}

impl Private {
    /// As it is put into the profile of this account.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn sealed(&self, secrets: &Secrets, account_id: Uuid) -> Result<ActiveModel, Fault> {
        let mut row = ActiveModel { ..Default::default() };
        row.set_real_name(secrets, account_id, self.real_name.as_deref())?;
        row.set_born_on(secrets, account_id, self.born_on)?;
        row.set_phone(secrets, account_id, self.phone.as_deref())?;
        row.set_wechat(secrets, account_id, self.wechat.as_deref())?;
        Ok(row)
    }
}

impl ActiveModel {
    /// # Errors
    /// Where the operating system has no randomness to give; so the next three.
    pub fn set_real_name(&mut self, secrets: &Secrets, account: Uuid, name: Option<&str>) -> Result<(), Fault> {
        self.real_name = Set(sealed::REAL_NAME.seal_if_any(secrets, &[account], name)?);
        self.real_name_digest = Set(name.map(|name| sealed::REAL_NAME.digest(secrets, name)));
        Ok(())
    }

    /// With the year.
    ///
    /// # Errors
    /// As above.
    pub fn set_born_on(&mut self, secrets: &Secrets, account: Uuid, born: Option<Date>) -> Result<(), Fault> {
        let written = born.map(|born| born.to_string());
        self.born_on = Set(sealed::BORN_ON.seal_if_any(secrets, &[account], written.as_deref())?);
        self.birth_year = Set(born.map(|born| born.year()));
        Ok(())
    }

    /// # Errors
    /// As above.
    pub fn set_phone(&mut self, secrets: &Secrets, account: Uuid, phone: Option<&str>) -> Result<(), Fault> {
        self.phone = Set(sealed::PHONE.seal_if_any(secrets, &[account], phone)?);
        Ok(())
    }

    /// # Errors
    /// As above.
    pub fn set_wechat(&mut self, secrets: &Secrets, account: Uuid, wechat: Option<&str>) -> Result<(), Fault> {
        self.wechat = Set(sealed::WECHAT.seal_if_any(secrets, &[account], wechat)?);
        Ok(())
    }
}

impl Model {
    /// What only the person, an organizer or a match may see of it.
    ///
    /// # Errors
    /// A fault where it was sealed by another house; so the next two.
    pub fn private(&self, secrets: &Secrets) -> Result<Private, Fault> {
        let row = &[self.account_id];
        Ok(Private {
            real_name: self.real_name(secrets)?,
            born_on: self.born_on(secrets)?,
            phone: sealed::PHONE.open_if_any(secrets, row, self.phone.as_ref())?,
            wechat: sealed::WECHAT.open_if_any(secrets, row, self.wechat.as_ref())?,
        })
    }

    /// # Errors
    /// As above.
    pub fn born_on(&self, secrets: &Secrets) -> Result<Option<Date>, Fault> {
        let written = sealed::BORN_ON.open_if_any(secrets, &[self.account_id], self.born_on.as_ref())?;
        written.map(|written| written.parse().map_err(Fault::of)).transpose()
    }

    /// # Errors
    /// As above.
    pub fn real_name(&self, secrets: &Secrets) -> Result<Option<String>, Fault> {
        sealed::REAL_NAME.open_if_any(secrets, &[self.account_id], self.real_name.as_ref())
    }

    /// Whether others find in it what they look for in somebody they may meet.
    #[must_use]
    pub fn says_enough(&self) -> bool {
        let is_filled = |field: &Option<String>| field.as_deref().is_some_and(|text| !text.trim().is_empty());
        self.birth_year.is_some()
            && is_filled(&self.education)
            && is_filled(&self.about)
            && !self.interests().is_empty()
    }

    /// The words, as a list.
    #[must_use]
    pub fn interests(&self) -> Vec<String> {
        let interests = self.interests.as_array().map(Vec::as_slice).unwrap_or_default();
        interests.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect()
    }
}

/// What the owners of these accounts call themselves; whoever has no profile has no nickname.
pub async fn nicknames(
    db: &impl ConnectionTrait,
    accounts: impl IntoIterator<Item = Uuid>,
) -> Result<HashMap<Uuid, String>, DbErr> {
    let accounts: Vec<Uuid> = accounts.into_iter().collect();
    let mut nicknames = HashMap::with_capacity(accounts.len());
    for some in accounts.chunks(IDS_A_STATEMENT) {
        let of_them = Entity::find().filter(Column::AccountId.is_in(some.iter().copied()));
        let named = of_them.select_only().columns([Column::AccountId, Column::Nickname]);
        nicknames.extend(named.into_tuple::<(Uuid, String)>().all(db).await?);
    }
    Ok(nicknames)
}
