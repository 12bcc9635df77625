//! The known answers A1 to A8, each checked by enumeration before it was written down.

use crate::applicant::{Applicant, Side};
use crate::outcome::{Outcome, screen};
use crate::rules::Rules;
use crate::succession::promote;

const SEED: [u8; 32] = [0; 32];

/// `F1:u1:100` or with a band `F1:u1:100:y`.
fn people(lines: &str) -> Vec<Applicant> {
    lines
        .split_whitespace()
        .map(|line| {
            let parts: Vec<&str> = line.split(':').collect();
            Applicant {
                number: parts[0].to_owned(),
                side: if parts[0].starts_with('F') { Side::Women } else { Side::Men },
                unit: parts[1].to_owned(),
                band: parts.get(3).copied().unwrap_or("").to_owned(),
                class: 1,
                points: parts[2].parse().unwrap(),
                held: false,
            }
        })
        .collect()
}

fn rules(seats: u32, men: (u32, u32), women: (u32, u32), more: &str) -> Rules {
    Rules::from_toml(&format!(
        "seats={seats}\n[side.men]\nmin={}\nmax={}\n[side.women]\nmin={}\nmax={}\n{more}",
        men.0, men.1, women.0, women.1
    ))
    .unwrap()
}

fn sorted(outcome: &Outcome) -> Vec<String> {
    let mut selected = outcome.selected.clone().unwrap();
    selected.sort();
    selected
}

fn after_decline(people: &[Applicant], rules: &Rules, decliner: &str) -> Option<Vec<String>> {
    let selected = screen(people, rules, &SEED).selected.unwrap();
    let holds = |number: &str| number != decliner && selected.iter().any(|one| one == number);
    promote(people, rules, &SEED, &holds, &|number| number == decliner).ok()
}

fn in_short(outcome: &Outcome, number: &str) -> String {
    let why = &outcome.explanations[number];
    let full: Vec<String> =
        why.full.iter().map(|full| format!("{}={}@{}", full.limit, full.cap, full.last_points.unwrap())).collect();
    let single: Vec<String> = why.single.iter().map(ToString::to_string).collect();
    format!("{}/{}/{} {full:?} {single:?} {:?}", why.rank, why.rank_side, why.rank_unit_side, why.climb)
}

#[test]
fn a1_nested_limits() {
    let people = people("F1:u1:100 F2:u1:95 F3:u2:90 M1:u1:80 F4:u3:70 M2:u1:60 M3:u2:50");
    let rules = rules(4, (2, 2), (2, 2), "[unit_side]\nmax=1");
    let outcome = screen(&people, &rules, &SEED);
    assert_eq!(outcome.selected.clone().unwrap(), ["F1", "F3", "M1", "M3"]);
    assert_eq!(outcome.standby.women, ["F2", "F4"]);
    assert_eq!(outcome.standby.men, ["M2"]);
    for (decliner, newcomer) in [("F1", Some("F2")), ("F3", Some("F4")), ("M1", Some("M2")), ("M3", None)] {
        assert_eq!(after_decline(&people, &rules, decliner), newcomer.map(|one| vec![one.to_owned()]), "{decliner}");
    }
    assert_eq!(in_short(&outcome, "F2"), r#"2/2/2 ["unit u1/women=1@100"] ["unit u1/women max"] Some(1)"#);
    assert_eq!(in_short(&outcome, "F4"), r#"5/4/1 ["side women=2@90"] [] Some(2)"#);
    assert_eq!(in_short(&outcome, "M2"), r#"6/2/2 ["unit u1/men=1@80"] ["unit u1/men max"] Some(2)"#);
}

#[test]
fn a2_crossing_limits_follow_the_rank_not_the_sum() {
    let people = people("F1:A:100 M1:A:99 F2:B:98 M2:B:1");
    let rules = rules(2, (1, 1), (1, 1), "[unit]\nmax=1");
    let outcome = screen(&people, &rules, &SEED);
    assert_eq!(outcome.selected.clone().unwrap(), ["F1", "M2"]);
    assert_eq!(after_decline(&people, &rules, "M2"), None);
    assert_eq!(in_short(&outcome, "M1"), r#"2/1/1 ["unit A=1@100"] ["unit A max"] Some(1)"#);
    assert_eq!(in_short(&outcome, "F2"), r#"3/2/1 ["side women=1@100"] [] Some(2)"#);
}

#[test]
fn a3_the_same_people_with_nested_limits() {
    let people = people("F1:A:100 M1:A:99 F2:B:98 M2:B:1");
    let rules = rules(2, (1, 1), (1, 1), "[unit_side]\nmax=1");
    assert_eq!(screen(&people, &rules, &SEED).selected.unwrap(), ["F1", "M1"]);
    assert_eq!(after_decline(&people, &rules, "M1").unwrap(), ["M2"]);
    assert_eq!(after_decline(&people, &rules, "F1").unwrap(), ["F2"]);
}

#[test]
fn a4_a_reserved_seat() {
    let people = people("F1:a:100 F2:b:90 F3:c:80 M1:d:10");
    let rules = rules(3, (1, 3), (0, 3), "");
    let outcome = screen(&people, &rules, &SEED);
    assert_eq!(sorted(&outcome), ["F1", "F2", "M1"]);
    assert_eq!(after_decline(&people, &rules, "F1").unwrap(), ["F3"]);
    assert_eq!(after_decline(&people, &rules, "M1"), None);
    assert_eq!(in_short(&outcome, "F3"), r#"3/3/1 [] ["side men min", "seats"] Some(1)"#);
}

#[test]
fn a5_and_a6_quotas_that_cannot_be_met_and_the_declared_fallback() {
    let people = people("F1:a:9 F2:b:8 M1:c:7");
    let exact = rules(4, (2, 2), (2, 2), "");
    let outcome = screen(&people, &exact, &SEED);
    assert_eq!(outcome.selected, None);
    let why = outcome.infeasible.unwrap();
    let limits: Vec<String> = why.limits.iter().map(ToString::to_string).collect();
    assert_eq!(limits, ["applicants men", "side men min"]);
    let change: Vec<String> =
        why.smallest_change.iter().map(|change| format!("{} {}>{}", change.limit, change.from, change.to)).collect();
    assert_eq!(change, ["seats 4>3", "side men min 2>1"]);

    let mut falling_back = exact;
    falling_back.fallback = crate::rules::Fallback::ReduceSeats;
    let outcome = screen(&people, &falling_back, &SEED);
    assert_eq!((outcome.seats, sorted(&outcome)), (2, vec!["F1".to_owned(), "M1".to_owned()]));
    assert_eq!(sorted(&screen(&people, &rules(2, (1, 1), (1, 1), ""), &SEED)), ["F1", "M1"]);
}

#[test]
fn a7_a_tolerance_of_two() {
    let people = people("F1:a:9 F2:b:8 F3:c:7 F4:d:6 M1:e:5 M2:f:4 M3:g:3 M4:h:2");
    let outcome = screen(&people, &rules(6, (2, 4), (2, 4), ""), &SEED);
    assert_eq!(sorted(&outcome), ["F1", "F2", "F3", "F4", "M1", "M2"]);
}

#[test]
fn a8_an_age_band_inside_a_side() {
    let people = people("F1:a:9:x F2:b:8:x F3:c:7:x F4:d:6:y M1:e:5:x M2:f:4:y");
    let band = "[[band]]\nside='women'\nname='y'\nmin=1\nmax=2";
    let outcome = screen(&people, &rules(4, (2, 2), (2, 2), band), &SEED);
    assert_eq!(sorted(&outcome), ["F1", "F4", "M1", "M2"]);
}
