//! Which house this is, and whether the keys are its own. A house has an id, made at its first start,
//! and its database keeps a digest under each of its keys: a key that is missing or another's stops the
//! start, because going on with one made anew would sign everybody out, blind every badge and lose every
//! password, and nobody would be told.

pub mod house;
pub mod key_check;

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QueryOrder, Statement,
};
use secrecy::{ExposeSecret, SecretString};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::chance::Chance;
use crate::database::{Database, Write};
use crate::error::{Error, Fault};
use crate::secrets::{Secrets, Source, sealed_under, without_password};

/// Lets one process at a time enter a house on PostgreSQL.
const ENTERING: i64 = 0x6872_7365_6e74_6572;

/// The purposes of this file's keys.
const CHECK: &str = "house check";
const LASTING: &str = "house lasting";
const BOUND: &str = "house bound";

/// Which house this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    pub id: Uuid,
    /// Whether rows from before there were keys, or from before they were lost, are still to be bound
    /// to them. Whoever does it says so by [`bound`].
    pub to_bind: bool,
}

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

/// Everything in the database is bound to the keys.
///
/// # Errors
/// What the database says.
pub async fn bound(database: &Database, secrets: &Secrets, id: Uuid) -> Result<(), Error> {
    let txn = database.begin_write().await?;
    let row = house::ActiveModel {
        place: Set(house::PLACE),
        bound: Set(Some(secrets.vouch(BOUND, &[id.as_bytes()]))),
        ..Default::default()
    };
    row.update(&txn).await?;
    txn.commit().await?;
    note(secrets, id);
    Ok(())
}

/// Notes in the key file whose it is. A file that cannot be written is one more reason to look, and none
/// to stay closed.
fn note(secrets: &Secrets, id: Uuid) {
    if let Err(refused) = secrets.belong_to(id) {
        tracing::warn!(
            refused = format!("{refused:#}"),
            "the key file could not be told its house; set security.house"
        );
    }
}

/// Lets the database know a key that came into the file, and which of them seals.
///
/// # Errors
/// What the database says.
pub async fn record_keys(database: &Database, secrets: &Secrets, id: Uuid, now: DateTime<Utc>) -> Result<(), Error> {
    let txn = database.begin_write().await?;
    know(&txn, secrets, id, now).await?;
    txn.commit().await
}

/// Lets the database forget the keys that are not here any more.
///
/// # Errors
/// What the database says.
pub async fn forgotten(database: &Database, secrets: &Secrets) -> Result<(), Error> {
    let here = secrets.numbers().into_iter().map(u32::cast_signed);
    let txn = database.begin_write().await?;
    key_check::Entity::delete_many().filter(key_check::Column::Number.is_not_in(here)).exec(&txn).await?;
    txn.commit().await
}

/// Seals the house's own row under the sealing key, where it stands under another.
///
/// # Errors
/// What the database says.
pub async fn renew(database: &Database, secrets: &Secrets, id: Uuid) -> Result<(), Error> {
    let Some(house) = house::Entity::find_by_id(house::PLACE).one(database.reader()).await? else { return Ok(()) };
    if sealed_under(&house.lasting) == Some(secrets.newest()) {
        return Ok(());
    }
    let Ok(root) = secrets.open(LASTING, id.as_bytes(), &house.lasting) else { return Ok(()) };
    let lasting = secrets.seal(LASTING, id.as_bytes(), &root)?;
    let bound = house.bound.as_deref().filter(|mark| secrets.vouches(BOUND, &[id.as_bytes()], mark));
    let bound = bound.map(|_| secrets.vouch(BOUND, &[id.as_bytes()]));
    let txn = database.begin_write().await?;
    let row =
        house::ActiveModel { place: Set(house::PLACE), lasting: Set(lasting), bound: Set(bound), ..Default::default() };
    row.update(&txn).await?;
    txn.commit().await
}

/// What a look at the database says about the keys; nothing is changed.
#[derive(Debug, Default)]
pub struct Recognised {
    pub house: Option<Uuid>,
    /// The numbers the database knows, and since when each is not the sealing one.
    pub known: Vec<(u32, Option<DateTime<Utc>>)>,
    /// What does not fit.
    pub wrong: Vec<String>,
}

