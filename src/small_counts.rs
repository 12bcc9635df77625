//! Small counts: what may be told of a number of people without pointing at one of them. One rule
//! for every figure about couples, picks, answers and employees' applications.
//!
//! A count is told where it is nothing or at least [`FEWEST`] (the usual primary suppression of
//! statistical disclosure control, Hundepool et al., *Statistical Disclosure Control*, 2012, ch. 4).
//! Figures that follow from one another are told or kept together, and a sum only where what its
//! parts leave over could be told as well ([`told_sum`]).

/// Fewer than this are somebody.
pub const FEWEST: usize = 5;

/// In a room with fewer people, even a large share of them tells about each.
pub const SMALLEST_ROOM: usize = 20;

/// A count that points at nobody.
#[must_use]
pub fn suppress_small(count: usize) -> Option<usize> {
    Some(count).filter(|count| *count == 0 || *count >= FEWEST)
}

/// A count of some among all who were there.
#[must_use]
pub fn told_among(count: usize, everybody: usize) -> Option<usize> {
    suppress_small(count).filter(|_| everybody >= SMALLEST_ROOM)
}

/// A sum beside its parts, each of which is told on its own: whoever subtracts those that are told
/// learns no small count of the rest.
#[must_use]
pub fn told_sum(sum: usize, parts: impl IntoIterator<Item = usize>) -> Option<usize> {
    let told_parts: usize = parts.into_iter().filter_map(suppress_small).sum();
    suppress_small(sum).filter(|sum| suppress_small(sum.saturating_sub(told_parts)).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_stands_out_of_a_count() {
        assert_eq!([0, 1, 4, 5, 60].map(suppress_small), [Some(0), None, None, Some(5), Some(60)]);
        assert_eq!([19, 20].map(|everybody| told_among(7, everybody)), [None, Some(7)]);
        assert_eq!(told_among(4, 300), None);
    }

    #[test]
    fn a_sum_does_not_tell_the_part_that_was_kept() {
        assert_eq!(told_sum(11, [6, 5]), Some(11));
        assert_eq!(told_sum(8, [6, 2]), None, "8 less 6 is the 2 that was kept");
        assert_eq!(told_sum(12, [6, 3, 3]), Some(12), "6 between two who keep theirs");
        assert_eq!(told_sum(3, [3]), None);
        assert_eq!(told_sum(0, []), Some(0));
    }
}
