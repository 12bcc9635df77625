//! How well two people would suit, as far as their profiles tell. The same in both directions, and
//! made of nothing but what both told everybody: a like that was not returned must not show in who
//! sits with whom.

use std::collections::BTreeSet;

use crate::accounts::profile;

/// Points at most for each trait; together 1000.
const AGE: u32 = 400;
const INTERESTS: u32 = 300;
const EDUCATION: u32 = 150;
const DISTRICT: u32 = 150;
/// What a year between them costs.
const PER_YEAR: u32 = 40;
/// What one interest in common is worth.
const PER_INTEREST: u32 = 100;

/// What of a profile counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    birth_year: Option<i32>,
    education: Option<String>,
    district: Option<String>,
    interests: BTreeSet<String>,
}

impl From<&profile::Model> for Traits {
    fn from(profile: &profile::Model) -> Self {
        let folded = |word: &str| word.trim().to_lowercase();
        let folded_word = |word: &Option<String>| word.as_deref().map(folded).filter(|word| !word.is_empty());
        let interests = profile.interests.as_array().into_iter().flatten().filter_map(|interest| interest.as_str());
        Self {
            birth_year: profile.birth_year,
            education: folded_word(&profile.education),
            district: folded_word(&profile.district),
            interests: interests.map(folded).collect(),
        }
    }
}

/// 0 to 1000. What one of them did not tell counts half, so that silence neither helps nor hurts.
#[must_use]
pub fn score(one: &Traits, other: &Traits) -> u32 {
    let age = match (one.birth_year, other.birth_year) {
        (Some(one), Some(other)) => AGE.saturating_sub(one.abs_diff(other).saturating_mul(PER_YEAR)),
        _ => AGE / 2,
    };
    let shared = u32::try_from(one.interests.intersection(&other.interests).count()).unwrap_or(u32::MAX);
    let same = |one: &Option<String>, other: &Option<String>, most: u32| match (one, other) {
        (Some(one), Some(other)) if one == other => most,
        (Some(_), Some(_)) => 0,
        _ => most / 2,
    };
    age + shared.saturating_mul(PER_INTEREST).min(INTERESTS)
        + same(&one.education, &other.education, EDUCATION)
        + same(&one.district, &other.district, DISTRICT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody(birth_year: i32, education: &str, district: &str, interests: &[&str]) -> Traits {
        Traits {
            birth_year: Some(birth_year),
            education: Some(education.to_owned()),
            district: Some(district.to_owned()),
            interests: interests.iter().map(|&interest| interest.to_owned()).collect(),
        }
    }

    #[test]
    fn people_with_everything_in_common_score_1000_and_with_nothing_0() {
        let one = somebody(1995, "本科", "海淀", &["羽毛球", "电影", "读书"]);
        assert_eq!(score(&one, &one), 1000);
        assert_eq!(score(&one, &somebody(1970, "博士", "朝阳", &["钓鱼"])), 0);
    }

    #[test]
    fn a_score_is_the_same_from_both_sides() {
        let people = [
            somebody(1995, "本科", "海淀", &["电影"]),
            somebody(1992, "本科", "东城", &["电影", "骑行"]),
            Traits::default(),
        ];
        for one in &people {
            for other in &people {
                assert_eq!(score(one, other), score(other, one));
                assert!(score(one, other) <= 1000);
            }
        }
        assert_eq!(score(&people[0], &people[1]), 280 + 100 + 150);
    }
}
