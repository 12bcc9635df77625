//! What vouches for rows that open something: whose a token is, which address and which rights an
//! account has. A bond is a keyed digest over columns of its row, under a key that is not in the
//! database, so that somebody who can write the database and has no key can neither put in a row of
//! their own, nor give an existing one another owner, nor make themselves an administrator.
//!
//! All bonds are listed here, so that they can be made anew in one place when the key changes; the
//! rooms say what follows where one does not hold.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::database::Database;
use crate::error::{Error, Fault};
use crate::secrets::{NotOpened, Secrets, sealed_under};
use Part::{Bytes, Flag, Id, Moment, Text};

const PURPOSE: &str = "bond";
const SEALING: &str = "sealed in its row";

/// Rows of one transaction: others who write need not wait for the rest.
const AT_ONCE: u64 = 200;

/// A column that vouches for others of its row. The row's key is called `id`.
#[derive(Debug, Clone, Copy)]
pub struct Bond {
    pub table: &'static str,
    pub name: &'static str,
    over: &'static [Part],
}

/// A column that is vouched for, and how its value is read.
#[derive(Debug, Clone, Copy)]
enum Part {
    Id(&'static str),
    Bytes(&'static str),
    Text(&'static str),
    Flag(&'static str),
    Moment(&'static str),
}

/// Which address and which rights an account has.
pub const ACCOUNT: Bond =
    Bond { table: "account", name: "bond", over: &[Id("id"), Bytes("email_digest"), Flag("administrator")] };
/// Whose session a browser's token opens.
pub const SESSION: Bond = Bond {
    table: "session",
    name: "token_bond",
    over: &[Id("id"), Id("account_id"), Bytes("token_digest"), Moment("expires_at")],
};
/// Whose sign-in the tokens of a program belong to.
pub const SIGN_IN: Bond = Bond { table: "sign_in", name: "bond", over: &[Id("id"), Id("account_id")] };
/// To which sign-in a refresh token belongs.
pub const REFRESH_TOKEN: Bond = Bond {
    table: "refresh_token",
    name: "token_bond",
    over: &[Id("id"), Id("sign_in_id"), Bytes("token_digest"), Moment("expires_at")],
};
/// Which address the link in a letter proves.
pub const SIGN_UP: Bond = Bond {
    table: "sign_up",
    name: "token_bond",
    over: &[Id("id"), Bytes("email_digest"), Bytes("token_digest"), Moment("expires_at")],
};
/// Whose password a link sets, and which address it was written to.
pub const RESET: Bond = Bond {
    table: "reset_request",
    name: "token_bond",
    over: &[Id("id"), Id("account_id"), Bytes("door"), Bytes("token_digest"), Moment("expires_at")],
};
/// At which event a device is a desk.
pub const DEVICE: Bond =
    Bond { table: "device", name: "token_bond", over: &[Id("id"), Id("event_id"), Bytes("token_digest")] };
/// Which event a screen may watch.
pub const SCREEN: Bond =
    Bond { table: "screen_pass", name: "token_bond", over: &[Id("id"), Id("event_id"), Bytes("token_digest")] };

/// Who is invited to what, and which link accepts it.
pub const INVITATION: Bond = Bond {
    table: "invitation",
    name: "bond",
    over: &[
        Id("id"),
        Text("kind"),
        Id("subject_id"),
        Bytes("email_digest"),
        Bytes("token_digest"),
        Moment("expires_at"),
    ],
};

/// Every bond of the house.
pub const ALL: &[Bond] = &[ACCOUNT, SESSION, SIGN_IN, REFRESH_TOKEN, SIGN_UP, RESET, DEVICE, SCREEN, INVITATION];

/// The hash of a password, sealed in the row of its account: whoever has only the database can neither
/// guess at it nor put another's in its place.
pub const PASSWORD: Sealed = Sealed { table: "account", name: "password" };

/// Every column of the house that is sealed in its row, and not listed elsewhere.
pub const SEALED: &[Sealed] = &[PASSWORD];

/// A column that is sealed in the place it stands in. The row's key is called `id`.
#[derive(Debug, Clone, Copy)]
pub struct Sealed {
    pub table: &'static str,
    pub name: &'static str,
}

/// How a moment is vouched for: to the second, for databases keep less of it than a clock tells.
#[must_use]
pub fn moment(at: DateTime<Utc>) -> [u8; 8] {
    at.timestamp().to_be_bytes()
}

/// A row with a bond, or without one as yet.
struct Row {
    id: Uuid,
    bond: Option<Vec<u8>>,
    parts: Vec<Vec<u8>>,
}

impl Row {
    fn parts(&self) -> Vec<&[u8]> {
        self.parts.iter().map(Vec::as_slice).collect()
    }
}

impl Bond {
    /// What is stored in this column beside these values, in the order of the list above.
    #[must_use]
    pub fn vouch(&self, secrets: &Secrets, parts: &[&[u8]]) -> Vec<u8> {
        secrets.vouch(PURPOSE, &self.placed(parts))
    }

    /// Whether the house made this of these values.
    #[must_use]
    pub fn holds(&self, secrets: &Secrets, parts: &[&[u8]], bond: Option<&[u8]>) -> bool {
        bond.is_some_and(|bond| secrets.vouches(PURPOSE, &self.placed(parts), bond))
    }

    fn placed<'a>(&self, parts: &[&'a [u8]]) -> Vec<&'a [u8]> {
        let mut placed: Vec<&'a [u8]> = vec![self.table.as_bytes(), self.name.as_bytes()];
        placed.extend_from_slice(parts);
        placed
    }

    /// The next rows after one, in the order of their ids.
    fn rows(&self, after: Option<Uuid>) -> SelectStatement {
        let mut rows = Query::select();
        rows.column("id").column(self.name).from(self.table).order_by("id", Order::Asc).limit(AT_ONCE);
        for part in self.over {
            let (Id(name) | Bytes(name) | Text(name) | Flag(name) | Moment(name)) = *part;
            rows.column(name);
        }
        if let Some(after) = after {
            rows.and_where(Expr::col("id").gt(after));
        }
        rows.take()
    }

    fn read(&self, row: &QueryResult) -> Result<Row, DbErr> {
        let part = |part: &Part| -> Result<Vec<u8>, DbErr> {
            Ok(match *part {
                Id(name) => row.try_get::<Option<Uuid>>("", name)?.map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
                Bytes(name) => row.try_get::<Option<Vec<u8>>>("", name)?.unwrap_or_default(),
                Text(name) => row.try_get::<String>("", name)?.into_bytes(),
                Flag(name) => vec![u8::from(row.try_get::<bool>("", name)?)],
                Moment(name) => moment(row.try_get("", name)?).to_vec(),
            })
        };
        Ok(Row {
            id: row.try_get("", "id")?,
            bond: row.try_get("", self.name)?,
            parts: self.over.iter().map(part).collect::<Result<_, _>>()?,
        })
    }

    /// Goes through the rows of a question, some at a time, and makes bonds anew where `may`; until
    /// there are no more, or as many were made as are wanted. Says how many.
    async fn remake(
        &self,
        database: &Database,
        secrets: &Secrets,
        question: impl Fn(SelectStatement) -> SelectStatement,
        may: impl Fn(&Row) -> bool,
        wanted: u64,
    ) -> Result<u64, Error> {
        let (mut after, mut made) = (None, 0);
        while made < wanted {
            let rows = database.reader().query_all(&question(self.rows(after))).await?;
            let rows = rows.iter().map(|row| self.read(row)).collect::<Result<Vec<_>, _>>()?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            let rows: Vec<Row> = rows.into_iter().filter(&may).collect();
            let txn = database.begin_write().await?;
            for row in rows {
                let bond = self.vouch(secrets, &row.parts());
                // Whoever changed the row meanwhile made its bond anew.
                let same = match row.bond {
                    Some(old) => Expr::col(self.name).eq(old),
                    None => Expr::col(self.name).is_null(),
                };
                let update = Query::update()
                    .table(self.table)
                    .value(self.name, Expr::value(bond))
                    .and_where(Expr::col("id").eq(row.id))
                    .and_where(same)
                    .to_owned();
                made += txn.execute(&update).await?.rows_affected();
            }
            txn.commit().await?;
        }
        Ok(made)
    }
}

impl Sealed {
    fn place(&self, id: Uuid) -> Vec<u8> {
        [self.table.as_bytes(), b".", self.name.as_bytes(), b"\0", id.as_bytes().as_slice()].concat()
    }

    /// What is stored in the row of this id.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn seal(&self, secrets: &Secrets, id: Uuid, plain: &[u8]) -> anyhow::Result<Vec<u8>> {
        secrets.seal(SEALING, &self.place(id), plain)
    }

    /// What was sealed in the row of this id.
    ///
    /// # Errors
    /// Where it was sealed for another row, or under a key this house does not have.
    pub fn open(&self, secrets: &Secrets, id: Uuid, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
        secrets.open(SEALING, &self.place(id), sealed)
    }

    async fn renew(&self, database: &Database, secrets: &Secrets, most: u64) -> Result<bool, Error> {
        let newest = secrets.newest().to_be_bytes().to_vec();
        let (mut after, mut made) = (Uuid::nil(), 0);
        while made < most {
            let rows = Query::select()
                .columns(["id", self.name])
                .from(self.table)
                .and_where(Expr::col(self.name).is_not_null())
                .and_where(number_in(self.name).ne(newest.clone()))
                .and_where(Expr::col("id").gt(after))
                .order_by("id", Order::Asc)
                .limit(AT_ONCE)
                .to_owned();
            let rows = database.reader().query_all(&rows).await?;
            let read = |row: &QueryResult| -> Result<(Uuid, Vec<u8>), DbErr> {
                Ok((row.try_get("", "id")?, row.try_get("", self.name)?))
            };
            let rows = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
            let Some((last, _)) = rows.last() else { return Ok(true) };
            after = *last;
            let txn = database.begin_write().await?;
            for (id, sealed) in rows {
                let Ok(plain) = self.open(secrets, id, &sealed) else { continue };
                let update = Query::update()
                    .table(self.table)
                    .value(self.name, Expr::value(self.seal(secrets, id, &plain)?))
                    .and_where(Expr::col("id").eq(id))
                    .and_where(Expr::col(self.name).eq(sealed))
                    .to_owned();
                made += txn.execute(&update).await?.rows_affected();
            }
            txn.commit().await?;
        }
        Ok(false)
    }
}

/// Seals what a former version of the house kept as it was: hashes of passwords. They are not accepted
/// unsealed, so that this is done once, before the house answers anybody.
async fn seal_former_passwords(database: &Database, secrets: &Secrets) -> Result<(), Error> {
    loop {
        let plain = Query::select()
            .columns(["id", "password_hash"])
            .from("account")
            .and_where(Expr::col("password_hash").is_not_null())
            .limit(AT_ONCE)
            .to_owned();
        let rows = database.reader().query_all(&plain).await?;
        let read = |row: &QueryResult| -> Result<(Uuid, String), DbErr> {
            Ok((row.try_get("", "id")?, row.try_get("", "password_hash")?))
        };
        let rows = rows.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        if rows.is_empty() {
            return Ok(());
        }
        let txn = database.begin_write().await?;
        for (id, hash) in rows {
            let update = Query::update()
                .table("account")
                .value("password", Expr::value(PASSWORD.seal(secrets, id, hash.as_bytes())?))
                .value("password_hash", Expr::value(Option::<String>::None))
                .and_where(Expr::col("id").eq(id))
                .to_owned();
            txn.execute(&update).await?;
        }
        txn.commit().await?;
    }
}

/// Binds every row that has no bond, or one under a key that is lost: once, for a house from before
/// there were bonds, or where a new key was meant.
///
/// # Errors
/// Only faults.
pub async fn bind(database: &Database, secrets: &Secrets) -> Result<(), Error> {
    seal_former_passwords(database, secrets).await?;
    let numbers = secrets.numbers();
    let unbound =
        |row: &Row| row.bond.as_deref().and_then(sealed_under).is_none_or(|number| !numbers.contains(&number));
    for bond in ALL {
        let made = bond.remake(database, secrets, |rows| rows, unbound, u64::MAX).await?;
        if made > 0 {
            tracing::info!(table = bond.table, rows = made, "bound to the key of the house");
        }
    }
    Ok(())
}

/// Makes bonds under older keys anew under the sealing one, at most so many of each kind, while others
/// read and write. Safe to repeat, and in several processes at once. Says whether all are done; a bond
/// that does not hold is left as it is.
///
/// # Errors
/// Only faults.
pub async fn renew(database: &Database, secrets: &Secrets, most: u64) -> Result<bool, Error> {
    let newest = secrets.newest().to_be_bytes().to_vec();
    let mut all = true;
    for bond in ALL {
        let older = |mut rows: SelectStatement| {
            rows.and_where(Expr::col(bond.name).is_not_null()).and_where(number_in(bond.name).ne(newest.clone())).take()
        };
        let holds = |row: &Row| bond.holds(secrets, &row.parts(), row.bond.as_deref());
        all &= bond.remake(database, secrets, older, holds, most).await? < most;
    }
    for column in SEALED {
        all &= column.renew(database, secrets, most).await?;
    }
    Ok(all)
}

/// How many values of a column that says it stand under which key.
pub async fn standing(
    db: &impl ConnectionTrait,
    table: &'static str,
    column: &'static str,
) -> Result<BTreeMap<u32, u64>, Fault> {
    let number = number_in(column);
    let count = Query::select()
        .expr_as(number.clone(), "number")
        .expr_as(Expr::col(column).count(), "rows")
        .from(table)
        .and_where(Expr::col(column).is_not_null())
        .add_group_by([number])
        .to_owned();
    let mut standing = BTreeMap::new();
    for row in db.query_all(&count).await? {
        let number = sealed_under(&row.try_get::<Vec<u8>>("", "number")?).unwrap_or(0);
        let rows: i64 = row.try_get("", "rows")?;
        *standing.entry(number).or_default() += u64::try_from(rows).unwrap_or(0);
    }
    Ok(standing)
}

/// The number of the key a value of this column stands under, as the database reads it.
#[must_use]
pub fn number_in(column: &str) -> Expr {
    // Written out: what is grouped by must read the same wherever it stands.
    Expr::cust(format!("substr({column}, 1, 4)"))
}

/// The rows whose bond does not hold: somebody wrote them past the house.
pub async fn broken(db: &impl ConnectionTrait, secrets: &Secrets) -> Result<Vec<(&'static str, Uuid)>, Fault> {
    let mut broken = Vec::new();
    for bond in ALL {
        let mut after = None;
        loop {
            let rows = db.query_all(&bond.rows(after)).await?;
            let rows = rows.iter().map(|row| bond.read(row)).collect::<Result<Vec<_>, _>>()?;
            let Some(last) = rows.last() else { break };
            after = Some(last.id);
            let odd =
                rows.iter().filter(|row| row.bond.is_some() && !bond.holds(secrets, &row.parts(), row.bond.as_deref()));
            broken.extend(odd.map(|row| (bond.table, row.id)));
        }
    }
    Ok(broken)
}
