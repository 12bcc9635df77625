//! Questions that looked through a whole table to find a few rows are answered from an index. Which ones they were the
//! story of the plans says (`tests/event/plans.rs`).

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

const FOUND_BY: [(&str, &[&str]); 11] = [
    ("badge_code", &["badge_id"]),
    ("daily_check_in", &["event_id"]),
    ("device", &["event_id"]),
    ("sat_out", &["registration_id"]),
    ("sitting", &["event_id"]),
    ("sitting", &["one_id"]),
    ("sitting", &["other_id"]),
    ("unit_contact", &["account_id"]),
    // Last, as in every verb: while it is indexed, who writes into it waits.
    ("audit_entry", &["actor_id", "id"]),
    ("audit_entry", &["organization_id", "id"]),
    ("audit_entry", &["event_id", "id"]),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in FOUND_BY {
            manager.create_index(index(table, columns)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, columns) in FOUND_BY {
            let found_by = Index::drop().name(name_of("ix", table, columns)).table(table).to_owned();
            manager.drop_index(found_by).await?;
        }
        Ok(())
    }
}
