//! What somebody can take, what they took, and what they have.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::voucher::{self, State, TAKEN};
use super::{credit, item};
use crate::app::App;
use crate::error::Fault;
use crate::organizations::organization;

/// Something of the catalogue as whoever may take it sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Goods {
    pub id: Uuid,
    pub name: String,
    pub about: String,
    pub price: i64,
    pub left: i32,
    pub most_each: i32,
    /// How many of it I have, or had.
    pub mine: usize,
    pub place: String,
    pub from_at: DateTime<Utc>,
    pub until_at: DateTime<Utc>,
    /// Whether it is on offer now.
    pub on_offer: bool,
}

/// A voucher as its owner sees it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MyVoucher {
    pub id: Uuid,
    pub organization: String,
    pub goods: String,
    pub place: String,
    pub price: i64,
    pub state: State,
    /// Null once it is good no more.
    #[schema(example = "ABCD-EFGH-IJKL-MNOP")]
    pub code: Option<String>,
    pub taken_at: DateTime<Utc>,
    pub valid_until: DateTime<Utc>,
    pub ended_at: Option<DateTime<Utc>>,
    pub reason: Option<String>,
}

/// Credit at one union.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MyCredit {
    #[schema(example = "haidian")]
    pub organization: String,
    #[serde(skip)]
    pub union: organization::Model,
    pub balance: i64,
}

/// What a union offers, or will, as this person sees it: cheapest first.
pub async fn catalogue(
    db: &impl ConnectionTrait,
    organization: Uuid,
    account: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<Goods>, DbErr> {
    let all = item::Entity::find()
        .filter(item::Column::OrganizationId.eq(organization))
        .filter(item::Column::WithdrawnAt.is_null())
        .filter(item::Column::UntilAt.gt(now))
        .order_by_asc(item::Column::Price)
        .order_by_asc(item::Column::Id);
    let own = voucher::Entity::find()
        .filter(voucher::Column::AccountId.eq(account))
        .filter(voucher::Column::State.is_in(TAKEN))
        .select_only()
        .column(voucher::Column::GoodsId);
    let own = own.into_tuple::<Uuid>().all(db).await?;
    let goods = |item: item::Model| Goods {
        left: item.left(),
        on_offer: item.is_on_offer(now),
        mine: own.iter().filter(|goods| **goods == item.id).count(),
        id: item.id,
        name: item.name,
        about: item.about,
        price: item.price,
        most_each: item.most_each,
        place: item.place,
        from_at: item.from_at,
        until_at: item.until_at,
    };
    Ok(all.all(db).await?.into_iter().map(goods).collect())
}

/// Somebody's vouchers, latest first; one of them where `id` says so.
pub async fn vouchers(
    db: &impl ConnectionTrait,
    app: &App,
    account: Uuid,
    id: Option<Uuid>,
) -> Result<Vec<MyVoucher>, Fault> {
    let mut own = voucher::Entity::find().filter(voucher::Column::AccountId.eq(account));
    if let Some(id) = id {
        own = own.filter(voucher::Column::Id.eq(id));
    }
    let own = own.order_by_desc(voucher::Column::Id).limit(200).all(db).await?;
    let items = item::Entity::find().filter(item::Column::Id.is_in(own.iter().map(|one| one.goods_id)));
    let items: HashMap<Uuid, item::Model> = items.all(db).await?.into_iter().map(|item| (item.id, item)).collect();
    let unions = unions(db, own.iter().map(|one| one.organization_id)).await?;
    let now = app.now();
    let view = |one: voucher::Model| {
        let (state, item) = (one.state_at(now), items.get(&one.goods_id));
        MyVoucher {
            organization: unions.get(&one.organization_id).map(|union| union.slug.clone()).unwrap_or_default(),
            goods: item.map(|item| item.name.clone()).unwrap_or_default(),
            place: item.map(|item| item.place.clone()).unwrap_or_default(),
            price: one.price,
            state,
            code: (state == State::Open).then(|| voucher::code(app, one.id)),
            id: one.id,
            taken_at: one.taken_at,
            valid_until: one.valid_until,
            ended_at: one.ended_at,
            reason: one.reason,
        }
    };
    Ok(own.into_iter().map(view).collect())
}

/// Where somebody has credit, or had.
pub async fn credits(db: &impl ConnectionTrait, account: Uuid) -> Result<Vec<MyCredit>, DbErr> {
    let own = credit::Entity::find().filter(credit::Column::AccountId.eq(account)).all(db).await?;
    let mut unions = unions(db, own.iter().map(|one| one.organization_id)).await?;
    let mut credits: Vec<MyCredit> = own
        .into_iter()
        .filter_map(|one| {
            let union = unions.remove(&one.organization_id)?;
            Some(MyCredit { organization: union.slug.clone(), union, balance: one.balance })
        })
        .collect();
    credits.sort_by(|one, other| one.organization.cmp(&other.organization));
    Ok(credits)
}

async fn unions(
    db: &impl ConnectionTrait,
    ids: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, organization::Model>, DbErr> {
    let found = organization::Entity::find().filter(organization::Column::Id.is_in(ids)).all(db).await?;
    Ok(found.into_iter().map(|union| (union.id, union)).collect())
}
