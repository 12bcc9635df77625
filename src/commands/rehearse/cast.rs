//! The people of a rehearsal: who they are, how busy they are online, what they will say when they
//! are asked, and whom they like. Thrown once from a seed, so that two rehearsals play the same
//! evening.

use rand::rngs::StdRng;
use rand::{Rng, RngExt};

use crate::chance::seeded;

pub const PASSWORD: &str = "tuodao-qiuqian-42-鹊桥";

#[derive(Debug, Clone)]
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

/// `count` people, half men and half women, spread unevenly over the units as people are.
#[must_use]
pub fn applicants(count: usize, units: usize, tag: &str) -> Vec<Applicant> {
    let mut dice = seeded(*b"queqiao rehearsal, the same cast");
    (0..count)
        .map(|number| {
            let unit = if number < units { number } else { dice.random_range(0..units) };
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

/// Whom somebody lights up for: `limit` of the others, with some people liked by many, which is
/// how halls are.
#[must_use]
pub fn taste(dice: &mut StdRng, others: &[String], limit: usize) -> Vec<String> {
    let mut liked: Vec<String> = Vec::new();
    let wanted = dice.random_range(0..=limit).min(others.len());
    while liked.len() < wanted {
        // The lowest of five throws: the front of the list is liked more, as some people are.
        let throw = (0..5).map(|_| dice.random_range(0..others.len())).min().unwrap_or(0);
        if let Some(badge) = others.get(throw)
            && !liked.contains(badge)
        {
            liked.push(badge.clone());
        }
    }
    liked
}
