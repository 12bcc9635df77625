//! Bonds are made anew: for rows that have none yet, and under another key.

use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, DbErr, QueryResult};
use uuid::Uuid;

use super::bond::{AT_ONCE, Bond, Row};
use super::sealed_column::SealedColumn;
use super::standing::number_in;
use super::{ALL, PASSWORD, SEALED};
use crate::database::Database;
use crate::error::Error;
use crate::secrets::{Secrets, sealed_under};

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

impl Bond {
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

impl SealedColumn {
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
