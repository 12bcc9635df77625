//! Under which keys the values of a column stand, and which bonds do not hold.

use std::collections::BTreeMap;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use uuid::Uuid;

use super::ALL;
use crate::error::Fault;
use crate::secrets::{Secrets, sealed_under};

/// How many values of a column that says it stand under which key.
pub async fn count_by_key(
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
