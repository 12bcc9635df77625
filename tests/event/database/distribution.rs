//! What stands between the tables and a database on many machines (docs/scale.md): read from the schema, so that a
//! new table or key shows in `docs/distribution.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use queqiao::events::phase::Phase;
use sea_orm::{ConnectionTrait, Statement};

use crate::documents::is_up_to_date;
use crate::fixtures::evening::Engine::Sqlite;
use crate::fixtures::evening::Evening;
use crate::fixtures::rows::{lines, tables};

/// Small, asked by everybody and seldom written: every machine has a copy of its own.
const EVERYWHERE: [&str; 15] = [
    "clock_watch",
    "crew",
    "device",
    "event",
    "event_host",
    "house",
    "key_check",
    "organization",
    "roster_entry",
    "schema_mark",
    "series",
    "staff",
    "union_parent",
    "unit",
    "unit_contact",
];

/// What a row lies by, the first that a table has: everything of an evening lies together, everything of a person
/// beside events does, and what is found by a digest lies by that.
const BY: [&str; 3] = ["event_id", "account_id", "token_digest"];

/// A foreign key: the column, the table it points to, and the column there.
type ForeignKey = (String, String, String);

/// A table as the schema has it.
struct Table {
    /// Those that every row has a value in.
    columns: BTreeSet<String>,
    /// Keys that no two rows share, each by its columns.
    unique: BTreeSet<Vec<String>>,
    foreign: BTreeSet<ForeignKey>,
}

impl Table {
    /// The column its rows lie by; None where it has none of those.
    fn lies_by(&self, name: &str) -> Option<&'static str> {
        match name {
            "account" => Some("id"),
            _ => BY.into_iter().find(|column| self.columns.contains(*column)),
        }
    }
}

async fn columns(evening: &Evening, question: &str, names: &[&str]) -> BTreeSet<Vec<String>> {
    let db = evening.app.database.reader();
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), question)).await.unwrap();
    let text = |row: &sea_orm::QueryResult, name: &str| row.try_get::<Option<String>>("", name).unwrap();
    rows.iter().map(|row| names.iter().map(|name| text(row, name).unwrap_or_default()).collect()).collect()
}

async fn schema(evening: &Evening) -> BTreeMap<String, Table> {
    let mut schema = BTreeMap::new();
    for name in tables(evening).await {
        let own = format!("SELECT name AS line FROM pragma_table_info('{name}') WHERE \"notnull\" = 1 OR pk > 0");
        let primary = format!("SELECT name AS line FROM pragma_table_info('{name}') WHERE pk > 0 ORDER BY pk");
        let unique = format!(
            "SELECT group_concat(c.name) AS line FROM pragma_index_list('{name}') i, pragma_index_info(i.name) c \
             WHERE i.\"unique\" = 1 GROUP BY i.name"
        );
        let foreign = format!("SELECT \"from\", \"table\", \"to\" FROM pragma_foreign_key_list('{name}')");
        let key = |line: &String| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let mut keys: BTreeSet<_> = lines(evening, &unique).await.iter().map(key).collect();
        keys.insert(lines(evening, &primary).await);
        let foreign = columns(evening, &foreign, &["from", "table", "to"]).await.into_iter();
        let foreign = foreign.filter_map(|key| <[String; 3]>::try_from(key).ok()).map(<(_, _, _)>::from);
        let columns = lines(evening, &own).await.into_iter().collect();
        schema.insert(name, Table { columns, unique: keys, foreign: foreign.collect() });
    }
    schema
}

/// The lines of the document.
fn document(tables: &BTreeMap<String, Table>) -> String {
    let mut text = "# Which tables could lie on many machines\n\n\
        Made from the schema (`just bless`); what it means stands in [scale.md](scale.md).\n\n\
        | table | lies by | keys without that column | foreign keys without it |\n\
        |---|---|---|---|\n"
        .to_owned();
    for (name, table) in tables {
        if EVERYWHERE.contains(&name.as_str()) {
            writeln!(text, "| `{name}` | a copy everywhere | | |").unwrap();
            continue;
        }
        let Some(by) = table.lies_by(name) else {
            let parents: BTreeSet<_> = table.foreign.iter().map(|(_, parent, _)| format!("`{parent}`")).collect();
            let parents = parents.into_iter().collect::<Vec<_>>().join(", ");
            let what = if parents.is_empty() { String::new() } else { format!(", as {parents}") };
            writeln!(text, "| `{name}` | **has no column to lie by{what}** | | |").unwrap();
            continue;
        };
        let without = table.unique.iter().filter(|key| !key.iter().any(|column| column == by));
        let without: Vec<_> = without.map(|key| format!("({})", key.join(", "))).collect();
        let elsewhere = table.foreign.iter().filter(|(column, parent, to)| {
            let parents = tables.get(parent).and_then(|table| table.lies_by(parent));
            let together = column == by && parents == Some(to.as_str());
            !together && !EVERYWHERE.contains(&parent.as_str())
        });
        let elsewhere: Vec<_> = elsewhere.map(|(column, parent, _)| format!("{column} → {parent}")).collect();
        writeln!(text, "| `{name}` | {by} | {} | {} |", without.join(", "), elsewhere.join(", ")).unwrap();
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_keeps_each_table_on_one_machine_is_among_the_documents() {
    let Some(evening) = Evening::begin(Sqlite, Phase::Draft).await else { return };
    is_up_to_date("distribution.md", &document(&schema(&evening).await));
}
