//! A draw in the reader's words.

use std::collections::HashMap;

use chrono::{DateTime, NaiveTime, TimeZone, Utc};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::draw::{Among, Source, State};
use super::view::{DrawView, DrawWinner};
use crate::events::event;
use crate::page::{Page, when};
use crate::plaza::quiz;

/// How many characters of a leaf name somebody who has no badge.
const SHORT: usize = 8;

/// What an event's quizzes are called, by their ids, latest first.
pub async fn quizzes(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<(Uuid, String)>, DbErr> {
    let all = quiz::Entity::find().filter(quiz::Column::EventId.eq(event_id)).order_by_desc(quiz::Column::OpensAt);
    Ok(all.all(db).await?.into_iter().map(|quiz| (quiz.id, quiz.title)).collect())
}

/// What a page says of draws: in whose words, on whose calendar.
pub struct Speaker<'a> {
    pub page: &'a Page,
    pub event: &'a event::Model,
    pub quizzes: HashMap<Uuid, String>,
    pub now: DateTime<Utc>,
}

impl Speaker<'_> {
    /// Among whom is drawn.
    #[must_use]
    pub fn among(&self, among: &Among) -> String {
        let (page, zone) = (self.page, self.event.zone());
        match among {
            Among::Quiz { quiz } => {
                let title = self.quizzes.get(quiz).cloned().unwrap_or_default();
                page.say("draw-among-quiz-of", &[("title", title.into())])
            }
            Among::QuizzesOfDay { day } => {
                let noon = zone.from_local_datetime(&day.and_time(NaiveTime::MIN)).earliest();
                let day =
                    noon.map_or_else(|| day.to_string(), |at| when::day(page.language, zone, at.to_utc(), self.now));
                page.say("draw-among-quizzes-of", &[("day", day.into())])
            }
            Among::Early { before } => {
                let at = when::moment(page.language, zone, *before, self.now);
                page.say("draw-among-early-by", &[("time", at.into())])
            }
            Among::Inside {} | Among::TakingPart {} => page.t(&format!("draw-among-{}", key(among.word()))),
        }
    }

    /// What it is drawn by.
    #[must_use]
    pub fn source(&self, source: &Source) -> String {
        match source {
            Source::Public { named } => self.page.say("draw-by-public", &[("named", named.as_str().into())]),
            Source::Hall {} => self.page.t("draw-by-hall"),
        }
    }

    #[must_use]
    pub fn moment(&self, at: DateTime<Utc>) -> String {
        when::moment(self.page.language, self.event.zone(), at, self.now)
    }

    /// Who is passed over, and whether one may win more than once.
    #[must_use]
    pub fn rules(&self, draw: &DrawView) -> Vec<String> {
        let present = if draw.present { "draw-rule-present" } else { "draw-rule-withdrawn" };
        let again = if draw.again { "draw-rule-again" } else { "draw-rule-once" };
        vec![self.page.t(present), self.page.t(again)]
    }
}

/// A word of the API as keys of words spell it.
#[must_use]
pub fn key(word: &str) -> String {
    word.replace('_', "-")
}

/// The class of the mark that says how a draw stands, and the key of its words.
#[must_use]
pub fn mark(state: State) -> (&'static str, &'static str) {
    match state {
        State::Planned => ("pill", "draw-state-planned"),
        State::Fixed => ("pill live", "draw-state-fixed"),
        State::Held => ("pill good", "draw-state-held"),
        State::CalledOff => ("pill over", "draw-state-called-off"),
    }
}

/// Who won, as everybody may know it: the badge, or the beginning of the leaf.
#[must_use]
pub fn winner(winner: &DrawWinner) -> String {
    winner.badge.clone().unwrap_or_else(|| winner.leaf.chars().take(SHORT).collect())
}
