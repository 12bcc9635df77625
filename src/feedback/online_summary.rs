//! What those said who were not selected, counted apart, and told so that no one of them can be found in it: nothing
//! below five answers, not even how many there are, and shares in tenths.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::online_sheet::{self, Effort, Model};
use crate::small_counts::{FEWEST, suppress_small};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// None while there are too few to tell.
    pub answers: Option<usize>,
    pub shares: Option<Shares>,
}

/// Of all who answered, in percent, in steps of ten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shares {
    /// For one star to five.
    pub overall: [usize; 5],
    pub effort: [usize; 3],
    pub clear: usize,
    pub again: usize,
    /// In an order that says nothing.
    pub comments: Vec<String>,
}

/// Of an event.
pub async fn read(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Summary, DbErr> {
    let sheets = online_sheet::Entity::find().filter(online_sheet::Column::EventId.eq(event_id));
    Ok(of(sheets.all(db).await?))
}

#[must_use]
pub fn of(mut sheets: Vec<Model>) -> Summary {
    let answers = sheets.len();
    if answers < FEWEST {
        return Summary { answers: suppress_small(answers), shares: None };
    }
    // The marks are as good as random.
    sheets.sort_by(|one, other| one.author.cmp(&other.author));
    let share = |says: &dyn Fn(&Model) -> bool| {
        let count = sheets.iter().filter(|sheet| says(sheet)).count();
        (count * 20 + answers) / (2 * answers) * 10
    };
    let shares = Shares {
        overall: [1, 2, 3, 4, 5].map(|stars| share(&|sheet| sheet.overall == stars)),
        effort: Effort::ALL.map(|effort| share(&|sheet| sheet.effort == effort)),
        clear: share(&|sheet| sheet.clear),
        again: share(&|sheet| sheet.again),
        comments: sheets.iter().filter_map(|sheet| sheet.comment.clone()).collect(),
    };
    Summary { answers: Some(answers), shares: Some(shares) }
}
