//! How the points of one's side are spread, with the cut line and oneself: small enough for a phone.

use crate::points::ladder::Rung;

pub const WIDTH: i64 = 320;
pub const HEIGHT: i64 = 104;
/// Where the bars stand; what lies below is for words.
const FLOOR: i64 = 80;
/// Above the tallest bar.
const CEILING: i64 = 20;
/// Points one bar gathers.
const STEP: i64 = 5;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plot {
    pub bars: Vec<Bar>,
    /// Where the cut line stands, and where its words do.
    pub cut: Option<Mark>,
    pub me: Mark,
    pub floor: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bar {
    pub x: i64,
    pub y: i64,
    pub width: i64,
    pub height: i64,
    /// Holds the person.
    pub mine: bool,
    /// Lies below the cut line.
    pub below: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    pub x: i64,
    pub points: i64,
    /// `start`, `middle` or `end`: words near an edge lean inwards.
    pub anchor: &'static str,
}

/// # Arguments
/// `rungs`: those who are compared; `most`: the most points anybody can have; `mine`: the person's.
#[must_use]
pub fn of<'a>(rungs: impl Iterator<Item = &'a Rung>, most: i64, mine: i64, cut: Option<i64>) -> Plot {
    let last = most.max(mine).max(STEP) / STEP;
    let bar_of = |points: i64| (points / STEP).clamp(0, last);
    let x = |points: i64| WIDTH * points / ((last + 1) * STEP);
    let mut counts = vec![0_i64; usize::try_from(last + 1).unwrap_or(1)];
    for rung in rungs {
        if let Some(count) = usize::try_from(bar_of(rung.points)).ok().and_then(|at| counts.get_mut(at)) {
            *count += 1;
        }
    }
    let tallest = counts.iter().copied().max().unwrap_or(0).max(1);
    let bar = |(at, count): (i64, i64)| {
        let from = at * STEP;
        // Whoever is there is seen.
        let height = if count == 0 { 0 } else { ((FLOOR - CEILING) * count / tallest).max(2) };
        Bar {
            x: x(from) + 1,
            y: FLOOR - height,
            width: (x(from + STEP) - x(from) - 2).max(1),
            height,
            mine: bar_of(mine) == at,
            below: cut.is_some_and(|cut| from + STEP <= cut),
        }
    };
    let mark = |points: i64| {
        let x = x(points.clamp(0, most.max(mine)));
        let anchor = match x {
            x if x < 60 => "start",
            x if x > WIDTH - 60 => "end",
            _ => "middle",
        };
        Mark { x, points, anchor }
    };
    Plot { bars: (0..).zip(counts).map(bar).collect(), cut: cut.map(mark), me: mark(mine), floor: FLOOR }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn rungs(points: &[i64]) -> Vec<Rung> {
        let rung = |(number, points): (i32, &i64)| Rung {
            registration_id: Uuid::from_u128(number.cast_unsigned().into()),
            nickname: String::new(),
            class: 1,
            points: *points,
            number,
        };
        (0..).zip(points).map(rung).collect()
    }

    #[test]
    fn everybody_is_in_a_bar_and_stays_in_the_drawing() {
        let plot = of(rungs(&[0, 4, 5, 62, 62, 100]).iter(), 100, 62, Some(62));
        assert_eq!(plot.bars.len(), 21);
        assert!(plot.bars.iter().all(|bar| bar.x >= 0 && bar.x + bar.width <= WIDTH && bar.y >= CEILING));
        assert_eq!(plot.bars.iter().filter(|bar| bar.height > 0).count(), 4);
        assert_eq!(plot.bars.iter().filter(|bar| bar.mine).count(), 1);
        assert_eq!(plot.cut.map(|cut| cut.points), Some(62));
        assert!(plot.bars[0].below && !plot.bars[12].below);
    }

    #[test]
    fn an_event_without_points_has_a_plot_all_the_same() {
        let plot = of([].iter(), 0, 0, None);
        assert_eq!((plot.bars.len(), plot.cut), (2, None));
    }
}
