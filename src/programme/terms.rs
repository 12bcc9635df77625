//! The run sheet of an event, as its organizer planned it.

use sea_orm::{EnumIter, Iterable};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use crate::body::out_of_range;
use crate::error::{Fault, FieldError};
use crate::events::event;
use crate::events::kind::Kind;
use crate::page::Page;
use crate::page::form::{Form, needed, put};
use crate::page::rows::{List, Row, rows};

const MOST_SEGMENTS: usize = 40;

/// The segments in the form of an event.
pub const LIST: List = List {
    name: "programme",
    button: "programme",
    telling: &["title", "title_en"],
    empty: &[("kind", "other"), ("title", ""), ("title_en", ""), ("minutes", "")],
};

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

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, Serialize, Deserialize, ToSchema)]
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

/// What the event says; nothing where it says nothing.
///
/// # Errors
/// Where it does not read.
pub fn of(event: &event::Model) -> Result<Vec<Segment>, Fault> {
    Ok(event.part("programme")?.unwrap_or_default())
}

/// What a new event begins with; part of the program.
///
/// # Errors
/// Where the program carries one that does not read, which a test rules out.
pub fn proposed(kind: Kind) -> Result<Vec<Segment>, Fault> {
    #[derive(Deserialize)]
    struct Template {
        segment: Vec<Segment>,
    }
    let text = match kind {
        Kind::Mixer => include_str!("templates/mixer.toml"),
        Kind::Concert => include_str!("templates/concert.toml"),
        Kind::SportsDay => include_str!("templates/sports_day.toml"),
        Kind::SpeedDating => include_str!("templates/speed_dating.toml"),
    };
    Ok(toml::from_str::<Template>(text).map_err(Fault::of)?.segment)
}

/// Everything that cannot be held as written, by the path of the field.
#[must_use]
pub fn faults(programme: &[Segment]) -> Vec<FieldError> {
    let mut faults = Vec::new();
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

fn says_something(title: &str) -> bool {
    !title.trim().is_empty() && title.chars().count() <= 60 && !title.chars().any(char::is_control)
}

/// What is typed into the form of an event, as the request has it.
#[must_use]
pub fn typed(form: &Form) -> Value {
    let segment = |row: &Row| {
        let mut segment = Map::new();
        for name in ["kind", "title"] {
            segment.insert(name.to_owned(), json!(form.value(&row.at(name))));
        }
        put(&mut segment, "title_en", form.text(&row.at("title_en")));
        segment.insert("minutes".to_owned(), needed(form.number(&row.at("minutes"))));
        Value::Object(segment)
    };
    rows(form, LIST.name).iter().map(segment).collect()
}

/// The kinds for whoever chooses, each with its words.
#[must_use]
pub fn kinds(page: &Page) -> Vec<(String, String)> {
    page.choices("segment", SegmentKind::all().map(SegmentKind::word))
}

impl SegmentKind {
    /// Every kind, in the order organizers are shown them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }

    /// As it is stored and sent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Icebreaker => "icebreaker",
            Self::TalentShow => "talent_show",
            Self::Concert => "concert",
            Self::Games => "games",
            Self::Dates => "dates",
            Self::PickRound => "pick_round",
            Self::Stage => "stage",
            Self::Confessions => "confessions",
            Self::Bridge => "bridge",
            Self::Other => "other",
        }
    }
}
