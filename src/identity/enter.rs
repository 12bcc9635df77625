//! The house of a database is entered with its own keys, or founded.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, QueryOrder, Statement};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::recognise::fitting;
use super::{BOUND, Identity, LASTING, house, key_check, know, note};
use crate::chance::Chance;
use crate::database::address::without_password;
use crate::database::{Database, Write};
use crate::secrets::{Secrets, Source};

/// Lets one process at a time enter a house on PostgreSQL.
const ENTERING: i64 = 0x6872_7365_6e74_6572;

/// Looks at the place of an embedded database before it is opened, which would make it.
///
/// # Errors
/// An empty file where there was a house, or none where the key file knows of one.
pub fn look(url: &SecretString, secrets: &Secrets) -> anyhow::Result<()> {
    let Some(path) = url.expose_secret().strip_prefix("sqlite://") else { return Ok(()) };
    let path = Path::new(path.split('?').next().unwrap_or(path));
    let found = std::fs::metadata(path).map(|found| found.len());
    let keys = match secrets.source() {
        Source::File(keys) => keys.display().to_string(),
        Source::Settings => "security.secret".to_owned(),
        Source::Unwritten(_) | Source::Process => return Ok(()),
    };
    match (found, secrets.house()) {
        (Ok(0), _) => bail!(
            "{}: the database is an empty file, and {keys} is that of a house. Put the database back \
             (queqiao restore); to begin anew, remove the empty file{}",
            path.display(),
            if secrets.house().is_some() { " and move the key file away" } else { "" }
        ),
        (Err(missing), Some(house)) if missing.kind() == std::io::ErrorKind::NotFound => bail!(
            "{}: there is no database, and {keys} belongs to house {house}. Set database.url to where it \
             lies, or put it back (queqiao restore); to begin anew, move the key file away",
            path.display()
        ),
        _ => Ok(()),
    }
}

/// Enters the house of a migrated database, or founds it.
///
/// # Errors
/// A key that is missing or does not fit, a database of another house: in words that say what to do.
pub async fn open_house(
    database: &Database,
    url: &SecretString,
    secrets: &Secrets,
    expected: &str,
    now: DateTime<Utc>,
) -> anyhow::Result<Identity> {
    let expected: Option<Uuid> = match expected {
        "" => None,
        id => Some(id.parse().context("security.house: no id of a house")?),
    };
    let place = without_password(url);
    let txn = begin(database).await?;
    let house = house::Entity::find_by_id(house::PLACE).one(&txn).await?;
    belongs(house.as_ref(), secrets, expected, &place)?;
    let entered = match house {
        None => found_house(&txn, secrets, now, &place).await?,
        Some(house) => admit(&txn, secrets, house, now, &place).await?,
    };
    // Written before the database counts on it; which house it is of, only after.
    secrets.write()?;
    txn.commit().await.map_err(|fault| anyhow!("{fault}"))?;
    let is_bound = entered.bound.as_deref().is_some_and(|mark| secrets.vouches(BOUND, &[entered.id.as_bytes()], mark));
    if is_bound {
        note(secrets, entered.id);
    }
    // Whether everything is bound is known outside the database too, where that can be: whoever can write
    // the database could otherwise have their own rows bound by taking the mark away.
    let may_bind = match secrets.source() {
        Source::File(_) | Source::Unwritten(_) => secrets.house().is_none(),
        Source::Settings => expected.is_none(),
        Source::Process => true,
    };
    tracing::info!(house = %entered.id, keys = ?secrets.numbers(), "entered");
    Ok(Identity { id: entered.id, to_bind: may_bind && !is_bound })
}

async fn begin(database: &Database) -> anyhow::Result<Write> {
    let txn = database.begin_write().await.map_err(|fault| anyhow!("{fault}"))?;
    if database.is_postgres() {
        let lock =
            Statement::from_sql_and_values(DbBackend::Postgres, "SELECT pg_advisory_xact_lock($1)", [ENTERING.into()]);
        txn.execute_raw(lock).await?;
    }
    Ok(txn)
}

/// Whether the database is the one that is expected here.
fn belongs(house: Option<&house::Model>, secrets: &Secrets, expected: Option<Uuid>, place: &str) -> anyhow::Result<()> {
    let (whose, wanted) = match (secrets.source(), secrets.house(), expected) {
        (Source::File(path), Some(wanted), _) => (format!("{} belongs to", path.display()), wanted),
        (_, _, Some(wanted)) => ("security.house asks for".to_owned(), wanted),
        _ => return Ok(()),
    };
    match house {
        Some(house) if house.id == wanted => Ok(()),
        Some(house) => bail!(
            "database {place}: this is house {}, and {whose} house {wanted}. Set database.url or the key to the \
             right one",
            house.id
        ),
        None => bail!(
            "database {place}: no house has been here, and {whose} house {wanted}. Set database.url to where it \
             lies, or put it back (queqiao restore)"
        ),
    }
}

