//! The same work straight at the same database: as many connections, as durable, without HTTP and
//! without anything of ours in between. On SQLite, which has one writer, 32 share a commit.

use queqiao::app::App;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, Statement,
    TransactionTrait, Value,
};
use secrecy::ExposeSecret;
use tokio::sync::Mutex;

const TABLES: [&str; 6] = [
    "CREATE TABLE IF NOT EXISTS floor_badge (id INTEGER PRIMARY KEY, inside INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS floor_attempt (badge INTEGER NOT NULL, nonce TEXT NOT NULL PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS floor_event (id INTEGER PRIMARY KEY, taken INTEGER NOT NULL)",
    "CREATE TABLE IF NOT EXISTS floor_seat (nonce TEXT NOT NULL PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS floor_ballot (person INTEGER PRIMARY KEY, sealed TEXT NOT NULL)",
    "INSERT INTO floor_event (id, taken) VALUES (1, 0) ON CONFLICT DO NOTHING",
];
const SHARED: usize = 32;

pub struct Floor {
    connection: DatabaseConnection,
    /// The open transaction of the one writer, and how many are in it; none on PostgreSQL.
    group: Option<Mutex<(Option<DatabaseTransaction>, usize)>>,
}

impl Floor {
    pub async fn beside(app: &App) -> Self {
        let url = app.settings.database.url.expose_secret();
        let sqlite = !app.database.is_postgres();
        let mut options = ConnectOptions::new(url);
        options.max_connections(if sqlite { 1 } else { 32 }).test_before_acquire(false).sqlx_logging(false);
        options.map_sqlx_sqlite_opts(|options| {
            options
                .journal_mode(sea_orm::sqlx::sqlite::SqliteJournalMode::Wal)
                .synchronous(sea_orm::sqlx::sqlite::SqliteSynchronous::Full)
        });
        let connection = Database::connect(options).await.unwrap();
        for table in TABLES {
            connection.execute_unprepared(table).await.unwrap();
        }
        for badge in 0..64 {
            let row = format!("INSERT INTO floor_badge (id, inside) VALUES ({badge}, 0) ON CONFLICT DO NOTHING");
            connection.execute_unprepared(&row).await.unwrap();
        }
        Self { connection, group: sqlite.then(Mutex::default) }
    }

    /// Three statements: hold the badge, let in, put on record.
    pub async fn check_in(&self, client: usize) -> bool {
        let badge = i32::try_from(client).unwrap();
        let hold = match self.backend() {
            DbBackend::Postgres => "SELECT inside FROM floor_badge WHERE id = $1 FOR UPDATE",
            _ => "SELECT inside FROM floor_badge WHERE id = $1",
        };
        self.transaction(&[
            (hold, vec![badge.into()]),
            ("UPDATE floor_badge SET inside = 1 - inside WHERE id = $1", vec![badge.into()]),
            ("INSERT INTO floor_attempt (badge, nonce) VALUES ($1, $2)", vec![badge.into(), crate::nonce().into()]),
        ])
        .await
    }

    /// A seat off one counter that everybody reaches for.
    pub async fn seat_counter(&self) -> bool {
        self.transaction(&[
            ("UPDATE floor_event SET taken = taken + 1 WHERE id = 1", vec![]),
            ("INSERT INTO floor_seat (nonce) VALUES ($1)", vec![crate::nonce().into()]),
        ])
        .await
    }

    pub async fn ballot(&self, client: usize) -> bool {
        let put = "INSERT INTO floor_ballot (person, sealed) VALUES ($1, $2) \
            ON CONFLICT (person) DO UPDATE SET sealed = excluded.sealed";
        self.transaction(&[(put, vec![i32::try_from(client).unwrap().into(), "x".repeat(120).into()])]).await
    }

    /// Commits what has come together, so that somebody else can write.
    pub async fn finish(&self) {
        if let Some(group) = &self.group
            && let Some(open) = group.lock().await.0.take()
        {
            open.commit().await.unwrap();
        }
    }

    fn backend(&self) -> DbBackend {
        self.connection.get_database_backend()
    }

    async fn transaction(&self, statements: &[(&str, Vec<Value>)]) -> bool {
        let Some(group) = &self.group else {
            let alone = self.connection.begin().await.unwrap();
            self.run(&alone, statements).await;
            alone.commit().await.unwrap();
            return true;
        };
        let mut group = group.lock().await;
        if group.0.is_none() {
            *group = (Some(self.connection.begin().await.unwrap()), 0);
        }
        if let Some(open) = &group.0 {
            self.run(open, statements).await;
        }
        group.1 += 1;
        if group.1 == SHARED
            && let Some(full) = group.0.take()
        {
            full.commit().await.unwrap();
        }
        true
    }

    async fn run(&self, txn: &DatabaseTransaction, statements: &[(&str, Vec<Value>)]) {
        for (sql, values) in statements {
            let statement = Statement::from_sql_and_values(self.backend(), *sql, values.clone());
            if sql.starts_with("SELECT") {
                txn.query_one_raw(statement).await.unwrap();
            } else {
                txn.execute_raw(statement).await.unwrap();
            }
        }
    }
}
