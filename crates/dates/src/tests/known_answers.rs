//! Known answers B1 to B7, each found by enumeration, through the plain program's format.

use crate::instance::read;

fn answer(instance: &str, profile: &[u32], total: u64) {
    let answer = read(instance).unwrap().answer();
    assert_eq!((answer.profile.as_slice(), answer.total), (profile, total));
}

#[test]
fn b1_all_meet_all() {
    let instance = r#"{"m":2,"w":2,"R":2,"T":2,"wt":[[5,1],[2,7]],
        "had_m":[0,0],"had_w":[0,0],"cap_m":[2,2],"cap_w":[2,2]}"#;
    answer(instance, &[2, 2, 2, 2], 15);
}

#[test]
fn b2_round_by_round_would_lose_a_date() {
    let instance = r#"{"m":3,"w":3,"R":3,"T":2,"wt":[[null,5,null],[5,7,1],[9,null,9]],
        "had_m":[0,0,0],"had_w":[0,0,0],"cap_m":[3,3,3],"cap_w":[3,3,3]}"#;
    answer(instance, &[1, 2, 2, 2, 2, 3], 36);
}

#[test]
fn b3_sitting_out_is_shared() {
    let instance = r#"{"m":3,"w":2,"R":3,"T":2,"wt":[[1,1],[1,1],[1,1]],
        "had_m":[0,0,0],"had_w":[0,0],"cap_m":[3,3,3],"cap_w":[3,3]}"#;
    answer(instance, &[2, 2, 2, 3, 3], 6);
    let rounds = read(instance).unwrap().answer().rounds;
    let out = |man| rounds.iter().filter(|round| round.iter().all(|pair| pair.0 != man)).count();
    assert_eq!([out(0), out(1), out(2)], [1, 1, 1]);
}

#[test]
fn b4_few_tables() {
    let instance = r#"{"m":4,"w":4,"R":2,"T":2,"wt":[[9,9,0,0],[9,9,0,0],[0,0,9,9],[0,0,9,9]],
        "had_m":[0,0,0,0],"had_w":[0,0,0,0],"cap_m":[2,2,2,2],"cap_w":[2,2,2,2]}"#;
    answer(instance, &[1; 8], 36);
}

#[test]
fn b5_fairness_before_score() {
    let instance = r#"{"m":2,"w":2,"R":1,"T":1,"wt":[[9,1],[1,1]],
        "had_m":[1,0],"had_w":[1,0],"cap_m":[1,1],"cap_w":[1,1]}"#;
    answer(instance, &[1, 1, 1, 1], 1);
}

#[test]
fn b6_nobody_suitable() {
    let instance = r#"{"m":2,"w":2,"R":2,"T":2,"wt":[[null,null],[3,4]],
        "had_m":[0,0],"had_w":[0,0],"cap_m":[2,2],"cap_w":[2,2]}"#;
    answer(instance, &[0, 1, 1, 2], 7);
}

#[test]
fn b7_an_absent_person_is_neither_planned_nor_counted() {
    let instance = r#"{"m":2,"w":2,"R":2,"T":2,"wt":[[1,2],[3,4]],
        "cap_m":[0,2],"cap_w":[2,2],"had_m":[0,0],"had_w":[0,0]}"#;
    answer(instance, &[1, 1, 2], 7);
}

/// Sums of squares are equal here for the fairer plan and a less fair one with a higher score.
#[test]
fn nobody_is_left_without_a_date_for_the_sake_of_even_squares() {
    let instance = r#"{"m":3,"w":4,"R":2,"T":1,"wt":[[7,2,165,702],[525,2,null,3],[62,2,520,null]],
        "had_m":[3,0,1],"had_w":[2,0,0,3],"cap_m":[1,2,0],"cap_w":[2,2,2,2]}"#;
    answer(instance, &[1, 1, 1, 2, 3, 4], 167);
}

#[test]
fn an_instance_that_makes_no_sense_is_refused_by_the_name_of_its_field() {
    let refusal = |instance: &str| read(instance).unwrap_err();
    assert_eq!(refusal(r#"{"m":1,"w":1,"R":1,"T":1,"wt":[[1],[2]]}"#), "wt: 2 rows where there are 1 men");
    assert_eq!(refusal(r#"{"m":1,"w":2,"R":1,"T":1,"wt":[[1]]}"#), "wt[0]: 1 scores where there are 2 women");
    assert_eq!(refusal(r#"{"m":1,"w":1,"R":1,"T":1,"wt":[[-4]]}"#), "wt[0][0]: -4 is not between 0 and 1000");
    assert_eq!(refusal(r#"{"m":1,"w":1,"R":1,"T":1,"wt":[[4]],"cap_w":[-1]}"#), "cap_w[0]: -1 is below 0");
    assert!(refusal(r#"{"m":1,"w":1,"R":1,"T":1,"wt":[[4]],"speed":3}"#).contains("unknown field `speed`"));
    assert!(refusal(r#"{"m":1.5}"#).contains("invalid type"));
    assert!(refusal("").contains("EOF"));
}
