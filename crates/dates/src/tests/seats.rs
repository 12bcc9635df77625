//! Who walks and who stays.

use super::oracle::hall;
use crate::rolling::{Wishes, plan};
use crate::tables::lay;
use std::collections::HashSet;

#[test]
fn the_smaller_side_stays_seated_where_it_has_a_table_each() {
    let gathering = hall(9, 6, 5, 7, 1);
    let rounds = plan(&gathering, &Wishes::default()).rounds;
    let laid = lay(&gathering, &rounds, (&[], &[]));
    let mut home = [0; 6];
    for (pair, table) in rounds.iter().flatten().zip(laid.iter().flatten()) {
        assert!(home[pair.1] == 0 || home[pair.1] == *table);
        home[pair.1] = *table;
    }
}

#[test]
fn no_table_seats_two_pairs_even_where_tables_are_few() {
    let gathering = hall(9, 8, 6, 4, 2);
    let rounds = plan(&gathering, &Wishes::default()).rounds;
    let laid = lay(&gathering, &rounds, (&[3, 3], &[9, 2]));
    for (round, tables) in rounds.iter().zip(&laid) {
        let distinct: HashSet<_> = tables.iter().collect();
        assert_eq!((distinct.len(), tables.len()), (round.len(), round.len()));
        assert!(tables.iter().all(|table| (1..=4).contains(table)));
    }
}
