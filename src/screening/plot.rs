//! How the points of one side are spread, as a drawing: bars of equal width, those with a seat below those without, who are
//! hatched where they were passed over, and the cut line. Whole numbers only; the two sides of an event share their axes, so that they can be compared.

use super::passed;
use crate::registrations::registration::Side;

pub const WIDTH: i64 = 480;
pub const HEIGHT: i64 = 208;
const LEFT: i64 = 34;
const RIGHT: i64 = 12;
const TOP: i64 = 34;
const BOTTOM: i64 = 26;
/// More bars than this are too thin to be told apart.
const MOST_BARS: i64 = 24;
/// Bar widths people can count in.
const STEPS: [i64; 12] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000];

/// Somebody's points, and whether they have a seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Dot {
    pub side: Side,
    pub points: i64,
    pub seated: bool,
}

/// One side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plot {
    pub side: Side,
    pub people: usize,
    pub seated: usize,
    /// Points of the last one with a seat; none where nobody is left without.
    pub cut_line: Option<i64>,
    pub bars: Vec<Bar>,
    /// Where the cut line stands.
    pub cut_at: Option<i64>,
    /// What is written below, and where.
    pub ticks: Vec<(i64, i64)>,
    /// The height of the tallest bar of both sides, in people.
    pub tallest: usize,
}

/// Everybody from `from` to `to` points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    pub from: i64,
    pub to: i64,
    pub seated: usize,
    /// Without a seat, above whoever has the last one.
    pub passed: usize,
    pub others: usize,
    pub x: i64,
    pub width: i64,
    pub seated_y: i64,
    pub seated_height: i64,
    pub passed_y: i64,
    pub passed_height: i64,
    pub others_y: i64,
    pub others_height: i64,
}

/// The people of one bar.
struct Counts {
    seated: usize,
    passed: usize,
    others: usize,
}

impl Counts {
    fn all(&self) -> usize {
        self.seated + self.passed + self.others
    }
}

struct Axes {
    first: i64,
    step: i64,
    bars: i64,
    tallest: usize,
}

impl Axes {
    fn of(dots: &[Dot]) -> Self {
        let least = dots.iter().map(|dot| dot.points).min().unwrap_or(0);
        let most = dots.iter().map(|dot| dot.points).max().unwrap_or(0);
        let bars = |step: i64| most.div_euclid(step) - least.div_euclid(step) + 1;
        let step = STEPS.into_iter().find(|step| bars(*step) <= MOST_BARS).unwrap_or((most - least) / MOST_BARS + 1);
        Self { first: least.div_euclid(step) * step, step, bars: bars(step).min(MOST_BARS + 1), tallest: 0 }
    }

    fn bar_of(&self, points: i64) -> i64 {
        (points - self.first).div_euclid(self.step).clamp(0, self.bars - 1)
    }

    fn x(&self, bar: i64) -> i64 {
        LEFT + (WIDTH - LEFT - RIGHT) * bar / self.bars.max(1)
    }

    fn height(&self, people: usize) -> i64 {
        let people = i64::try_from(people).unwrap_or(0);
        (HEIGHT - TOP - BOTTOM) * people / i64::try_from(self.tallest.max(1)).unwrap_or(1)
    }
}

/// The bottom line of the bars.
#[must_use]
pub fn ground() -> i64 {
    HEIGHT - BOTTOM
}

/// The sides of an event, each with its own bars on common axes.
#[must_use]
pub fn plots(dots: &[Dot], sides: &[Side]) -> Vec<Plot> {
    let mut axes = Axes::of(dots);
    let counted = |side: Side| {
        let own = dots.iter().filter(|dot| dot.side == side).map(|dot| (dot.points, dot.seated));
        let last = passed::last_seat(own.clone());
        let of_bar = |bar: i64| {
            let here = own.clone().filter(|(points, _)| axes.bar_of(*points) == bar);
            let seated = here.clone().filter(|(_, seated)| *seated).count();
            let passed = here.clone().filter(|one| passed::is_over(*one, last)).count();
            Counts { seated, passed, others: here.count() - seated - passed }
        };
        (0..axes.bars).map(of_bar).collect::<Vec<_>>()
    };
    let counts: Vec<Vec<Counts>> = sides.iter().map(|side| counted(*side)).collect();
    axes.tallest = counts.iter().flatten().map(Counts::all).max().unwrap_or(0);
    sides.iter().zip(counts).map(|(side, counts)| plot(dots, *side, &counts, &axes)).collect()
}

