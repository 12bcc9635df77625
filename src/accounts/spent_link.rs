//! A link in a letter that leads nowhere any more, as its digest: so that the page can say whether it
//! was used or is too old, and what to do now. It names nobody.

use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr};

use crate::app::App;

/// How long it is remembered.
pub const KEPT: TimeDelta = TimeDelta::days(30);

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "spent_link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub token_digest: Vec<u8>,
    /// It did what it was for, or another one like it did; else its time was over.
    pub used: bool,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Remembers links that are over.
pub async fn remember(
    txn: &impl ConnectionTrait,
    app: &App,
    digests: impl IntoIterator<Item = Vec<u8>>,
    used: bool,
) -> Result<(), DbErr> {
    let row = |token_digest| ActiveModel {
        id: Set(app.new_id()),
        token_digest: Set(token_digest),
        used: Set(used),
        at: Set(app.now()),
    };
    let rows: Vec<ActiveModel> = digests.into_iter().map(row).collect();
    for some in rows.chunks(500) {
        let unless_there = OnConflict::column(Column::TokenDigest).do_nothing().to_owned();
        Entity::insert_many(some.to_vec()).on_conflict(unless_there).exec_without_returning(txn).await?;
    }
    Ok(())
}

/// Whether a link was used, where it is remembered at all.
pub async fn was_used(db: &impl ConnectionTrait, digest: Vec<u8>) -> Result<Option<bool>, DbErr> {
    let found = Entity::find().filter(Column::TokenDigest.eq(digest)).one(db).await?;
    Ok(found.map(|link| link.used))
}
