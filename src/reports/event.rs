//! One event in figures.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::prelude::Uuid;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, JoinType, PaginatorTrait, QueryFilter, QuerySelect, Select,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::checkin::attempt::{self, Kind, Verdict};
use crate::checkin::presence;
use crate::circle::member;
use crate::dates::{date_round, sitting};
use crate::error::Error;
use crate::events::event;
use crate::feedback::{sheet, summary};
use crate::organizations::organization;
use crate::picks::round;
use crate::plaza::{answer, contribution, like, quiz, sign_in};
use crate::points::entry;
use crate::registrations::registration::{self, Side, Status};
use crate::registrations::roll;
use crate::registrations::stages::{Stage, reached};
use crate::volunteers::outcomes::{self, FEWEST, Figures};

/// The most steps a curve of arrivals has.
const MOST_STEPS: i64 = 36;
/// How long one of them may be, in minutes.
const STEPS: [i64; 5] = [5, 10, 30, 60, 1440];

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

#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Arrivals {
    pub from: DateTime<Utc>,
    pub people: usize,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DateFigures {
    /// That are over.
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
    /// Of these, together when they were asked after three months.
    pub lasting: Option<usize>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FeedbackFigures)]
pub struct FeedbackFigures {
    pub answers: usize,
    /// Four stars or five, in percent and steps of ten; null below five answers.
    pub content: Option<usize>,
    /// Who would come again, likewise.
    pub again: Option<usize>,
}

impl EventReport {
    /// By whose calendar and clock it is told.
    #[must_use]
    pub fn zone(&self) -> chrono_tz::Tz {
        self.timezone.parse().unwrap_or(chrono_tz::Asia::Shanghai)
    }
}

