//! One side's ranking. Rank order is (class, −points); people equal in both share a rank as long as
//! the lottery that will part them has not been drawn, and stand in the order of their numbers. Once
//! a run has placed them, everybody has a rank of their own.

use std::cmp::Ordering;
use std::collections::HashMap;

use uuid::Uuid;

/// Somebody on the ladder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rung {
    pub registration_id: Uuid,
    pub nickname: String,
    /// 0 guaranteed, 1 ordinary, 2 attended lately, 3 stayed away without a word.
    pub class: i32,
    pub points: i64,
    /// The number of the registration: a stable last word.
    pub number: i32,
}

/// Everybody of one side, best first.
#[derive(Clone, Debug, Default)]
pub struct Ladder {
    rungs: Vec<Rung>,
    place: HashMap<Uuid, usize>,
    seats: usize,
    drawn: Option<Drawn>,
}

/// What a run came to.
#[derive(Clone, Debug, Default)]
struct Drawn {
    /// The place of whoever has the last seat; none where nobody was turned away.
    last: Option<usize>,
    /// Who has no seat, and how many places higher would have been enough; nothing where no place would have been.
    short: HashMap<Uuid, Option<usize>>,
}

/// Where the last seat would go if nothing changed any more. Unit caps and other limits of the
/// screening are not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CutLine {
    pub seats: usize,
    /// The points of whoever would take the last seat; none while there are seats for everybody.
    pub points: Option<i64>,
}

/// How somebody stands to the last seat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Distance {
    /// Of the class of whoever takes it: so many points more, or less than 0.
    Points(i64),
    /// Of an earlier class: before it, whatever the points.
    Ahead,
    /// Of a later class: so many places behind it, whatever the points.
    Behind(usize),
    /// Without a seat by the run: so many places higher would have been enough.
    Short(usize),
}

impl Ladder {
    #[must_use]
    pub fn of(mut rungs: Vec<Rung>, seats: usize) -> Self {
        rungs.sort_unstable_by_key(|rung| (rung.class, -rung.points, rung.number));
        let place = rungs.iter().enumerate().map(|(place, rung)| (rung.registration_id, place)).collect();
        Self { rungs, place, seats, drawn: None }
    }

    /// As a run placed them.
    ///
    /// # Arguments
    /// `rungs`: best first; `short`: everybody without a seat, and how many places they lack, where any would do.
    #[must_use]
    pub fn drawn(rungs: Vec<Rung>, short: HashMap<Uuid, Option<usize>>) -> Self {
        let place = rungs.iter().enumerate().map(|(place, rung)| (rung.registration_id, place)).collect();
        let last = rungs.iter().rposition(|rung| !short.contains_key(&rung.registration_id));
        let (seats, last) = (rungs.len() - short.len(), last.filter(|_| !short.is_empty()));
        Self { rungs, place, seats, drawn: Some(Drawn { last, short }) }
    }

    /// The same with names; whoever has none keeps their place.
    #[must_use]
    pub fn named(&self, name: impl Fn(Uuid) -> String) -> Self {
        let named = |rung: &Rung| Rung { nickname: name(rung.registration_id), ..rung.clone() };
        Self { rungs: self.rungs.iter().map(named).collect(), ..self.clone() }
    }

