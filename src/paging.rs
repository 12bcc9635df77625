//! Lists: `{items, next}` with an opaque cursor.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::error::{Error, FieldError, Refused};

pub const LARGEST: u64 = 200;

/// Which part of a list is asked for.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// How many items, 1 to 200; 50 where it is left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u64>,
    /// `next` of the page before.
    pub cursor: Option<String>,
}

/// A part of a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    /// Ask with this as `cursor` for what follows; null at the end.
    pub next: Option<String>,
}

impl Paging {
    /// How many rows to answer with.
    ///
    /// # Errors
    /// 422 where it is not 1 to 200.
    pub fn limit(&self) -> Result<u64, Error> {
        match self.limit.unwrap_or(50) {
            limit @ 1..=LARGEST => Ok(limit),
            _ => Err(invalid("limit", "out_of_range", "1 to 200")),
        }
    }

    /// The id after which this page begins.
    ///
    /// # Errors
    /// 422 where the cursor was not made by [`Page::of`].
    pub fn after(&self) -> Result<Option<Uuid>, Error> {
        let Some(cursor) = &self.cursor else { return Ok(None) };
        let id = BASE64URL_NOPAD.decode(cursor.as_bytes()).ok().and_then(|bytes| Uuid::from_slice(&bytes).ok());
        id.map(Some).ok_or_else(unknown_cursor)
    }
}

impl<T> Page<T> {
    /// A list that is always told whole.
    #[must_use]
    pub fn whole(items: Vec<T>) -> Self {
        Self { items, next: None }
    }

    /// A page from rows fetched with one more than `limit`: the surplus row says that more follow.
    pub fn of<R>(mut rows: Vec<R>, limit: u64, id: impl Fn(&R) -> Uuid, item: impl FnMut(R) -> T) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = if more { rows.last().map(|row| BASE64URL_NOPAD.encode(id(row).as_bytes())) } else { None };
        Self { items: rows.into_iter().map(item).collect(), next }
    }
}

/// 422 for a cursor that no list of ours made.
#[must_use]
pub fn unknown_cursor() -> Error {
    invalid("cursor", "unknown_cursor", "not a cursor of this list")
}

fn invalid(field: &str, code: &'static str, message: &str) -> Error {
    Refused::invalid(vec![FieldError::new(field, code, message)]).into()
}