fn plot(dots: &[Dot], side: Side, counts: &[Counts], axes: &Axes) -> Plot {
    let own: Vec<&Dot> = dots.iter().filter(|dot| dot.side == side).collect();
    let seated = own.iter().filter(|dot| dot.seated).count();
    let last = passed::last_seat(own.iter().map(|dot| (dot.points, dot.seated)));
    let cut_line = last.filter(|_| seated < own.len());
    let bars = counts.iter().zip(0..).map(|(counts, place)| bar(axes, place, counts)).collect();
    let every = (axes.bars + 5) / 6;
    let tick = |bar: i64| (axes.x(bar), axes.first + bar * axes.step);
    Plot {
        side,
        people: own.len(),
        seated,
        cut_line,
        bars,
        // At the left edge of the bar: whoever has these points may still have a seat.
        cut_at: cut_line.map(|points| axes.x(axes.bar_of(points))),
        ticks: (0..axes.bars).filter(|bar| bar % every.max(1) == 0).map(tick).collect(),
        tallest: axes.tallest,
    }
}

fn bar(axes: &Axes, place: i64, counts: &Counts) -> Bar {
    let (seated_height, whole) = (axes.height(counts.seated), axes.height(counts.all()));
    let above = axes.height(counts.seated + counts.passed);
    Bar {
        from: axes.first + place * axes.step,
        to: axes.first + (place + 1) * axes.step - 1,
        seated: counts.seated,
        passed: counts.passed,
        others: counts.others,
        x: axes.x(place) + 1,
        width: (axes.x(place + 1) - axes.x(place) - 2).max(1),
        seated_y: ground() - seated_height,
        seated_height,
        passed_y: ground() - above,
        passed_height: above - seated_height,
        others_y: ground() - whole,
        others_height: whole - above,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registrations::registration::SIDES;

    fn dot(side: Side, points: i64, seated: bool) -> Dot {
        Dot { side, points, seated }
    }

    #[test]
    fn everybody_stands_in_one_bar_and_the_cut_line_at_the_last_seat() {
        let mut dots: Vec<Dot> = (0..100).map(|points| dot(Side::Men, points, points >= 62)).collect();
        dots.extend((0..50).map(|points| dot(Side::Women, points, true)));
        let plots = plots(&dots, &SIDES);
        let (men, women) = (&plots[0], &plots[1]);
        assert_eq!((men.people, men.seated, men.cut_line), (100, 38, Some(62)));
        assert_eq!((women.people, women.cut_line), (50, None), "nobody was left without");
        assert_eq!(men.bars.iter().map(|bar| bar.seated + bar.passed + bar.others).sum::<usize>(), 100);
        assert_eq!(men.bars.len(), 20, "five points a bar");
        assert_eq!(men.cut_at, Some(men.bars[12].x - 1));
        assert!(men.bars.iter().all(|bar| bar.others_y >= TOP && bar.x + bar.width <= WIDTH - RIGHT));
        assert_eq!(men.bars[0].seated_y, ground());
    }

    #[test]
    fn nobody_and_one_alone_can_be_drawn() {
        assert_eq!(plots(&[], &SIDES)[0].people, 0);
        let over = plots(&[dot(Side::Men, 9, false), dot(Side::Men, 5, true), dot(Side::Men, 5, false)], &SIDES);
        let bars: Vec<_> = over[0].bars.iter().map(|bar| (bar.seated, bar.passed, bar.others)).collect();
        assert_eq!((bars[0], bars[4]), ((1, 0, 1), (0, 1, 0)), "the same points are no more points");
        let alone = plots(&[dot(Side::Women, 7, true)], &SIDES);
        assert_eq!((alone[1].bars.len(), alone[1].bars[0].seated), (1, 1));
        let far = plots(&[dot(Side::Men, -3, false), dot(Side::Men, 1_000_000, true)], &SIDES);
        assert_eq!(far[0].bars.iter().map(|bar| bar.seated + bar.passed + bar.others).sum::<usize>(), 2);
    }
}
