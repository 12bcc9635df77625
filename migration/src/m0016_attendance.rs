//! Who came to which event, read from the doors as they are.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

/// A view and no table: an entry undone or uploaded late changes who came, and a copy would not know.
/// `doors` says whether anybody was ever let in: of an evening without desks nobody can say who
/// stayed away.
const ATTENDANCE: &str = "
    CREATE VIEW attendance AS
    SELECT r.id AS registration_id, r.account_id AS account_id, r.event_id AS event_id, r.status AS status,
        e.organization_id AS organization_id, e.starts_at AS starts_at, e.closed_at AS closed_at,
        EXISTS (
            SELECT 1 FROM attempt a
            WHERE a.registration_id = r.id AND a.kind = 'entry' AND a.result = 'admitted'
            AND NOT EXISTS (SELECT 1 FROM attempt u WHERE u.undoes = a.id)
        ) AS came,
        EXISTS (SELECT 1 FROM presence p WHERE p.event_id = r.event_id) AS doors
    FROM registration r JOIN event e ON e.id = r.event_id";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared(ATTENDANCE).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.get_connection().execute_unprepared("DROP VIEW attendance").await?;
        Ok(())
    }
}
