//! The applicants in their strict order.

use std::cmp::Reverse;

use super::applicant::Applicant;
use super::lottery::{Hash, ticket};

/// Everybody, best first: by class, then points, then ticket, then number. A person is named by the place in this order, from 0.
#[derive(Clone, Debug)]
pub struct Pool {
    people: Vec<Ranked>,
}

#[derive(Clone, Debug)]
pub struct Ranked {
    pub applicant: Applicant,
    pub ticket: Hash,
}

impl Pool {
    pub fn rank(applicants: &[Applicant], seed: &Hash) -> Self {
        let mut people: Vec<Ranked> = applicants
            .iter()
            .map(|applicant| Ranked { applicant: applicant.clone(), ticket: ticket(seed, &applicant.number) })
            .collect();
        people.sort_by(|a, b| order(a).cmp(&order(b)));
        Self { people }
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Ranked> {
        self.people.iter()
    }

    pub fn get(&self, place: usize) -> Option<&Ranked> {
        self.people.get(place)
    }

    pub fn len(&self) -> usize {
        self.people.len()
    }

    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }
}

fn order(ranked: &Ranked) -> (i32, Reverse<i64>, &Hash, &str) {
    (ranked.applicant.class, Reverse(ranked.applicant.points), &ranked.ticket, &ranked.applicant.number)
}
