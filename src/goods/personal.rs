//! What this room holds about a person, and how it forgets it. Lines of credit stay: they name an account of which
//! nothing else is left.

use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::refund::put_back;
use super::voucher::{self, State};
use super::{credit, item, line};
use crate::app::App;
use crate::error::Error;

/// The person's credit, its lines, and their vouchers without the codes.
pub async fn export(db: &impl ConnectionTrait, account: Uuid) -> Result<Value, crate::error::Fault> {
    let credits = credit::Entity::find().filter(credit::Column::AccountId.eq(account)).all(db).await?;
    let lines = line::Entity::find().filter(line::Column::AccountId.eq(account)).order_by_asc(line::Column::Id);
    let lines = lines.all(db).await?;
    let vouchers = voucher::Entity::find().filter(voucher::Column::AccountId.eq(account)).all(db).await?;
    let credits = credits.iter().map(|one| json!({ "organization_id": one.organization_id, "balance": one.balance }));
    let lines = lines.iter().map(|one| {
        json!({
            "organization_id": one.organization_id, "kind": one.kind, "amount": one.amount,
            "event_id": one.event_id, "voucher_id": one.voucher_id, "at": one.at,
        })
    });
    let vouchers = vouchers.iter().map(|one| {
        json!({
            "id": one.id, "goods_id": one.goods_id, "price": one.price, "state": one.state,
            "taken_at": one.taken_at, "valid_until": one.valid_until, "ended_at": one.ended_at, "reason": one.reason,
        })
    });
    Ok(json!({
        "credit": credits.collect::<Vec<_>>(),
        "lines": lines.collect::<Vec<_>>(),
        "vouchers": vouchers.collect::<Vec<_>>(),
    }))
}

/// Ends the vouchers that nobody can fetch any more; what they were for goes back, and no credit to nobody. Why
/// the union took one back is forgotten.
pub async fn erase(txn: &impl ConnectionTrait, app: &App, account: Uuid) -> Result<(), Error> {
    let own = voucher::Entity::find()
        .filter(voucher::Column::AccountId.eq(account))
        .filter(voucher::Column::State.eq(State::Open))
        .order_by_asc(voucher::Column::Id);
    let own = own.all(txn).await?;
    // In one order for everybody: two who leave at once may have vouchers of the same goods.
    let goods = item::Entity::find().filter(item::Column::Id.is_in(own.iter().map(|one| one.goods_id)));
    goods.order_by_asc(item::Column::Id).lock_exclusive().all(txn).await?;
    for one in own {
        let held = voucher::hold(txn, one.organization_id, one.id).await?;
        if held.state != State::Open {
            continue;
        }
        let mut row = held.clone().into_active_model();
        row.state = Set(State::Refunded);
        row.ended_at = Set(Some(app.now()));
        row.update(txn).await?;
        put_back(txn, &held).await?;
    }
    // What an organizer wrote of somebody who left is nobody's any more.
    voucher::Entity::update_many()
        .col_expr(voucher::Column::Reason, Expr::value(None::<String>))
        .filter(voucher::Column::AccountId.eq(account))
        .exec(txn)
        .await?;
    Ok(())
}
