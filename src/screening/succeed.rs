//! A seat that came free goes to the next of the same side who fits, in the transaction in which it came free.

use std::collections::HashSet;

use sea_orm::ActiveValue::Set;
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use super::placement::{self, Candidate};
use super::seat_move::{self, Reason, Stuck};
use super::{deadline, letters, run};
use crate::app::App;
use crate::audit::Deed;
use crate::database::Write;
use crate::error::Fault;
use crate::events::event;
use crate::events::phase::Phase;
use crate::registrations::registration::{self, Side, Status};
use queqiao_screening::applicant::Applicant;
use queqiao_screening::infeasible::Infeasible;
use queqiao_screening::succession::{promote, rules_for_one};
use serde_json::json;

/// Gives on the seat of `leaver`, whose registration has left it already, to the next of those in `play`. The caller
/// holds the event row exclusively. Where nobody fits, the seat stays empty and the log says what stood in the way;
/// nobody ever loses a seat for it. Whoever gave the seat back did it themself; it is the house's doing only where time
/// ran out, or an organizer took it back.
pub async fn succeed(
    txn: &Write,
    app: &App,
    (event, run): (&event::Model, &run::Model),
    play: &mut [Candidate],
    leaver: placement::Model,
    (reason, by): (Reason, Option<Uuid>),
) -> Result<(), Fault> {
    let (newcomer, stuck) = match fill(txn, app, (event, run), play, &leaver).await? {
        Ok(newcomer) => (newcomer, None),
        Err(why) => (None, Some(why.to_string())),
    };
    let row = seat_move::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(event.id),
        run_id: Set(run.id),
        leaver_id: Set(leaver.registration_id),
        newcomer_id: Set(newcomer),
        reason: Set(reason),
        stuck: Set(stuck),
        at: Set(app.now()),
    };
    row.insert(txn).await?;
    by.map_or_else(|| Deed::SeatMoved.by_the_house(), |by| Deed::SeatMoved.by(by))
        .at(event.organization_id, event.id)
        .about("registration", leaver.registration_id)
        .with(json!({ "because": reason, "newcomer": newcomer }))
        .record(txn, app)
        .await?;
    let mut left = leaver.into_active_model();
    left.seated = Set(false);
    left.update(txn).await?;
    Ok(())
}

/// Offers the seat of somebody who left it to the next in `play` who fits, and notes there that they have it. None
/// where nobody waits, Err where limits keep everybody out. The caller holds the event row exclusively and notes what
/// came of it.
pub async fn fill(
    txn: &Write,
    app: &App,
    (event, run): (&event::Model, &run::Model),
    play: &mut [Candidate],
    leaver: &placement::Model,
) -> Result<Result<Option<Uuid>, Stuck>, Fault> {
    if event.phase(app.now()) >= Phase::OnSite {
        return Ok(Err(Stuck::DoorsOpen));
    }
    let next = match next_in(play, run, leaver.side, &leaver.band)? {
        Ok(next) => next,
        Err(why) => return Ok(Err(Stuck::Limits(why.limits))),
    };
    let Some(next) = next.and_then(|number| play.iter_mut().find(|one| one.number == number)) else {
        return Ok(Ok(None));
    };
    next.seated = true;
    Ok(Ok(seat(txn, app, event, (run, Seat::CameFree), next.registration_id).await?))
}

/// Who comes in where one more seat is for this side and band, all else as it is; Err says what keeps everybody out.
pub(super) fn next_in(
    play: &[Candidate],
    run: &run::Model,
    side: Side,
    band: &str,
) -> Result<Result<Option<String>, Infeasible>, Fault> {
    let list: Vec<Applicant> = play.iter().map(Candidate::applicant).collect();
    let holders: Vec<&Applicant> = list.iter().filter(|person| person.held).collect();
    let rules = rules_for_one(&run.rules_used()?, &holders, side.into(), band);
    let seated: HashSet<&str> = holders.iter().map(|holder| holder.number.as_str()).collect();
    let came = promote(&list, &rules, &run.seed_bytes(), &|number| seated.contains(number), &|_| false);
    Ok(came.map(|mut newcomers| newcomers.pop()))
}

/// Where a seat comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seat {
    CameFree,
    Added,
}

/// Offers a seat, with a deadline and a letter.
pub(super) async fn seat(
    txn: &Write,
    app: &App,
    event: &event::Model,
    (run, seat): (&run::Model, Seat),
    newcomer: Uuid,
) -> Result<Option<Uuid>, Fault> {
    let held = registration::Entity::find_by_id(newcomer).lock_exclusive().one(txn).await?;
    // Withdrew a moment ago, while this was being judged: the event row keeps that from happening.
    let Some(held) = held.filter(|held| held.status == Status::Waitlisted) else { return Ok(None) };
    let mut row = held.into_active_model();
    row.status = Set(Status::Selected);
    row.reply_by = Set(Some(deadline::of_offers(event, app.now())));
    let moved_up = row.update(txn).await?;
    placement::Entity::update_many()
        .col_expr(placement::Column::Seated, Expr::value(true))
        .filter(placement::Column::RegistrationId.eq(newcomer))
        .exec(txn)
        .await?;
    letters::offered(txn, app, event, (run, seat), &moved_up).await?;
    Ok(Some(newcomer))
}
