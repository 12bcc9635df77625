//! An employer.

use sea_orm::entity::prelude::*;
use sea_orm::sea_query::LikeExpr;
use sea_orm::{ConnectionTrait, DbErr, QueryOrder, QuerySelect};

use crate::app::App;
use crate::folding;
use crate::remembered::table::Part;
use crate::remembered::{Memory, Table};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unit")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub organization_id: Uuid,
    pub name: String,
    /// [`folded`] name: unique within the union, and what type-ahead searches.
    pub name_folded: String,
    /// People with a confirmed mail address of this domain work here.
    pub mail_domain: Option<String>,
    pub created_at: DateTimeUtc,
    /// An applicant wrote it down, and the union has not looked at it: until then it is offered to nobody.
    pub typed_at: Option<DateTimeUtc>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// A name as it is compared.
#[must_use]
pub fn folded(name: &str) -> String {
    folding::compared(name)
}

/// By id.
type Known = Memory<Uuid, Model>;

/// A unit, remembered or asked.
pub async fn find(app: &App, id: Uuid) -> Result<Option<Model>, DbErr> {
    let (known, question) = (app.extensions.get_or_default::<Known>(), Entity::find_by_id(id));
    known
        .recall_or_ask(app.database.changes(), id, question.one(app.database.reader()), |_| [Part::All(Table::Unit)])
        .await
}

/// Those their unions know.
fn known() -> Select<Entity> {
    Entity::find().filter(Column::TypedAt.is_null())
}

/// What applicants of a union wrote and it has not looked at, the latest first.
pub async fn typed(db: &impl ConnectionTrait, union: Uuid) -> Result<Vec<Model>, DbErr> {
    let typed = Entity::find().filter(Column::OrganizationId.eq(union)).filter(Column::TypedAt.is_not_null());
    typed.order_by_desc(Column::Id).all(db).await
}

/// Most units one search answers with.
pub const MOST_FOUND: usize = 20;

/// Units of some unions with exactly this name, however it is typed. Two unions may each know one.
pub async fn named(db: &impl ConnectionTrait, unions: &[Uuid], name: &str) -> Result<Vec<Model>, DbErr> {
    let of_unions = known().filter(Column::OrganizationId.is_in(unions.iter().copied()));
    of_unions.filter(Column::NameFolded.eq(folded(name))).all(db).await
}

/// Units of some unions that may have been meant by a name none of them has: those whose names hold
/// it, else those that share the most pairs of neighbouring characters with it.
pub async fn near(db: &impl ConnectionTrait, unions: &[Uuid], typed: &str) -> Result<Vec<Model>, DbErr> {
    let found = search(db, unions, typed).await?;
    if !found.is_empty() {
        return Ok(found);
    }
    let all = known().filter(Column::OrganizationId.is_in(unions.iter().copied()));
    let wanted = pairs(&folded(typed));
    let shared = |unit: &Model| {
        let own = pairs(&unit.name_folded);
        // Sørensen and Dice: twice the pairs in common over the pairs of both, in thousandths.
        2_000 * own.intersection(&wanted).count() / (own.len() + wanted.len()).max(1)
    };
    let mut scored: Vec<(usize, Model)> = all.all(db).await?.into_iter().map(|unit| (shared(&unit), unit)).collect();
    scored.retain(|(score, _)| *score >= 250);
    scored.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.name_folded.cmp(&b.name_folded)));
    scored.truncate(MOST_FOUND);
    Ok(scored.into_iter().map(|(_, unit)| unit).collect())
}

fn pairs(name: &str) -> std::collections::BTreeSet<(char, char)> {
    name.chars().zip(name.chars().skip(1)).collect()
}

/// Units of some unions whose name holds `typed`, those beginning with it first.
pub async fn search(db: &impl ConnectionTrait, unions: &[Uuid], typed: &str) -> Result<Vec<Model>, DbErr> {
    let typed: String = folded(typed)
        .chars()
        .flat_map(|c| matches!(c, '%' | '_' | '!').then_some('!').into_iter().chain([c]))
        .collect();
    let like = |pattern: String| {
        known()
            .filter(Column::OrganizationId.is_in(unions.iter().copied()))
            .filter(Column::NameFolded.like(LikeExpr::new(pattern).escape('!')))
            .order_by_asc(Column::NameFolded)
            .limit(MOST_FOUND as u64)
    };
    let mut found = like(format!("{typed}%")).all(db).await?;
    if found.len() < MOST_FOUND && !typed.is_empty() {
        found.extend(like(format!("_%{typed}%")).all(db).await?);
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|unit| seen.insert(unit.id));
    found.truncate(MOST_FOUND);
    Ok(found)
}
