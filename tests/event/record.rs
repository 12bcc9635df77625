//! What stands in the database, whoever wrote it.

use sea_orm::{ConnectionTrait, Statement};

use crate::evening::Evening;

/// Every row of every table as a line of text, its table first, in no order but the text's.
pub async fn everything(evening: &Evening) -> Vec<String> {
    let postgres = evening.app.database.is_postgres();
    let tables = if postgres {
        "SELECT tablename AS line FROM pg_tables WHERE schemaname = 'public'"
    } else {
        "SELECT name AS line FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    };
    let mut rows = Vec::new();
    for table in lines(evening, tables).await.into_iter().filter(|table| table != "seaql_migrations") {
        let told = if postgres {
            format!("SELECT row_to_json(t)::text AS line FROM \"{table}\" t")
        } else {
            let columns = lines(evening, &format!("SELECT name AS line FROM pragma_table_info('{table}')")).await;
            let columns: Vec<String> = columns.iter().map(|column| format!("quote(\"{column}\")")).collect();
            format!("SELECT {} AS line FROM \"{table}\"", columns.join("||','||"))
        };
        rows.extend(lines(evening, &told).await.into_iter().map(|row| format!("{table} {row}")));
    }
    rows.sort_unstable();
    rows
}

async fn lines(evening: &Evening, question: &str) -> Vec<String> {
    let db = evening.app.database.reader();
    let question = Statement::from_string(db.get_database_backend(), question);
    let rows = db.query_all_raw(question).await.unwrap().into_iter();
    rows.map(|row| row.try_get::<String>("", "line").unwrap()).collect()
}