/// Compares the keys with the database, and numbers them as it does.
pub async fn recognise(db: &impl ConnectionTrait, secrets: &Secrets) -> Result<Recognised, Fault> {
    let Some(house) = house::Entity::find_by_id(house::PLACE).one(db).await? else { return Ok(Recognised::default()) };
    let checks = key_check::Entity::find().order_by_asc(key_check::Column::Number).all(db).await?;
    let mut wrong = Vec::new();
    if let Some(own) = secrets.house().filter(|own| *own != house.id) {
        wrong.push(format!("the key file belongs to house {own}, and this is house {}", house.id));
    }
    if matches!(secrets.source(), Source::Unwritten(_)) {
        wrong.push("the key file is missing".to_owned());
    }
    let fitting = fitting(secrets, house.id, &checks);
    let after_all = checks.last().map_or(0, |check| check.number).cast_unsigned() + 1;
    if matches!(secrets.source(), Source::Settings) {
        secrets.number(&fitting.iter().map(|number| number.unwrap_or(after_all)).collect::<Vec<_>>());
    }
    for (number, fits) in secrets.numbers().into_iter().zip(&fitting) {
        if *fits != Some(number) {
            wrong.push(format!("key {number} does not fit this database"));
        }
    }
    match secrets.open(LASTING, house.id.as_bytes(), &house.lasting).map(|root| <[u8; 32]>::try_from(root.as_slice())) {
        Ok(Ok(root)) => secrets.last(Zeroizing::new(root)),
        _ => wrong.push("the lasting key of the house does not open".to_owned()),
    }
    let known = checks.iter().map(|check| (check.number.cast_unsigned(), check.retired_at)).collect();
    Ok(Recognised { house: Some(house.id), known, wrong })
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
    let (words, wanted) = match (secrets.source(), secrets.house(), expected) {
        (Source::File(path), Some(wanted), _) => (format!("{} belongs to", path.display()), wanted),
        (_, _, Some(wanted)) => ("security.house asks for".to_owned(), wanted),
        _ => return Ok(()),
    };
    match house {
        Some(house) if house.id == wanted => Ok(()),
        Some(house) => bail!(
            "database {place}: this is house {}, and {words} house {wanted}. Set database.url or the key to the \
             right one",
            house.id
        ),
        None => bail!(
            "database {place}: no house has been here, and {words} house {wanted}. Set database.url to where it \
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

/// By which number the database knows each key, in the order of [`Secrets::numbers`].
fn fitting(secrets: &Secrets, house: Uuid, checks: &[key_check::Model]) -> Vec<Option<u32>> {
    let number = |digest: &Vec<u8>| {
        checks.iter().find(|check| check.digest == *digest).map(|check| check.number.cast_unsigned())
    };
    secrets.macs(CHECK, &[house.as_bytes()]).iter().map(number).collect()
}

/// Lets the database know the keys, and which of them seals.
async fn know(txn: &Write, secrets: &Secrets, house: Uuid, now: DateTime<Utc>) -> Result<(), DbErr> {
    let keys = secrets.numbers().into_iter().zip(secrets.macs(CHECK, &[house.as_bytes()]));
    for (place, (number, digest)) in keys.enumerate() {
        let number = number.cast_signed();
        let row = key_check::Model { number, digest, known_at: now, retired_at: None };
        let unless_known = OnConflict::column(key_check::Column::Number).do_nothing().to_owned();
        key_check::Entity::insert(row.into_active_model())
            .on_conflict(unless_known)
            .exec_without_returning(txn)
            .await?;
        if place == 0 {
            let seals = key_check::ActiveModel { number: Set(number), retired_at: Set(None), ..Default::default() };
            seals.update(txn).await?;
            let others = key_check::Entity::update_many().col_expr(key_check::Column::RetiredAt, Expr::value(now));
            let others = others.filter(key_check::Column::RetiredAt.is_null());
            let others = others.filter(key_check::Column::Number.lt(number));
            others.exec(txn).await?;
        }
    }
    Ok(())
}