    /// Whether a run has placed them: nothing of it changes any more.
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        self.drawn.is_some()
    }

    #[must_use]
    pub fn len(&self) -> usize {
        self.rungs.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rungs.is_empty()
    }

    #[must_use]
    pub fn cut_line(&self) -> CutLine {
        CutLine { seats: self.seats, points: self.last_seat().map(|rung| rung.points) }
    }

    /// Whoever would take the last seat; none while there are seats for everybody.
    fn last_seat(&self) -> Option<&Rung> {
        self.rungs.get(self.last_place()?)
    }

    fn last_place(&self) -> Option<usize> {
        match &self.drawn {
            Some(drawn) => drawn.last,
            None => self.seats.checked_sub(1).filter(|last| last + 1 < self.rungs.len()),
        }
    }

    /// The first place below the cut line.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.last_place().map(|last| last + 1)
    }

    /// How a person stands to the last seat; none who is not on this ladder, or while there are seats
    /// for everybody.
    #[must_use]
    pub fn distance(&self, registration_id: Uuid) -> Option<Distance> {
        let (last, place) = (self.last_seat()?, self.place(registration_id)?);
        if let Some(short) = self.drawn.as_ref().and_then(|drawn| drawn.short.get(&registration_id)) {
            return short.map(Distance::Short);
        }
        let rung = self.rungs.get(place)?;
        Some(match rung.class.cmp(&last.class) {
            Ordering::Less => Distance::Ahead,
            Ordering::Equal => Distance::Points(rung.points - last.points),
            Ordering::Greater => Distance::Behind((place + 1).saturating_sub(self.seats)),
        })
    }

    /// Those with whom a person is compared by points; nobody where they are not on this ladder.
    pub fn peers(&self, registration_id: Uuid) -> impl Iterator<Item = &Rung> {
        let class = self.place(registration_id).and_then(|place| self.rungs.get(place)).map(|rung| rung.class);
        self.rungs.iter().filter(move |rung| Some(rung.class) == class)
    }

    /// The place of a person, counted from 0; none who is not on this ladder.
    #[must_use]
    pub fn place(&self, registration_id: Uuid) -> Option<usize> {
        self.place.get(&registration_id).copied()
    }

    /// The first `most` people with their ranks.
    pub fn top(&self, most: usize) -> impl Iterator<Item = (usize, &Rung)> {
        self.stretch(0, most)
    }

    /// A person with `reach` people above and below, with their ranks.
    pub fn around(&self, place: usize, reach: usize) -> impl Iterator<Item = (usize, &Rung)> {
        let from = place.saturating_sub(reach);
        self.stretch(from, place - from + reach + 1)
    }

    /// The rank of whoever stands at `place`: one more than the people strictly ahead.
    #[must_use]
    pub fn rank(&self, place: usize) -> Option<usize> {
        let rung = self.rungs.get(place)?;
        Some(if self.is_drawn() { place + 1 } else { self.rank_with(rung.class, rung.points) })
    }

    /// The rank of somebody with these points, on the ladder or not.
    #[must_use]
    pub fn rank_with(&self, class: i32, points: i64) -> usize {
        self.rungs.partition_point(|other| (other.class, -other.points) < (class, -points)) + 1
    }

    /// What a person has on this ladder, and their rank.
    #[must_use]
    pub fn of_person(&self, registration_id: Uuid) -> Option<(usize, &Rung)> {
        let place = self.place(registration_id)?;
        Some((self.rank(place)?, self.rungs.get(place)?))
    }

    fn stretch(&self, from: usize, most: usize) -> impl Iterator<Item = (usize, &Rung)> {
        self.rungs.iter().enumerate().skip(from).take(most).filter_map(|(place, rung)| Some((self.rank(place)?, rung)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rung(number: i32, class: i32, points: i64) -> Rung {
        Rung {
            registration_id: Uuid::from_u128(number.cast_unsigned().into()),
            nickname: format!("N{number}"),
            class,
            points,
            number,
        }
    }

    fn numbers<'a>(stretch: impl Iterator<Item = (usize, &'a Rung)>) -> Vec<(usize, i32)> {
        stretch.map(|(rank, rung)| (rank, rung.number)).collect()
    }

    #[test]
    fn class_comes_before_points_and_equals_share_a_rank() {
        let ladder = Ladder::of(vec![rung(1, 1, 50), rung(2, 2, 90), rung(3, 1, 70), rung(4, 1, 50), rung(5, 0, 3)], 3);
        assert_eq!(numbers(ladder.top(9)), [(1, 5), (2, 3), (3, 1), (3, 4), (5, 2)]);
        assert_eq!(ladder.cut_line(), CutLine { seats: 3, points: Some(50) });
    }

    #[test]
    fn points_do_not_carry_anybody_over_a_class() {
        let ladder = Ladder::of(vec![rung(1, 1, 50), rung(2, 3, 90), rung(3, 2, 10), rung(4, 2, 8), rung(5, 2, 20)], 3);
        let distance = |number: u128| ladder.distance(Uuid::from_u128(number));
        assert_eq!(distance(1), Some(Distance::Ahead));
        assert_eq!([5, 3, 4].map(distance), [10, 0, -2].map(|points| Some(Distance::Points(points))));
        assert_eq!((distance(2), distance(9)), (Some(Distance::Behind(2)), None));
        let peers: Vec<i32> = ladder.peers(Uuid::from_u128(3)).map(|rung| rung.number).collect();
        assert_eq!(peers, [5, 3, 4]);
        assert_eq!(ladder.peers(Uuid::from_u128(9)).count(), 0);
    }

    #[test]
    fn a_neighbourhood_stays_on_the_ladder() {
        let ladder = Ladder::of((1..=9).map(|n| rung(n, 1, i64::from(100 - n))).collect(), 4);
        assert_eq!(numbers(ladder.around(0, 2)), [(1, 1), (2, 2), (3, 3)]);
        assert_eq!(numbers(ladder.around(4, 1)), [(4, 4), (5, 5), (6, 6)]);
        assert_eq!(numbers(ladder.around(8, 2)), [(7, 7), (8, 8), (9, 9)]);
        assert_eq!(ladder.place(Uuid::from_u128(5)), Some(4));
        assert_eq!(ladder.place(Uuid::from_u128(99)), None);
    }

    #[test]
    fn there_is_no_cut_line_while_there_are_seats_for_all() {
        assert_eq!(Ladder::of(vec![rung(1, 1, 5)], 1).cut_line().points, None);
        assert_eq!(Ladder::of(vec![rung(1, 1, 5), rung(2, 1, 4)], 1).cut_line().points, Some(5));
        assert_eq!(Ladder::of(vec![rung(1, 1, 5)], 0).cut_line().points, None);
        assert!(Ladder::default().top(3).next().is_none());
    }

    #[test]
    fn a_run_gives_everybody_a_rank_of_their_own() {
        let id = |number: u128| Uuid::from_u128(number);
        let rungs = || vec![rung(1, 1, 70), rung(4, 1, 50), rung(3, 1, 50), rung(2, 1, 50), rung(5, 2, 90)];
        // Number 4 was kept out by another limit, number 2 and 5 by the seats.
        let short = HashMap::from([(id(4), None), (id(2), Some(1)), (id(5), Some(2))]);
        let ladder = Ladder::drawn(rungs(), short);
        assert_eq!(numbers(ladder.top(9)), [(1, 1), (2, 4), (3, 3), (4, 2), (5, 5)]);
        assert_eq!((ladder.cut_line(), ladder.line()), (CutLine { seats: 2, points: Some(50) }, Some(3)));
        let distances = [1, 3, 4, 2, 5].map(|number| ladder.distance(id(number)));
        let points = |more| Some(Distance::Points(more));
        assert_eq!(distances, [points(20), points(0), None, Some(Distance::Short(1)), Some(Distance::Short(2))]);
        let all = Ladder::drawn(rungs(), HashMap::new());
        assert_eq!((all.cut_line(), all.distance(id(5))), (CutLine { seats: 5, points: None }, None));
    }

    #[test]
    fn ranks_agree_with_counting() {
        let ladder = Ladder::of((0..200).map(|n| rung(n, n % 3, i64::from(n * 37 % 11))).collect(), 50);
        for (rank, rung) in ladder.top(200) {
            let ahead = ladder.top(200).filter(|(_, o)| (o.class, -o.points) < (rung.class, -rung.points)).count();
            assert_eq!(rank, ahead + 1);
        }
        assert_eq!(ladder.rank(200), None);
        ladder.rank(199).unwrap();
    }
}