/// Reads everything there is to tell.
///
/// # Errors
/// Only faults.
pub async fn read(db: &impl ConnectionTrait, event: event::Model) -> Result<EventReport, Error> {
    let id = event.id;
    let union = organization::Entity::find_by_id(event.organization_id).one(db).await?;
    let came = presence::Entity::find().filter(presence::Column::EventId.eq(id)).all(db).await?;
    let (couples, figures) = outcomes::of_event(db, id).await?;
    let followed: Vec<Uuid> = couples.iter().filter(|couple| couple.follow_up).map(|couple| couple.id).collect();
    let lasting = outcomes::lasting(db, &followed).await?;
    let stages = stages(&roll::counts(db, id).await?, &came);
    Ok(EventReport {
        units: units(db, id).await?,
        plaza: plaza(db, id).await?,
        door: door(db, id, &came, &stages).await?,
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
    let told = |stage| match stage {
        Stage::Applied => "applied",
        Stage::Approved => "approved",
        Stage::Selected => "selected",
        Stage::Confirmed => "confirmed",
    };
    let of_side = |side| i64::try_from(came.iter().filter(|one| one.side == side).count()).unwrap_or(i64::MAX);
    let last = StageFigures { stage: "came", men: of_side(Side::Men), women: of_side(Side::Women) };
    let reached = reached(counts).map(|all| StageFigures { stage: told(all.stage), men: all.men, women: all.women });
    reached.into_iter().chain([last]).collect()
}

async fn units(db: &impl ConnectionTrait, id: Uuid) -> Result<UnitFigures, DbErr> {
    let dead = [Status::Rejected, Status::Withdrawn];
    let applied = registration::Entity::of_event(id).filter(registration::Column::Status.is_not_in(dead));
    let came = presence::Entity::find().filter(presence::Column::EventId.eq(id)).select_only();
    let came: Vec<Uuid> = came.column(presence::Column::RegistrationId).into_tuple().all(db).await?;
    let came: HashSet<Uuid> = came.into_iter().collect();
    let pairs = applied.select_only().column(registration::Column::Id).column(registration::Column::UnitId);
    let pairs: Vec<(Uuid, Uuid)> = pairs.into_tuple().all(db).await?;
    let distinct =
        |all: &mut dyn Iterator<Item = &(Uuid, Uuid)>| all.map(|(_, unit)| unit).collect::<HashSet<_>>().len();
    Ok(UnitFigures {
        applied: distinct(&mut pairs.iter()),
        came: distinct(&mut pairs.iter().filter(|(registration, _)| came.contains(registration))),
    })
}

async fn plaza(db: &impl ConnectionTrait, id: Uuid) -> Result<PlazaFigures, DbErr> {
    let shown = |kind: contribution::Kind| {
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
    let answers = answer::Entity::find()
        .join(
            JoinType::InnerJoin,
            answer::Entity::belongs_to(quiz::Entity).from(answer::Column::QuizId).to(quiz::Column::Id).into(),
        )
        .filter(quiz::Column::EventId.eq(id));
    Ok(PlazaFigures {
        people: entry::tallies(db, id, None).await?.0.len(),
        sign_ins: sign_in::Entity::find().filter(sign_in::Column::EventId.eq(id)).count(db).await?,
        posts: shown(contribution::Kind::Post).count(db).await?,
        comments: shown(contribution::Kind::Comment).count(db).await?,
        declarations: shown(contribution::Kind::Declaration).count(db).await?,
        likes: likes.count(db).await?,
        quiz_answers: answers.count(db).await?,
    })
}

async fn door(
    db: &impl ConnectionTrait,
    id: Uuid,
    came: &[presence::Model],
    stages: &[StageFigures],
) -> Result<DoorFigures, DbErr> {
    let admitted = attempt::Entity::find()
        .filter(attempt::Column::EventId.eq(id))
        .filter(attempt::Column::Kind.eq(Kind::Entry))
        .filter(attempt::Column::Result.eq(Verdict::Admitted))
        .select_only()
        .columns([attempt::Column::RegistrationId, attempt::Column::At]);
    let admitted: Vec<(Option<Uuid>, DateTime<Utc>)> = admitted.into_tuple().all(db).await?;
    let people: HashSet<Uuid> = came.iter().map(|one| one.registration_id).collect();
    let mut first: HashMap<Uuid, DateTime<Utc>> = HashMap::new();
    for (person, at) in admitted.into_iter().filter_map(|(person, at)| Some((person?, at))) {
        if people.contains(&person) {
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

/// In steps of the shortest length that needs no more than [`MOST_STEPS`]. A clock far out of step
/// makes the steps longer, never more.
fn arrivals(moments: Vec<DateTime<Utc>>) -> Vec<Arrivals> {
    let minutes: Vec<i64> = moments.iter().map(|at| at.timestamp().div_euclid(60)).collect();
    let (Some(first), Some(last)) = (minutes.iter().min(), minutes.iter().max()) else { return Vec::new() };
    let fits = |step: &i64| last.div_euclid(*step) - first.div_euclid(*step) < MOST_STEPS;
    let step = STEPS.into_iter().find(fits).unwrap_or(last - first + 1);
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for minute in &minutes {
        *counts.entry(minute.div_euclid(step)).or_default() += 1;
    }
    let from = |at: i64| DateTime::UNIX_EPOCH + TimeDelta::minutes(at * step);
    let (first, last) = (first.div_euclid(step), last.div_euclid(step));
    (first..=last).map(|at| Arrivals { from: from(at), people: counts.get(&at).copied().unwrap_or(0) }).collect()
}

async fn dates(db: &impl ConnectionTrait, id: Uuid) -> Result<DateFigures, DbErr> {
    let rounds = date_round::of_event(db, id).await?;
    let over: HashSet<Uuid> =
        rounds.into_iter().filter(|round| round.state == date_round::State::Finished).map(|round| round.id).collect();
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

fn outcome(figures: &Figures, lasting: usize) -> OutcomeFigures {
    OutcomeFigures {
        matches: figures.matches,
        couples: figures.couples,
        followed: figures.followed,
        lasting: told(lasting),
    }
}

/// A count of couples that points at none of them.
pub fn told(count: usize) -> Option<usize> {
    Some(count).filter(|count| *count == 0 || *count >= FEWEST)
}

async fn feedback(db: &impl ConnectionTrait, id: Uuid) -> Result<FeedbackFigures, DbErr> {
    let summary = summary::of(sheet::Entity::find().filter(sheet::Column::EventId.eq(id)).all(db).await?);
    let [.., four, five] = summary.shares.as_ref().map_or([0; 5], |shares| shares.overall);
    Ok(FeedbackFigures {
        answers: summary.answers,
        content: summary.shares.as_ref().map(|_| (four + five).min(100)),
        again: summary.shares.map(|shares| shares.again),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minutes: &[i64]) -> Vec<DateTime<Utc>> {
        let begin: DateTime<Utc> = "2026-08-22T05:58:00Z".parse().unwrap();
        minutes.iter().map(|minute| begin + TimeDelta::minutes(*minute)).collect()
    }

    #[test]
    fn arrivals_have_no_gap_and_lose_nobody() {
        let told = arrivals(at(&[0, 1, 3, 4, 17]));
        let people: Vec<usize> = told.iter().map(|step| step.people).collect();
        assert_eq!((told[0].from, people), ("2026-08-22T05:55:00Z".parse().unwrap(), vec![2, 2, 0, 0, 1]));
        assert_eq!(arrivals(Vec::new()), []);
    }

    #[test]
    fn a_clock_far_out_of_step_makes_few_long_steps() {
        for late in [200, 1000, 30_000, 40_000_000] {
            let told = arrivals(at(&[0, 5, late]));
            assert!(told.len() <= usize::try_from(MOST_STEPS).unwrap(), "{late}: {}", told.len());
            assert_eq!(told.iter().map(|step| step.people).sum::<usize>(), 3);
        }
    }
}
