//! One event in figures.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QuerySelect, Select,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::arrivals::{Arrivals, arrivals};
use super::head_counts;
use crate::checkin::attempt::{self, Kind, Verdict};
use crate::checkin::presence;
use crate::circle::member;
use crate::couples::couple;
use crate::dates::{date_round, sitting};
use crate::error::Fault;
use crate::events::event;
use crate::feedback::{online_summary, sheet, summary};
use crate::language::Language;
use crate::organizations::organization;
use crate::picks::round;
use crate::plaza::{contribution, daily_check_in, like, quiz, quiz_answer};
use crate::points::entry;
use crate::registrations::registration::Side;
use crate::registrations::roll;
use crate::registrations::stages::{Stage, reached};
use crate::small_counts::suppress_small;
use crate::volunteers::outcomes::{self, AtThreeMonths, Figures};

/// An event in figures. A number that would point at somebody is null.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventReport {
    /// Its slug.
    pub event: String,
    pub title: String,
    pub title_en: Option<String>,
    pub organization: String,
    pub venue: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    /// An IANA name.
    pub timezone: String,
    pub seats: i32,
    /// From everybody who applied to those who came.
    pub stages: Vec<StageFigures>,
    pub units: UnitFigures,
    pub plaza: PlazaFigures,
    pub door: DoorFigures,
    pub dates: DateFigures,
    pub picks: PickFigures,
    pub outcome: OutcomeFigures,
    pub feedback: FeedbackFigures,
    /// Who joined the circle after the event.
    pub circle: u64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StageFigures {
    /// `applied`, `approved`, `selected`, `confirmed` or `came`.
    pub stage: &'static str,
    pub men: i64,
    pub women: i64,
}

/// Employers.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UnitFigures {
    pub applied: usize,
    pub came: usize,
}

/// The online phase.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PlazaFigures {
    /// Who earned anything.
    pub people: usize,
    pub sign_ins: u64,
    /// That are shown, as are comments and declarations.
    pub posts: u64,
    pub comments: u64,
    pub declarations: u64,
    pub likes: u64,
    pub quiz_answers: u64,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DoorFigures {
    pub attended: u64,
    /// Of those who confirmed, in percent.
    pub of_confirmed: Option<i64>,
    /// When people first came in, in steps of equal length without a gap.
    pub arrivals: Vec<Arrivals>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DateFigures {
    /// That are over; not those that ended before their minutes began.
    pub rounds: usize,
    /// Tables of two that took place in them.
    pub dates: usize,
}

/// Null where fewer than twenty people could pick.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PickFigures {
    pub rounds: usize,
    pub ballots: Option<i32>,
    pub picks: Option<i32>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OutcomeFigures {
    /// Pairs who picked each other.
    pub matches: Option<usize>,
    /// Who both want it to be told.
    pub couples: usize,
    /// Of these, who want to be asked how it goes.
    pub followed: usize,
    /// Of these, together when they were asked after three months; null below five, and before anybody was asked.
    pub lasting: Option<usize>,
    /// Whether it is three months for any of them.
    pub lasting_due: bool,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FeedbackFigures)]
pub struct FeedbackFigures {
    pub answers: usize,
    /// Four stars or five, in percent and steps of ten; null below five answers.
    pub content: Option<usize>,
    /// Who would come again, likewise.
    pub again: Option<usize>,
    /// Of those who took part online and were not selected, counted apart; null where they are fewer than five.
    pub online_answers: Option<usize>,
    /// Of these, four stars or five for the days online, in percent and steps of ten.
    pub online_content: Option<usize>,
    /// To whom it was clear how the selection came about, likewise.
    pub online_clear: Option<usize>,
    /// Who would apply again, likewise.
    pub online_again: Option<usize>,
}

impl EventReport {
    /// By whose calendar and clock it is told.
    #[must_use]
    pub fn zone(&self) -> chrono_tz::Tz {
        event::zone_named(&self.timezone)
    }

