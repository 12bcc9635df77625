//! A participant likes a post, or no longer does. It earns nobody anything: points another person
//! can give are points friends trade.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ConnectionTrait, DbErr, PaginatorTrait, QueryFilter};

use super::contribution;
use super::entrance;
use crate::app::App;
use crate::error::Error;
use crate::happening::What;
use crate::registrations::access::Participant;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "post_like")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub post_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// How many people like a post.
pub async fn count(db: &impl ConnectionTrait, post_id: Uuid) -> Result<u64, DbErr> {
    Entity::find().filter(Column::PostId.eq(post_id)).count(db).await
}

/// Likes a post, or takes it back; gives the likes afterwards. Saying it again changes nothing.
///
/// # Errors
/// What [`entrance::admit_participant`] says; 404 where the post is not there.
pub async fn like(app: &App, who: &Participant, post_id: Uuid, likes: bool) -> Result<u64, Error> {
    let txn = app.database.begin_write().await?;
    let inside = entrance::admit_participant(&txn, app, who).await?;
    let registration_id = inside.registration.id;
    contribution::hold_shown_post(&txn, inside.event.id, post_id, registration_id).await?;
    if likes {
        let row = ActiveModel { post_id: Set(post_id), registration_id: Set(registration_id), at: Set(inside.now) };
        let once = OnConflict::new().do_nothing().to_owned();
        Entity::insert(row).on_conflict(once).exec_without_returning(&txn).await?;
    } else {
        Entity::delete_by_id((post_id, registration_id)).exec(&txn).await?;
    }
    let likes = count(&txn, post_id).await?;
    txn.commit_telling(&likes).await?;
    app.happenings.announce(inside.event.id, What::PlazaChanged);
    Ok(likes)
}
