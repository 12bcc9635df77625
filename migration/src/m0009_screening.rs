//! Screening runs, placements and standby moves.

use sea_orm_migration::prelude::*;

use crate::columns::*;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(list()).await?;
        manager.create_index(index("screening_list", &["event_id", "published_at"])).await?;
        manager.create_table(run()).await?;
        // Whatever happens at once, an event is screened once.
        manager.create_index(unique("screening_run", &["event_id", "number"])).await?;
        manager.create_table(placement()).await?;
        manager.create_index(index("placement", &["event_id", "side", "rank"])).await?;
        manager.create_table(seat_move()).await?;
        // A seat given back is given on once.
        manager.create_index(unique("seat_move", &["leaver_id"])).await?;
        manager.create_index(index("seat_move", &["event_id", "at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["seat_move", "placement", "screening_run", "screening_list"]).await
    }
}

fn list() -> TableCreateStatement {
    Table::create()
        .table("screening_list")
        .col(pk_uuid("id"))
        .col(uuid("event_id"))
        .col(text("draw"))
        .col(text("root"))
        .col(integer("people"))
        .col(text("entries"))
        .col(uuid("published_by"))
        .col(moment("published_at"))
        .foreign_key(&mut refers_to("screening_list", "event_id", "event"))
        .to_owned()
}

fn run() -> TableCreateStatement {
    Table::create()
        .table("screening_run")
        .col(pk_uuid("id"))
        .col(uuid("event_id"))
        .col(integer("number"))
        .col(uuid("list_id"))
        .col(text("rules"))
        .col(text("draw"))
        .col(text("beacon"))
        .col(text("list_root"))
        .col(text("seed"))
        .col(integer("selected"))
        .col(integer("waitlisted"))
        .col(integer("not_selected"))
        .col(text("file"))
        .col(uuid("committed_by"))
        .col(moment("committed_at"))
        .foreign_key(&mut refers_to("screening_run", "event_id", "event"))
        .foreign_key(&mut refers_to("screening_run", "list_id", "screening_list"))
        .to_owned()
}

fn placement() -> TableCreateStatement {
    Table::create()
        .table("placement")
        .col(uuid("registration_id").primary_key())
        .col(uuid("event_id"))
        .col(uuid("run_id"))
        .col(text("number"))
        .col(text("side"))
        .col(text("unit"))
        .col(text("band"))
        .col(integer("class"))
        .col(big_integer("points"))
        .col(integer("rank"))
        .col(text("outcome"))
        .col(boolean("seated"))
        .col(text("explanation"))
        .col(text("salt"))
        .col(integer("leaf"))
        .col(text("path"))
        .foreign_key(&mut refers_to("placement", "registration_id", "registration"))
        .foreign_key(&mut refers_to("placement", "event_id", "event"))
        .foreign_key(&mut refers_to("placement", "run_id", "screening_run"))
        .to_owned()
}

fn seat_move() -> TableCreateStatement {
    Table::create()
        .table("seat_move")
        .col(pk_uuid("id"))
        .col(uuid("event_id"))
        .col(uuid("run_id"))
        .col(uuid("leaver_id"))
        .col(uuid_null("newcomer_id"))
        .col(text("reason"))
        .col(text_null("stuck"))
        .col(moment("at"))
        .foreign_key(&mut refers_to("seat_move", "event_id", "event"))
        .foreign_key(&mut refers_to("seat_move", "run_id", "screening_run"))
        .foreign_key(&mut refers_to("seat_move", "leaver_id", "registration"))
        .foreign_key(&mut refers_to("seat_move", "newcomer_id", "registration"))
        .to_owned()
}
