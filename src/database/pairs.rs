//! Rows found by pairs of columns, many at once.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryTrait, Select, Value};

/// Narrows a question to the rows of which these two columns hold one of the pairs: joined to the list of them. As
/// conditions joined by OR, SQLite looks through the whole table once they are many, by what it knew of the table when
/// the statement was compiled; a list is looked up row by row however long it is.
#[must_use]
pub fn of_pairs<E: EntityTrait>(
    mut rows: Select<E>,
    (one, other): (E::Column, E::Column),
    pairs: impl IntoIterator<Item = (impl Into<Value>, impl Into<Value>)>,
) -> Select<E> {
    let pairs: Vec<(Value, Value)> = pairs.into_iter().map(|(one, other)| (one.into(), other.into())).collect();
    if pairs.is_empty() {
        return rows.filter(Expr::value(false));
    }
    // Crossed, so that SQLite takes the list first, whatever it thinks of the table.
    QueryTrait::query(&mut rows).from_clear().from_values(pairs, "pair").cross_join(E::default().table_ref());
    // Both databases call the columns of such a list so.
    let is = |column: E::Column, place| column.into_expr().eq(Expr::col(("pair", place)));
    rows.filter(is(one, "column1")).filter(is(other, "column2"))
}
