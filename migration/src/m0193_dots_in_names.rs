//! Names of units are compared without the dots between their parts, which every keyboard writes differently. Of two
//! units that would then be one, each stays as it is.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const DOTS: [char; 7] = ['\u{b7}', '\u{2022}', '\u{2027}', '\u{2219}', '\u{22c5}', '\u{2e31}', '\u{30fb}'];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let without =
            |name: &str| DOTS.iter().fold(name.to_owned(), |name, dot| format!("REPLACE({name}, '{dot}', '')"));
        let (own, others) = (without("unit.name_folded"), without("other.name_folded"));
        let sql = format!(
            "UPDATE unit SET name_folded = {} WHERE {own} <> name_folded AND {own} <> '' AND NOT EXISTS (SELECT 1 FROM unit \
             AS other WHERE other.organization_id = unit.organization_id AND other.id <> unit.id AND {others} = {own})",
            without("name_folded")
        );
        manager.get_connection().execute_unprepared(&sql).await.map(drop)
    }

    /// What was folded more is found by what was folded less, too.
    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Ok(())
    }
}
