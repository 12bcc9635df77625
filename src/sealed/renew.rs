//! Seals anew what stands under another secret than the newest, and for the first time what a former
//! version of the house wrote in the clear.
//!
//! Clear text comes from a migration, which has no key: it puts a zero where the number of the
//! secret stands ([`crate::secrets`]), and no secret has that number. Nothing else reads it: it is
//! sealed before the house answers anybody.

use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ConnectionTrait, ExecResult, QueryResult};
use uuid::Uuid;

use super::{ALL, Column, Sealed};
use crate::database::Database;
use crate::error::{Error, Fault};
use crate::secrets::{Secrets, sealed_under};

/// Rows of one transaction: others who write need not wait for the rest.
const AT_ONCE: u64 = 200;
/// What stands where a secret's number would, before anything was sealed.
const CLEAR: u32 = 0;
const NUMBER: usize = 4;

/// Seals everything anew, a few rows at a time. Safe to repeat, and in several processes at once. Tells
/// how many texts were.
///
/// # Errors
/// Only faults. Texts that no secret of this house opens are left as they are, and counted in the
/// log.
pub async fn seal(database: &Database, secrets: &Secrets) -> Result<u64, Error> {
    let mut sealed = 0;
    for column in ALL {
        sealed += column.anew(database, secrets, u64::MAX).await?.0;
    }
    Ok(sealed)
}

/// Seals at most about so many of each column anew, while others read and write. Says whether all
/// are done.
///
/// # Errors
/// As [`seal`].
pub async fn renew(database: &Database, secrets: &Secrets, most: u64) -> Result<bool, Error> {
    let mut done = true;
    for column in ALL {
        done &= column.anew(database, secrets, most).await?.1;
    }
    Ok(done)
}

/// A text that is to be sealed anew.
struct Stale {
    row: Vec<Uuid>,
    sealed: Vec<u8>,
}

impl Column {
    /// How many were sealed anew, and whether none is left that could be.
    async fn anew(&self, database: &Database, secrets: &Secrets, most: u64) -> Result<(u64, bool), Error> {
        let (mut after, mut sealed, mut closed) = (None, 0, 0);
        while sealed + closed < most {
            let rows = self.stale(database, secrets, after.as_ref()).await?;
            let Some(last) = rows.last() else {
                if closed > 0 {
                    tracing::error!(
                        table = self.table,
                        column = self.name,
                        texts = closed,
                        "no secret here opens them"
                    );
                }
                return Ok((sealed, true));
            };
            after = Some(last.row.clone());
            let read = rows.len() as u64;
            let renewed = self.renew(database, secrets, rows).await?;
            sealed += renewed;
            closed += read - renewed;
        }
        Ok((sealed, false))
    }

    fn number(&self) -> Expr {
        // Written out: what is grouped by must read the same wherever it stands.
        Expr::cust(format!("substr({}, 1, 4)", self.name))
    }

    /// The next rows whose text does not stand under the newest secret.
    async fn stale(
        &self,
        database: &Database,
        secrets: &Secrets,
        after: Option<&Vec<Uuid>>,
    ) -> Result<Vec<Stale>, Fault> {
        let newest = secrets.newest().to_be_bytes().to_vec();
        let mut rows: SelectStatement = Query::select()
            .columns(self.key.iter().copied())
            .column(self.name)
            .from(self.table)
            .and_where(Expr::col(self.name).is_not_null())
            .and_where(self.number().ne(newest))
            .limit(AT_ONCE)
            .to_owned();
        for key in self.key {
            rows.order_by(*key, Order::Asc);
        }
        if let Some(after) = after {
            let keys = Expr::tuple(self.key.iter().map(|key| Expr::col(*key)));
            rows.and_where(keys.gt(Expr::tuple(after.iter().map(|id| Expr::value(*id)))));
        }
        let rows = database.reader().query_all(&rows).await?;
        rows.iter().map(|row| self.read(row)).collect()
    }

    fn read(&self, row: &QueryResult) -> Result<Stale, Fault> {
        let key = self.key.iter().map(|key| row.try_get("", key)).collect::<Result<Vec<Uuid>, _>>()?;
        Ok(Stale { row: key, sealed: row.try_get("", self.name)? })
    }

    async fn renew(&self, database: &Database, secrets: &Secrets, rows: Vec<Stale>) -> Result<u64, Error> {
        let mut renewed = 0;
        let txn = database.begin_write().await?;
        for Stale { row, sealed } in rows {
            let text = match sealed_under(&sealed) {
                Some(CLEAR) => String::from_utf8_lossy(sealed.get(NUMBER..).unwrap_or_default()).into_owned(),
                _ => match self.open(secrets, &row, &Sealed(sealed.clone())) {
                    Ok(text) => text,
                    Err(_) => continue,
                },
            };
            let mut update = Query::update();
            update
                .table(self.table)
                .value(self.name, Expr::value(self.seal(secrets, &row, &text)?.0))
                // Whoever wrote something else meanwhile wrote it under the newest.
                .and_where(Expr::col(self.name).eq(sealed));
            if let Some(found) = self.found {
                update.value(found.name, Expr::value(self.digest(secrets, &text)));
            }
            for (key, id) in self.key.iter().zip(&row) {
                update.and_where(Expr::col(*key).eq(*id));
            }
            let done: ExecResult = txn.execute(&update).await?;
            renewed += done.rows_affected();
        }
        txn.commit().await?;
        Ok(renewed)
    }
}
