//! The people of a rehearsal: who they are, how busy they are online, what they will say when they
//! are asked, and whom they like. Thrown once from a seed, so that two rehearsals play the same
//! evening.

use rand::{Rng, RngExt};

use super::dice;

pub const PASSWORD: &str = "tuodao-qiuqian-42-鹊桥";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applicant {
    pub email: String,
    pub nickname: String,
    pub man: bool,
    pub unit: usize,
    /// How likely they do something on a day, 0 to 100.
    pub zeal: u32,
    pub reply: Reply,
    /// Comes to the door this late, or not at all.
    pub comes: Comes,
}

/// What somebody says when they are asked whether they come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    Confirm,
    Decline,
    Silence,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comes {
    OnTime,
    /// After the first dates.
    Late,
    Never,
}

const PLACES: [&str; 21] = [
    "东城",
    "西城",
    "朝阳",
    "海淀",
    "丰台",
    "石景山",
    "通州",
    "顺义",
    "昌平",
    "大兴",
    "房山",
    "门头沟",
    "平谷",
    "怀柔",
    "密云",
    "延庆",
    "亦庄",
    "燕山",
    "天桥",
    "望京",
    "中关村",
];
const KINDS: [&str; 6] = ["人民医院", "第一中学", "供电公司", "地铁站区", "税务局", "自来水厂"];
const FIRST: [&str; 16] =
    ["晨", "小", "阿", "南", "青", "木", "云", "秋", "北", "星", "夏", "林", "知", "若", "言", "一"];
const LAST: [&str; 16] =
    ["光", "鹿", "舟", "乔", "禾", "川", "溪", "棠", "岚", "柚", "笛", "帆", "砚", "宁", "桐", "叶"];

/// The names of `count` units; 126 have names of their own, more are numbered.
#[must_use]
pub fn units(count: usize) -> Vec<String> {
    (0..count)
        .map(|unit| {
            let place = PLACES.get(unit % PLACES.len()).copied().unwrap_or_default();
            let kind = KINDS.get(unit / PLACES.len() % KINDS.len()).copied().unwrap_or_default();
            match unit / (PLACES.len() * KINDS.len()) {
                0 => format!("{place}{kind}"),
                more => format!("{place}{kind}{}", more + 1),
            }
        })
        .collect()
}

/// How many units an evening of so many seats draws its people from: 126 for 300. At most three of a
/// side come from one, so there are enough of them however large the hall.
#[must_use]
pub const fn unit_count(seats: usize) -> usize {
    (seats * 21).div_ceil(50)
}

/// `count` people, half men and half women. As many as there are seats come evenly from all units, so
/// that the hall can be filled; the others are spread unevenly, as people are.
#[must_use]
pub fn applicants(count: usize, seats: usize, tag: &str, seed: u64) -> Vec<Applicant> {
    let mut dice = dice(seed, "cast", 0);
    let units = unit_count(seats);
    (0..count)
        .map(|number| {
            let unit = if number < seats { number / 2 % units } else { dice.random_range(0..units) };
            Applicant {
                email: format!("a{number:04}.{tag}@u{unit}.example"),
                nickname: nickname(&mut dice, number),
                man: number % 2 == 0,
                unit,
                zeal: dice.random_range(20..=100),
                reply: match dice.random_range(0..100) {
                    0..6 => Reply::Decline,
                    6..8 => Reply::Silence,
                    _ => Reply::Confirm,
                },
                comes: match dice.random_range(0..100) {
                    0..5 => Comes::Late,
                    5..8 => Comes::Never,
                    _ => Comes::OnTime,
                },
            }
        })
        .collect()
}

fn nickname(dice: &mut impl Rng, number: usize) -> String {
    let mut word =
        |choices: &[&'static str]| choices.get(dice.random_range(0..choices.len())).copied().unwrap_or_default();
    // Rare characters and emoji are names too.
    match number % 97 {
        13 => format!("𠮷{}{number}", word(&LAST)),
        41 => format!("{}{}🐦{number}", word(&FIRST), word(&LAST)),
        _ => format!("{}{}{number}", word(&FIRST), word(&LAST)),
    }
}
