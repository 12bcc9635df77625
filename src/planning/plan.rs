//! What the rooms are told for one event. Stored with the event as one JSON object; each room reads its own member.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::screening_plan::ScreeningPlan;
use super::stage_plan::StagePlan;
use crate::error::FieldError;
use crate::events::event::Sides;

/// The largest event there is: beyond it the evening is several events.
pub const MOST_SEATS: i32 = 20_000;
/// A sealed ballot has room for ten names.
pub const MOST_PICKS: u32 = 10;
/// How many people one ballot may name where nobody says otherwise.
pub const USUAL_PICKS: u32 = 3;
/// How many people one person may pick in all rounds of an evening where nobody says otherwise.
pub const USUAL_PICKS_IN_ALL: u32 = 6;
const MOST_SEGMENTS: usize = 40;
/// The most days a circle lives after its evening.
pub const MOST_CIRCLE_DAYS: u32 = 365;
/// The actions points may be given for; what they mean is the room of points' to say.
const PAID_ACTIONS: [&str; 5] = ["profile", "sign_in", "quiz", "post", "game"];
/// The most all rules may pay together, so that points of different events read alike.
const MOST_POINTS: i64 = 100;

/// Everything an organizer decides about an event besides when and where. A member that is left out follows the
/// template.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approval: Option<Approval>,
    /// What each action earns; `{}` is an event without points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<BTreeMap<String, PointTerms>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub screening: Option<ScreeningPlan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dates: Option<DatesPlan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picks: Option<PicksPlan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<StagePlan>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub programme: Option<Vec<Segment>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub circle: Option<CirclePlan>,
}

/// Who is approved at once when they apply; everybody else waits for the unit contact or the organizer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// Whoever stands in the roster of the unit they name.
    #[serde(default)]
    pub by_roster: bool,
    /// Whoever proved a mail address of the domain of the unit they name.
    #[serde(default)]
    pub by_mail_domain: bool,
}

/// What one action earns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PointTerms {
    /// Points for the first, the second, … time on one day; never rising.
    pub per_day: Vec<i64>,
    /// The most it earns in the whole event.
    pub cap: i64,
}

/// How the 8-minute dates are held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DatesPlan {
    pub rounds: u32,
    /// Minutes one date lasts.
    pub minutes: u32,
    /// Seconds between two dates, to change tables.
    #[serde(default)]
    pub pause_seconds: u32,
    /// Tables in the room; one for every two seats where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tables: Option<u32>,
}

/// How the pick round is held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PicksPlan {
    /// For how many badges one person may light up in a round: 1 to 10, for a sealed ballot has room for ten. 3 is
    /// usual; beyond 5 a person learns much about others for little.
    #[schema(minimum = 1, maximum = 10)]
    pub limit: u32,
    /// For how many in all rounds together: what anybody can find out by picking is bounded by it. Left out, 6, or
    /// `limit` where that is more.
    #[schema(minimum = 1, maximum = 200)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_limit: Option<u32>,
}

/// 活动圈: how long those who came may stay in touch under the union's roof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CirclePlan {
    /// Days after the evening: it ends with the last of them, by the calendar of the event. 0 is an event without one.
    #[schema(minimum = 0, maximum = 365)]
    pub days: u32,
}

/// One line of the run sheet (环节).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Segment {
    pub kind: SegmentKind,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title_en: Option<String>,
    pub minutes: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SegmentKind {
    /// 破冰
    Icebreaker,
    /// 才艺
    TalentShow,
    Concert,
    Games,
    /// 八分钟约会
    Dates,
    /// 寻找意中人
    PickRound,
    /// 爆灯
    Stage,
    /// 真情告白
    Confessions,
    /// 鹊桥
    Bridge,
    Other,
}

impl Plan {
    /// This plan, and where it is silent, the other one.
    #[must_use]
    pub fn or(self, template: Self) -> Self {
        Self {
            approval: self.approval.or(template.approval),
            points: self.points.or(template.points),
            screening: self.screening.or(template.screening),
            dates: self.dates.or(template.dates),
            picks: self.picks.or(template.picks),
            stage: self.stage.or(template.stage),
            programme: self.programme.or(template.programme),
            circle: self.circle.or(template.circle),
        }
    }

