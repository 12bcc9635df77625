//! Whether all processes of the house can see each other's keys. Several of them on one PostgreSQL
//! answer ballots of one round, and only those that see its key can seal one. So each tells the others
//! where its keys lie for as long as it lives (an advisory lock goes when its connection does), and no
//! round opens while they lie apart. That nobody tells of a place proves nothing: the server may have
//! restarted, or a process may be about to start. The embedded database has one process.

use std::time::Duration;

use sea_orm::sqlx::{Connection, Executor, PgConnection, query};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::refusals::KEY_STORE_AWAY;
use super::round;
use crate::app::App;
use crate::database::serving;
use crate::error::{Error, Fault};

/// The places keys lie in, among the advisory locks of PostgreSQL.
const PLACES: i32 = 0x6b65_7973;

/// How long a living server takes to say that it lives.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);

/// How this process tells the others: a place, where it is known, and the connection that holds its lock.
#[derive(Default)]
struct Sign(Mutex<Option<(Option<i32>, PgConnection)>>);

/// Tells the others where the keys of this process lie. Repeated now and then, because a connection
/// may break, a folder may be made anew, and a server of keys may come back without its memory.
pub async fn attend(app: &App) -> Result<(), Error> {
    if !app.database.is_postgres() {
        return Ok(());
    }
    let place = match round::keys(app).await?.number().await {
        Err(away) if away.is(KEY_STORE_AWAY) => None,
        number => Some(number?),
    };
    let sign = app.extensions.get_or_default::<Sign>();
    let mut written = sign.0.lock().await;
    if let Some((known, connection)) = written.as_mut()
        // While nobody can tell, what was told stands.
        && (place.is_none() || *known == place)
        && matches!(timeout(SIGN_OF_LIFE, connection.ping()).await, Ok(Ok(())))
    {
        return Ok(());
    }
    *written = None;
    let mut connection = app.database.own_connection().await?;
    if let Some(place) = place {
        let lock = query("SELECT pg_advisory_lock_shared($1, $2)").bind(PLACES).bind(place);
        lock.execute(&mut connection).await.map_err(Fault::of)?;
    }
    serving::mark(&mut connection).await.map_err(Fault::of)?;
    *written = Some((place, connection));
    Ok(())
}

/// Takes the sign down, so that the others need not wait for the connection to be missed.
pub async fn leave(app: &App) {
    let sign = app.extensions.get_or_default::<Sign>();
    if let Some((_, mut connection)) = sign.0.lock().await.take() {
        // The server lets go of the locks of a connection only when it comes to notice that it is closed.
        let _ = connection.execute("SELECT pg_advisory_unlock_all()").await;
        let _ = connection.close().await;
    }
}

/// Whether a living process keeps its keys where this one cannot see them.
pub async fn is_apart(app: &App, db: &impl ConnectionTrait) -> Result<bool, Error> {
    Ok(!elsewhere(app, db).await?.is_empty())
}

/// Whether a living process keeps its keys in this place, which this one cannot see.
pub async fn keeps_elsewhere(app: &App, db: &impl ConnectionTrait, place: i32) -> Result<bool, Error> {
    Ok(elsewhere(app, db).await?.contains(&place))
}

/// The places living processes keep their keys in, without this one's own.
async fn elsewhere(app: &App, db: &impl ConnectionTrait) -> Result<Vec<i32>, Error> {
    if !app.database.is_postgres() {
        return Ok(Vec::new());
    }
    let own = round::keys(app).await?.number().await?;
    let others = "SELECT DISTINCT objid::bigint AS place FROM pg_locks \
        WHERE locktype = 'advisory' AND granted AND objsubid = 2 \
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND classid::bigint = $1";
    // A lock shows its two numbers without their signs.
    let values = [i64::from(PLACES.cast_unsigned()).into()];
    let found = db.query_all_raw(Statement::from_sql_and_values(DbBackend::Postgres, others, values)).await?;
    let mut places = Vec::with_capacity(found.len());
    for row in found {
        let place: i64 = row.try_get("", "place")?;
        places.extend(u32::try_from(place).map(u32::cast_signed).ok().filter(|place| *place != own));
    }
    Ok(places)
}