/// A first start; or the first one of a house from before there were numbered keys.
async fn found_house(txn: &Write, secrets: &Secrets, now: DateTime<Utc>, place: &str) -> anyhow::Result<house::Model> {
    let question = Statement::from_string(txn.get_database_backend(), "SELECT 1 FROM account LIMIT 1");
    let has_people = txn.query_one_raw(question).await?.is_some();
    if let Source::Unwritten(path) = secrets.source()
        && has_people
        && !secrets.are_meant()
    {
        bail!("{}", missing(&path, place));
    }
    let id = uuid::Builder::from_random_bytes(Chance.secret()?).into_uuid();
    let root = if has_people { secrets.first_root() } else { Zeroizing::new(Chance.secret::<32>()?) };
    let house = house::Model {
        place: house::PLACE,
        id,
        founded_at: now,
        lasting: secrets.seal(LASTING, id.as_bytes(), root.as_ref())?,
        bound: (!has_people).then(|| secrets.vouch(BOUND, &[id.as_bytes()])),
    };
    house::Entity::insert(house.clone().into_active_model()).exec_without_returning(txn).await?;
    know(txn, secrets, id, now).await?;
    secrets.last(root);
    Ok(house)
}

async fn admit(
    txn: &Write,
    secrets: &Secrets,
    house: house::Model,
    now: DateTime<Utc>,
    place: &str,
) -> anyhow::Result<house::Model> {
    let checks = key_check::Entity::find().order_by_asc(key_check::Column::Number).all(txn).await?;
    let fitting = fitting(secrets, house.id, &checks);
    if fitting.iter().all(Option::is_none) {
        return match secrets.source() {
            _ if secrets.are_meant() => begin_anew(txn, secrets, house, &checks, now).await,
            Source::Unwritten(path) => bail!("{}", missing(&path, place)),
            Source::File(path) => bail!("{}", foreign(&path.display().to_string(), place, house.id)),
            Source::Settings => bail!("{}", foreign("security.secret", place, house.id)),
            Source::Process => bail!("{}", foreign("this process's own secret", place, house.id)),
        };
    }
    let after_all = checks.last().map_or(0, |check| check.number).cast_unsigned() + 1;
    match secrets.source() {
        Source::Settings => {
            let new = fitting.iter().map(|number| number.unwrap_or(after_all)).collect::<Vec<_>>();
            secrets.number(&new);
        }
        Source::File(path) => {
            let taken = |number: &u32| checks.iter().any(|check| check.number.cast_unsigned() == *number);
            for (number, fits) in secrets.numbers().iter().zip(&fitting) {
                if fits.is_some_and(|fits| fits != *number) || (fits.is_none() && taken(number)) {
                    bail!("{}: key {number} is not the one that database {place} knows by this number", path.display());
                }
            }
        }
        Source::Unwritten(_) | Source::Process => {}
    }
    know(txn, secrets, house.id, now).await?;
    let gone: Vec<u32> = checks.iter().map(|check| check.number.cast_unsigned()).collect();
    let gone: Vec<u32> = gone.into_iter().filter(|number| !secrets.numbers().contains(number)).collect();
    if !gone.is_empty() {
        tracing::warn!(keys = ?gone, "a key is gone: what is still sealed under it does not open; see queqiao doctor");
    }
    let root = secrets.open(LASTING, house.id.as_bytes(), &house.lasting).map_err(|_| {
        anyhow!("database {place}: the lasting key of house {} is sealed under a key that is not here", house.id)
    })?;
    let root = <[u8; 32]>::try_from(root.as_slice()).context("the lasting key of the house is damaged")?;
    secrets.last(Zeroizing::new(root));
    Ok(house)
}

/// The key is lost and another one is meant: what was sealed stays closed, and all else begins anew.
async fn begin_anew(
    txn: &Write,
    secrets: &Secrets,
    house: house::Model,
    checks: &[key_check::Model],
    now: DateTime<Utc>,
) -> anyhow::Result<house::Model> {
    let first = checks.last().map_or(0, |check| check.number).cast_unsigned() + 1;
    let numbers: Vec<u32> = (first..).take(secrets.numbers().len()).collect();
    tracing::warn!(house = %house.id, ?numbers, "a new key is meant: what was sealed under another stays closed");
    secrets.number(&numbers);
    secrets.rewrite()?;
    key_check::Entity::delete_many().exec(txn).await?;
    know(txn, secrets, house.id, now).await?;
    let root = Zeroizing::new(Chance.secret::<32>()?);
    let lasting = secrets.seal(LASTING, house.id.as_bytes(), root.as_ref())?;
    let mut row = house.into_active_model();
    row.lasting = Set(lasting);
    row.bound = Set(None);
    secrets.last(root);
    Ok(row.update(txn).await?)
}

fn missing(path: &Path, place: &str) -> String {
    format!(
        "{}: the key is missing, and database {place} belongs to a house that has one. Put the file back from \
         where it is kept; if it is lost for good, queqiao serve --new-key goes on without it: passwords, badge \
         codes and everything else that is sealed are lost then, and everybody sets a new password",
        path.display()
    )
}

fn foreign(what: &str, place: &str, house: Uuid) -> String {
    format!(
        "{what}: this is not a key of house {house} in database {place}. Use the one it had; if that is lost for \
         good, queqiao serve --new-key goes on with this one: passwords, badge codes and everything \
         else that is sealed are lost then, and everybody sets a new password"
    )
}
