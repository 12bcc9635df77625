//! A sign-in of a program: the family its refresh tokens belong to. The row is what is held while
//! one of them is spent, so that a thief and the owner cannot both win.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::SelectStatement;
use sea_orm::{ConnectionTrait, QuerySelect, QueryTrait};

use crate::app::App;
use crate::bonds;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "token_family")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    pub at: DateTimeUtc,
    pub revoked_at: Option<DateTimeUtc>,
    /// Vouches for whose it is: [`bonds::TOKEN_FAMILY`].
    pub bond: Option<Vec<u8>>,
}

/// What is stored beside whose a sign-in is.
#[must_use]
pub fn bond(app: &App, id: Uuid, account: Uuid) -> Vec<u8> {
    bonds::TOKEN_FAMILY.vouch(&app.secrets, &[id.as_bytes(), account.as_bytes()])
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The row, held until the transaction ends.
    pub fn find_for_update(id: Uuid) -> Select<Self> {
        Self::find_by_id(id).lock_exclusive()
    }

    /// Ends every sign-in of an account, but for `kept`.
    pub async fn revoke_all(
        txn: &impl ConnectionTrait,
        account: Uuid,
        kept: Option<Uuid>,
        now: DateTimeUtc,
    ) -> Result<(), DbErr> {
        let mut revoke = Self::update_many()
            .col_expr(Column::RevokedAt, Expr::value(now))
            .filter(Column::AccountId.eq(account))
            .filter(Column::RevokedAt.is_null());
        if let Some(kept) = kept {
            revoke = revoke.filter(Column::Id.ne(kept));
        }
        revoke.exec(txn).await.map(drop)
    }
}

/// Whose sign-in this is, while it lasts: for a question about the account.
#[must_use]
pub fn whose(id: Uuid) -> SelectStatement {
    Entity::find_by_id(id).filter(Column::RevokedAt.is_null()).select_only().column(Column::AccountId).into_query()
}

impl Model {
    /// Whether the house opened this sign-in for this account.
    #[must_use]
    pub fn is_bound(&self, app: &App) -> bool {
        let parts: [&[u8]; 2] = [self.id.as_bytes(), self.account_id.as_bytes()];
        bonds::TOKEN_FAMILY.holds(&app.secrets, &parts, self.bond.as_deref())
    }

    /// Ends this sign-in: none of its tokens is good any more.
    pub async fn revoke(self, txn: &impl ConnectionTrait, now: DateTimeUtc) -> Result<(), DbErr> {
        if self.revoked_at.is_some() {
            return Ok(());
        }
        let mut row: ActiveModel = self.into();
        row.revoked_at = Set(Some(now));
        row.update(txn).await.map(drop)
    }
}