    /// What the event is called.
    #[must_use]
    pub fn titled(&self, language: Language) -> &str {
        language.name(&self.title, self.title_en.as_deref())
    }
}

/// Reads everything there is to tell.
pub async fn read(db: &impl ConnectionTrait, event: event::Model, now: DateTime<Utc>) -> Result<EventReport, Fault> {
    let id = event.id;
    let union = organization::Entity::find_by_id(event.organization_id).one(db).await?;
    let came = presence::Entity::who_came(id).all(db).await?;
    let (_, figures) = outcomes::of_event(db, id).await?;
    let couples = couple::Entity::find_standing().filter(couple::Column::EventId.eq(id)).all(db).await?;
    let lasting = outcomes::at_three_months(db, &event, &couples, now).await?;
    let guests = head_counts::of_event(db, id).await?;
    let stages = stages(&roll::counts(db, id).await?, &came);
    Ok(EventReport {
        units: UnitFigures { applied: guests.employers_applied.len(), came: guests.employers_came.len() },
        plaza: plaza(db, id).await?,
        door: door(db, id, &guests.came, &stages).await?,
        dates: dates(db, id).await?,
        picks: picks(db, id).await?,
        outcome: outcome(&figures, lasting),
        feedback: feedback(db, id).await?,
        circle: member::Entity::of_event(id).count(db).await?,
        stages,
        event: event.slug,
        title: event.title,
        title_en: event.title_en,
        organization: union.map(|union| union.name).unwrap_or_default(),
        venue: event.venue,
        starts_at: event.starts_at,
        ends_at: event.ends_at,
        timezone: event.timezone,
        seats: event.seats,
    })
}

fn stages(counts: &[roll::Count], came: &[presence::Model]) -> Vec<StageFigures> {
    let stage_name = |stage| match stage {
        Stage::Applied => "applied",
        Stage::Approved => "approved",
        Stage::Selected => "selected",
        Stage::Confirmed => "confirmed",
    };
    let of_side = |side| i64::try_from(came.iter().filter(|one| one.side == side).count()).unwrap_or(i64::MAX);
    let last = StageFigures { stage: "came", men: of_side(Side::Men), women: of_side(Side::Women) };
    let reached =
        reached(counts).map(|all| StageFigures { stage: stage_name(all.stage), men: all.men, women: all.women });
    reached.into_iter().chain([last]).collect()
}

async fn plaza(db: &impl ConnectionTrait, id: Uuid) -> Result<PlazaFigures, DbErr> {
    let approved = |kind: contribution::Kind| {
        contribution::Entity::of_event(id)
            .filter(contribution::Column::Kind.eq(kind))
            .filter(contribution::Column::State.eq(contribution::State::Approved))
    };
    let likes = like::Entity::find()
        .join(
            JoinType::InnerJoin,
            like::Entity::belongs_to(contribution::Entity)
                .from(like::Column::PostId)
                .to(contribution::Column::Id)
                .into(),
        )
        .filter(contribution::Column::EventId.eq(id));
    let answers = quiz_answer::Entity::find()
        .join(
            JoinType::InnerJoin,
            quiz_answer::Entity::belongs_to(quiz::Entity).from(quiz_answer::Column::QuizId).to(quiz::Column::Id).into(),
        )
        .filter(quiz::Column::EventId.eq(id));
    Ok(PlazaFigures {
        people: entry::tallies(db, id, None).await?.0.len(),
        sign_ins: daily_check_in::Entity::find().filter(daily_check_in::Column::EventId.eq(id)).count(db).await?,
        posts: approved(contribution::Kind::Post).count(db).await?,
        comments: approved(contribution::Kind::Comment).count(db).await?,
        declarations: approved(contribution::Kind::Declaration).count(db).await?,
        likes: likes.count(db).await?,
        quiz_answers: answers.count(db).await?,
    })
}