    /// The plan an event is stored with: nothing left for a room to guess.
    #[must_use]
    pub fn completed(mut self, seats: i32, sides: Sides) -> Self {
        self.points.get_or_insert_default();
        self.screening = self.screening.map(|screening| screening.completed(seats, sides));
        if let Some(picks) = &mut self.picks {
            picks.event_limit.get_or_insert(picks.limit.max(USUAL_PICKS_IN_ALL));
        }
        self.circle = self.circle.filter(|circle| circle.days > 0);
        self
    }

    /// Everything that cannot be held as written, by the path of the field.
    #[must_use]
    pub fn faults(&self, seats: i32) -> Vec<FieldError> {
        let mut faults = Vec::new();
        for (action, terms) in self.points.iter().flatten() {
            let path = format!("points.{action}");
            if !PAID_ACTIONS.contains(&action.as_str()) {
                faults.push(FieldError::new(&*path, "unknown_action", "profile, sign_in, quiz, post or game"));
            } else if !terms.can_be_paid() {
                let message = "per_day: 1 to 10 whole numbers that do not rise; per_day and cap from 0 to 100";
                faults.push(FieldError::new(path, "invalid", message));
            }
        }
        let caps: i64 = self.points.iter().flatten().map(|(_, terms)| terms.cap.clamp(0, MOST_POINTS)).sum();
        if caps > MOST_POINTS {
            faults.push(FieldError::new("points", "too_many_points", "all caps together exceed 100"));
        }
        faults.extend(self.screening.iter().flat_map(|screening| screening.faults(seats)));
        if let Some(dates) = &self.dates {
            faults.extend(out_of_range("dates.rounds", dates.rounds, 1, 30));
            faults.extend(out_of_range("dates.minutes", dates.minutes, 1, 60));
            faults.extend(out_of_range("dates.pause_seconds", dates.pause_seconds, 0, 900));
            faults.extend(dates.tables.and_then(|tables| out_of_range("dates.tables", tables, 1, 10_000)));
        }
        if let Some(picks) = &self.picks {
            faults.extend(out_of_range("picks.limit", picks.limit, 1, MOST_PICKS));
            faults.extend(picks.event_limit.and_then(|limit| out_of_range("picks.event_limit", limit, 1, 200)));
            if picks.event_limit.is_some_and(|limit| (1..picks.limit).contains(&limit)) {
                faults.push(FieldError::new("picks.event_limit", "below_limit", "at least picks.limit"));
            }
        }
        faults.extend(self.stage.iter().flat_map(StagePlan::faults));
        faults.extend(self.circle.and_then(|circle| out_of_range("circle.days", circle.days, 0, MOST_CIRCLE_DAYS)));
        let programme = self.programme.as_deref().unwrap_or_default();
        if programme.len() > MOST_SEGMENTS {
            faults.push(FieldError::new("programme", "too_many", "at most 40 segments"));
        }
        for (at, segment) in programme.iter().enumerate() {
            faults.extend(out_of_range(&format!("programme[{at}].minutes"), segment.minutes, 1, 600));
            for (name, title) in [("title", Some(&segment.title)), ("title_en", segment.title_en.as_ref())] {
                if title.is_some_and(|title| !says_something(title)) {
                    let path = format!("programme[{at}].{name}");
                    faults.push(FieldError::new(path, "invalid", "one line of 1 to 60 characters"));
                }
            }
        }
        faults
    }
}

impl PointTerms {
    fn can_be_paid(&self) -> bool {
        let within = |points: &i64| (0..=MOST_POINTS).contains(points);
        (1..=10).contains(&self.per_day.len())
            && self.per_day.iter().all(within)
            && within(&self.cap)
            && self.per_day.is_sorted_by(|earlier, later| earlier >= later)
    }
}

fn says_something(title: &str) -> bool {
    !title.trim().is_empty() && title.chars().count() <= 60 && !title.chars().any(char::is_control)
}

/// A fault where a number lies outside of what can be held.
pub fn out_of_range(path: &str, number: u32, least: u32, most: u32) -> Option<FieldError> {
    let message = || format!("{least} to {most}");
    (!(least..=most).contains(&number)).then(|| FieldError::new(path, "out_of_range", message()))
}
