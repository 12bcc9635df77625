//! A seat that came free goes to the next of the same side who fits, in the transaction in which it came free.

use std::collections::{HashMap, HashSet};

use sea_orm::ActiveValue::Set;
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use super::placement::{self, Candidate};
use super::seat_move::{self, Reason, Stuck};
use super::{deadline, letters, list, run};
use crate::app::App;
use crate::audit::Deed;
use crate::database::Write;
use crate::error::Fault;
use crate::events::event;
use crate::events::phase::Phase;
use crate::registrations::registration::{self, Side, Status};
use queqiao_screening::applicant::Applicant;
use queqiao_screening::boards;
use queqiao_screening::boards::field::Wishing;
use queqiao_screening::boards::succession::Left;
use queqiao_screening::infeasible::Infeasible;
use queqiao_screening::limit::Obstacle;
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
    let next = match &leaver.board {
        Some(board) => next_on_board(play, run, &wishes_of(txn, run).await?, (board, leaver.side, &leaver.band))?,
        None => next_in(play, run, leaver.side, &leaver.band)?.map_err(|why| why.limits),
    };
    let next = match next {
        Ok(next) => next,
        Err(limits) => return Ok(Err(Stuck::Limits(limits))),
    };
    let Some(next) = next.and_then(|number| play.iter_mut().find(|one| one.number == number)) else {
        return Ok(Ok(None));
    };
    next.seated = true;
    next.board.clone_from(&leaver.board);
    let seat_of = (run, Seat::CameFree, leaver.board.as_deref());
    Ok(Ok(seat(txn, app, event, seat_of, next.registration_id).await?))
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

/// What everybody wished for, by number: the list says it, and it is fixed.
pub(super) async fn wishes_of(
    db: &impl ConnectionTrait,
    run: &run::Model,
) -> Result<HashMap<String, Vec<String>>, Fault> {
    let list = list::Entity::find_by_id(run.list_id).one(db).await?;
    let lines = list.map_or_else(|| Ok(Vec::new()), |list| list.lines())?;
    Ok(lines.into_iter().map(|line| (line.applicant.number, line.wishes)).collect())
}

/// Who comes in where one more seat of a board is for this side and band. Everybody with a seat keeps it, on the board
/// where they have it: they have arranged themselves for its day, and nobody asked them.
pub(super) fn next_on_board(
    play: &[Candidate],
    run: &run::Model,
    wishes: &HashMap<String, Vec<String>>,
    (board, side, band): (&str, Side, &str),
) -> Result<Result<Option<String>, Vec<Obstacle>>, Fault> {
    let person = |one: &Candidate| Wishing {
        applicant: one.applicant(),
        wishes: wishes.get(&one.number).cloned().unwrap_or_default(),
        keeps: one.board.clone().filter(|_| one.seated),
    };
    let people: Vec<Wishing> = play.iter().map(person).collect();
    let left = Left { board, side: side.into(), band };
    let came = boards::succession::succeed(&people, &run.boards_filled()?, &run.seed_bytes(), &|_| false, left);
    let limits = |why: boards::infeasible::Infeasible| {
        let here = why.limits.into_iter().filter(|at| at.board == board);
        here.map(|at| at.limit).collect()
    };
    Ok(came.map(|mut moves| moves.pop().map(|one| one.number)).map_err(limits))
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
    (run, seat, board): (&run::Model, Seat, Option<&str>),
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
        .col_expr(placement::Column::Board, Expr::value(board.map(str::to_owned)))
        .filter(placement::Column::RegistrationId.eq(newcomer))
        .exec(txn)
        .await?;
    letters::offered(txn, app, event, (run, seat, board), &moved_up).await?;
    Ok(Some(newcomer))
}
