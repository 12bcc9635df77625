//! Somebody asks the volunteers of a union for help, and says whom they would like to meet and what such a person may be
//! shown of them. One of a person at a union; whoever takes it back leaves nothing here.

use garde::Validate;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::app::App;
use crate::body::{one_line, text};
use crate::error::Fault;
use crate::sealed::{self, Sealed};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "introduction_request")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    /// From which event they ask.
    pub event_id: Uuid,
    pub registration_id: Uuid,
    pub account_id: Uuid,
    /// Sealed [`Wish`] as JSON.
    #[sea_orm(column_name = "wish_sealed")]
    pub wish: Sealed,
    /// A list of [`Facet`].
    pub shows: Json,
    pub asked_at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// Whom somebody would like to meet; what is left out does not matter to them. For the volunteer's eyes alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, Validate, ToSchema)]
#[schema(as = IntroductionWish)]
#[serde(deny_unknown_fields, default)]
pub struct Wish {
    /// Of `under-25`, `25-29`, `30-34`, `35-39` and `from-40`.
    #[garde(length(max = 5))]
    pub ages: Vec<String>,
    /// At most 40 characters.
    #[garde(custom(one_line(0, 40)))]
    pub education: String,
    /// At most 40 characters.
    #[garde(custom(one_line(0, 40)))]
    pub district: String,
    /// At most 500 characters.
    #[garde(custom(text(0, 500)))]
    pub words: String,
}

/// What may be shown of somebody to whom they are proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = IntroductionFacet)]
#[serde(rename_all = "snake_case")]
pub enum Facet {
    Nickname,
    Age,
    Education,
    District,
    Interests,
    About,
}

impl Facet {
    pub const ALL: [Self; 6] =
        [Self::Nickname, Self::Age, Self::Education, Self::District, Self::Interests, Self::About];

    /// As forms and keys of words spell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Nickname => "nickname",
            Self::Age => "age",
            Self::Education => "education",
            Self::District => "district",
            Self::Interests => "interests",
            Self::About => "about",
        }
    }
}

impl Model {
    /// Whom they would like to meet.
    ///
    /// # Errors
    /// A fault where it was sealed by another house.
    pub fn wish(&self, app: &App) -> Result<Wish, Fault> {
        let opened = sealed::INTRODUCTION_WISH.open(&app.secrets, &[self.id], &self.wish)?;
        serde_json::from_str(&opened).map_err(Fault::of)
    }

    #[must_use]
    pub fn shows(&self) -> Vec<Facet> {
        facets(&self.shows)
    }
}

/// A list of facets, as a row holds it.
#[must_use]
pub fn facets(shows: &Json) -> Vec<Facet> {
    serde_json::from_value(shows.clone()).unwrap_or_default()
}

/// What somebody asks of a union.
pub async fn of_account(
    db: &impl ConnectionTrait,
    organization_id: Uuid,
    account_id: Uuid,
) -> Result<Option<Model>, DbErr> {
    let of_union = Entity::find().filter(Column::OrganizationId.eq(organization_id));
    of_union.filter(Column::AccountId.eq(account_id)).one(db).await
}

/// What some people ask of a union, held: everybody holds them in this order.
pub async fn hold(txn: &impl ConnectionTrait, organization_id: Uuid, accounts: [Uuid; 2]) -> Result<Vec<Model>, DbErr> {
    let of_union = Entity::find().filter(Column::OrganizationId.eq(organization_id));
    of_union.filter(Column::AccountId.is_in(accounts)).order_by_asc(Column::Id).lock_exclusive().all(txn).await
}
