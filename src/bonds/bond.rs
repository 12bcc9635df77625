//! One bond: which columns of a row it is over, how it is made, and whether it holds.

use sea_orm::sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::moment;
use crate::secrets::Secrets;
use Part::{Bytes, Flag, Id, Moment, Text};

const PURPOSE: &str = "bond";

/// Rows of one transaction: others who write need not wait for the rest.
pub(super) const AT_ONCE: u64 = 200;

/// A column that vouches for others of its row. The row's key is called `id`.
#[derive(Debug, Clone, Copy)]
pub struct Bond {
    pub table: &'static str,
    pub name: &'static str,
    over: &'static [Part],
    /// What the table was called when the first bond was made: bonds go on saying that, whatever it is called now.
    first_called: &'static str,
}

/// A column that is vouched for, and how its value is read.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part {
    Id(&'static str),
    Bytes(&'static str),
    Text(&'static str),
    Flag(&'static str),
    Moment(&'static str),
}

/// A row with a bond, or without one as yet.
pub(super) struct Row {
    pub id: Uuid,
    pub bond: Option<Vec<u8>>,
    parts: Vec<Vec<u8>>,
}

impl Row {
    pub fn parts(&self) -> Vec<&[u8]> {
        self.parts.iter().map(Vec::as_slice).collect()
    }
}

impl Bond {
    pub(super) const fn of(table: &'static str, name: &'static str, over: &'static [Part]) -> Self {
        Self { table, name, over, first_called: table }
    }

    pub(super) const fn made_when_called(self, table: &'static str) -> Self {
        Self { first_called: table, ..self }
    }

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
        let mut placed: Vec<&'a [u8]> = vec![self.first_called.as_bytes(), self.name.as_bytes()];
        placed.extend_from_slice(parts);
        placed
    }

    /// The next rows after one, in the order of their ids.
    pub(super) fn rows(&self, after: Option<Uuid>) -> SelectStatement {
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

    pub(super) fn read(&self, row: &QueryResult) -> Result<Row, DbErr> {
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
}

#[cfg(test)]
mod tests {
    use super::super::{SESSION, TOKEN_FAMILY};
    use super::*;

    #[test]
    fn a_bond_made_before_its_table_was_renamed_holds() {
        let secrets = Secrets::fresh().unwrap();
        let made = |table: &str| secrets.vouch(PURPOSE, &[table.as_bytes(), b"bond", b"id", b"account"]);
        let holds = |bond: &[u8]| TOKEN_FAMILY.holds(&secrets, &[b"id", b"account"], Some(bond));
        assert!(holds(&made("sign_in")) && !holds(&made("token_family")));
        assert!(!SESSION.holds(&secrets, &[b"id", b"account"], Some(&made("sign_in"))));
    }
}