async fn door(
    db: &impl ConnectionTrait,
    id: Uuid,
    came: &HashSet<Uuid>,
    stages: &[StageFigures],
) -> Result<DoorFigures, DbErr> {
    let admitted = attempt::Entity::find()
        .filter(attempt::Column::EventId.eq(id))
        .filter(attempt::Column::Kind.eq(Kind::Entry))
        .filter(attempt::Column::Result.eq(Verdict::Admitted))
        .select_only()
        .columns([attempt::Column::RegistrationId, attempt::Column::At]);
    let admitted: Vec<(Option<Uuid>, DateTime<Utc>)> = admitted.into_tuple().all(db).await?;
    let mut first: HashMap<Uuid, DateTime<Utc>> = HashMap::new();
    for (person, at) in admitted.into_iter().filter_map(|(person, at)| Some((person?, at))) {
        if came.contains(&person) {
            first.entry(person).and_modify(|known| *known = at.min(*known)).or_insert(at);
        }
    }
    let both = |stage: &StageFigures| stage.men + stage.women;
    let of = |name: &str| stages.iter().find(|stage| stage.stage == name).map_or(0, both);
    let (confirmed, attended) = (of("confirmed"), of("came"));
    Ok(DoorFigures {
        attended: u64::try_from(attended).unwrap_or_default(),
        of_confirmed: (confirmed > 0).then(|| (attended * 100 / confirmed).min(100)),
        arrivals: arrivals(first.into_values().collect()),
    })
}

async fn dates(db: &impl ConnectionTrait, id: Uuid) -> Result<DateFigures, DbErr> {
    let rounds = date_round::of_event(db, id).await?;
    let over = rounds.into_iter().filter(|round| round.state == date_round::State::Finished && !round.nobody_sat());
    let over: HashSet<Uuid> = over.map(|round| round.id).collect();
    let held = |sitting: &&sitting::Model| sitting.held && over.contains(&sitting.round_id);
    Ok(DateFigures { dates: sitting::of_event(db, id).await?.iter().filter(held).count(), rounds: over.len() })
}

async fn picks(db: &impl ConnectionTrait, id: Uuid) -> Result<PickFigures, DbErr> {
    let tallied: Select<round::Entity> = round::Entity::of_event(id).filter(round::Column::TalliedAt.is_not_null());
    let rounds = tallied.all(db).await?;
    let sum = |of: fn(&round::Model) -> Option<i32>| {
        rounds.iter().map(of).sum::<Option<i32>>().filter(|_| !rounds.is_empty())
    };
    Ok(PickFigures { ballots: sum(|round| round.ballots), picks: sum(|round| round.picks), rounds: rounds.len() })
}

fn outcome(figures: &Figures, lasting: AtThreeMonths) -> OutcomeFigures {
    OutcomeFigures {
        matches: figures.matches,
        couples: figures.couples,
        followed: figures.followed,
        lasting: suppress_small(lasting.together).filter(|_| lasting.due),
        lasting_due: lasting.due,
    }
}

async fn feedback(db: &impl ConnectionTrait, id: Uuid) -> Result<FeedbackFigures, DbErr> {
    let summary = summary::of(sheet::Entity::find().filter(sheet::Column::EventId.eq(id)).all(db).await?);
    let [.., four, five] = summary.shares.as_ref().map_or([0; 5], |shares| shares.overall);
    let online = online_summary::read(db, id).await?;
    let content = |shares: &online_summary::Shares| {
        let [.., four, five] = shares.overall;
        (four + five).min(100)
    };
    Ok(FeedbackFigures {
        answers: summary.answers,
        content: summary.shares.as_ref().map(|_| (four + five).min(100)),
        again: summary.shares.map(|shares| shares.again),
        online_answers: online.answers,
        online_content: online.shares.as_ref().map(content),
        online_clear: online.shares.as_ref().map(|shares| shares.clear),
        online_again: online.shares.map(|shares| shares.again),
    })
}
