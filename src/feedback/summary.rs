//! What many said, told so that no one of them can be found in it: nothing below five answers, and
//! shares in tenths.

use super::sheet::{Model, Pace};
use crate::small_counts::FEWEST;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub answers: usize,
    /// None while there are too few.
    pub shares: Option<Shares>,
}

/// Of all who answered, in percent, in steps of ten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shares {
    /// For one star to five.
    pub overall: [usize; 5],
    pub pace: [usize; 3],
    pub met: usize,
    pub again: usize,
    /// In an order that says nothing.
    pub comments: Vec<String>,
}

#[must_use]
pub fn of(mut sheets: Vec<Model>) -> Summary {
    let answers = sheets.len();
    if answers < FEWEST {
        return Summary { answers, shares: None };
    }
    // The marks are as good as random.
    sheets.sort_by(|one, other| one.author.cmp(&other.author));
    let share = |says: &dyn Fn(&Model) -> bool| {
        let count = sheets.iter().filter(|sheet| says(sheet)).count();
        (count * 20 + answers) / (2 * answers) * 10
    };
    let shares = Shares {
        overall: [1, 2, 3, 4, 5].map(|stars| share(&|sheet| sheet.overall == stars)),
        pace: Pace::ALL.map(|pace| share(&|sheet| sheet.pace == pace)),
        met: share(&|sheet| sheet.met),
        again: share(&|sheet| sheet.again),
        comments: sheets.iter().filter_map(|sheet| sheet.comment.clone()).collect(),
    };
    Summary { answers, shares: Some(shares) }
}

#[cfg(test)]
mod tests {
    use sea_orm::prelude::Uuid;

    use super::*;

    fn sheet(author: usize, overall: i32) -> Model {
        let comment = Some(format!("{author}"));
        let author = format!("{author}");
        Model { event_id: Uuid::nil(), author, overall, pace: Pace::Right, met: overall > 3, again: true, comment }
    }

    #[test]
    fn few_answers_are_not_told_and_many_in_tenths() {
        let summary =
            |count: usize| of((0..count).map(|author| sheet(author, if author == 0 { 2 } else { 5 })).collect());
        assert_eq!(summary(4), Summary { answers: 4, shares: None });
        let shares = summary(7).shares.unwrap();
        assert_eq!((shares.overall, shares.met, shares.again), ([0, 10, 0, 0, 90], 90, 100));
        assert_eq!(shares.comments.len(), 7);
    }
}
