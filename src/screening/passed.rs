//! Who is passed over: they have no seat though somebody of their side with fewer points has one. A limit kept them out,
//! or the past, where it is compared before points; points alone never do.

/// Points of the last seat of a side, of its people's points and whether each has a seat.
pub fn last_seat(people: impl Iterator<Item = (i64, bool)>) -> Option<i64> {
    people.filter(|(_, seated)| *seated).map(|(points, _)| points).min()
}

/// Whether somebody with these points is passed over where that is the last seat.
pub fn is_over((points, seated): (i64, bool), last_seat: Option<i64>) -> bool {
    !seated && last_seat.is_some_and(|last| points > last)
}

/// How many of the people of a side are passed over.
pub fn count(people: impl Iterator<Item = (i64, bool)> + Clone) -> usize {
    let last = last_seat(people.clone());
    people.filter(|one| is_over(*one, last)).count()
}
