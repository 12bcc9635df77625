//! The desk admits a badge.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::Uuid;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::answer::Answer;
use super::attempt::{self, Reason, Verdict};
use super::bearer::{self, Bearer};
use super::presence::{self, Step};
use super::scan::{Passage, Scan};
use super::{judge, review};
use crate::app::App;
use crate::badges::code::Secret;
use crate::badges::number::Number;
use crate::error::{Error, Fault};
use crate::events::access::Desk;
use crate::happening::What;

/// Beyond this a desk's clock is worth a look.
const TOLERATED_SKEW_SECONDS: i64 = 300;

/// Judges a scan and puts it on record; the answer as JSON, to be sent as it is, because a repeated
/// request gets the same bytes. A person is admitted once until they leave or the entry is undone.
///
/// Whoever a desk without a link let pass did pass: such a scan is recorded as admitted, and what
/// the server would have said goes to review. Only a person who is inside already is not admitted
/// a second time. The phase is the one in which the request came in. `sent_at` is the desk's clock
/// while it sends, where it says.
///
/// # Errors
/// 409 `nonce_reused` where the device used the nonce for another scan; 403 `not_your_name` where a
/// paired device uses another's name. Refusals at the door are
/// answers, not errors.
pub async fn admit(app: &App, desk: &Desk, scan: &Scan, sent_at: Option<DateTime<Utc>>) -> Result<Vec<u8>, Error> {
    let event_id = desk.event.id;
    desk.speaks_as(&scan.device)?;
    let txn = app.database.begin_write().await?;
    if let Some(made) = attempt::find_by_nonce(&txn, event_id, &scan.device, &scan.nonce).await? {
        return Ok(made.replay(&scan.digest())?);
    }
    let received_at = app.now();
    let attempt_id = app.new_id();
    let found = bearer::find(&txn, app, event_id, scan).await?;
    let objection = judge::objection(&found, desk.event.phase(received_at), scan.kind);
    let moment = if scan.offline { scan.claimed_at().unwrap_or(received_at).min(received_at) } else { received_at };

    let mut passing = Passing { reason: objection, at: moment, by_device: scan.device.clone(), ..Passing::default() };
    if let (Some((bearer, worn)), true) = (found.passer(), objection.is_none() || scan.offline) {
        let (registration_id, nickname, device) = (bearer.registration_id, bearer.nickname(), &scan.device);
        let now = !scan.offline;
        let step = Step { event_id, registration_id, worn, nickname, at: moment, device, attempt_id, now };
        passing.through_the_door(&txn, scan, step).await?;
    }
    let skew = sent_at.or(scan.claimed_at()).map(|theirs| (received_at - theirs).num_seconds());
    passing.skewed = skew.is_some_and(|seconds| seconds.abs() > TOLERATED_SKEW_SECONDS);

    let refused = passing.reason.filter(|reason| !scan.offline || *reason == Reason::AlreadyAdmitted);
    let answer = Answer {
        result: if refused.is_some() { Verdict::Refused } else { Verdict::Admitted },
        reason: refused,
        attempt: attempt_id,
        at: passing.at,
        by_device: passing.by_device.clone(),
        participant: found.bearer().map(Bearer::guest_view),
        review: passing.reviews(scan.offline),
        counts: presence::counts(&txn, event_id).await?,
    };
    let bytes = serde_json::to_vec(&answer).map_err(Fault::of)?;
    let row = attempt::ActiveModel {
        id: Set(attempt_id),
        registration_id: Set(found.registration_id()),
        result: Set(answer.result),
        reason: Set(passing.reason),
        at: Set(scan.claimed_at().unwrap_or(received_at)),
        received_at: Set(received_at),
        skew_seconds: Set(skew),
        answer: Set(bytes.clone()),
        ..new_attempt(app, desk, scan)
    };
    if !attempt::record(&txn, row).await? {
        // The same request came in twice at once and the other was faster: nothing of this one
        // stays, and both hear the same.
        drop(txn);
        let made = attempt::find_by_nonce(app.database.reader(), event_id, &scan.device, &scan.nonce).await?;
        let made = made.ok_or_else(|| anyhow::anyhow!("an attempt is there and is not"))?;
        return Ok(made.replay(&scan.digest())?);
    }
    for kind in &answer.review {
        let about =
            review::About { event_id, attempt_id, kind: *kind, reason: passing.reason, against: passing.against };
        review::open(&txn, app, about).await?;
    }
    txn.commit().await?;
    match (passing.moved, scan.kind) {
        (true, Passage::Entry) => app.happenings.announce(event_id, What::GuestArrived),
        (true, Passage::Exit) => app.happenings.announce(event_id, What::GuestLeft),
        (false, _) => {}
    }
    Ok(bytes)
}

/// What became of a scan.
#[derive(Default)]
struct Passing {
    reason: Option<Reason>,
    at: DateTime<Utc>,
    by_device: String,
    moved: bool,
    /// The other desk's attempt, where two let the same person in.
    against: Option<Uuid>,
    skewed: bool,
}

impl Passing {
    async fn through_the_door(&mut self, txn: &impl ConnectionTrait, scan: &Scan, step: Step<'_>) -> Result<(), Fault> {
        self.moved = match scan.kind {
            Passage::Entry => presence::mark_inside(txn, step).await?,
            Passage::Exit => presence::leave(txn, step).await?,
        };
        if self.moved {
            return Ok(());
        }
        let there = presence::Entity::find_by_id(step.registration_id).one(txn).await?;
        match (scan.kind, there) {
            (Passage::Entry, Some(there)) if there.inside => {
                self.reason = Some(Reason::AlreadyAdmitted);
                if scan.offline && there.device != scan.device {
                    self.against = Some(there.attempt_id);
                }
                (self.at, self.by_device) = (there.since, there.device);
            }
            // An exit of somebody who is not inside, or news that later news has overtaken.
            _ => self.reason = self.reason.or(Some(Reason::NeedsReview)),
        }
        Ok(())
    }

    fn reviews(&self, offline: bool) -> Vec<review::Kind> {
        let about = match self.reason {
            None => None,
            Some(Reason::AlreadyAdmitted) => self.against.map(|_| review::Kind::Conflict),
            Some(Reason::NeedsReview) => Some(review::Kind::Unclear),
            Some(_) => offline.then_some(review::Kind::WouldHaveRefused),
        };
        about.into_iter().chain(self.skewed.then_some(review::Kind::ClockSkew)).collect()
    }
}

/// What the request itself puts on record.
fn new_attempt(app: &App, desk: &Desk, scan: &Scan) -> attempt::ActiveModel {
    attempt::ActiveModel {
        event_id: Set(desk.event.id),
        account_id: Set(desk.accountable()),
        device_id: Set(desk.device().map(|device| device.id)),
        device: Set(scan.device.clone()),
        nonce: Set(scan.nonce.clone()),
        request_digest: Set(scan.digest()),
        kind: Set(scan.kind.into()),
        code_digest: Set(scan.code.as_deref().map(|read| Secret::scanned(read).digest(app))),
        typed: Set(typed(scan)),
        offline: Set(scan.offline),
        undoes: Set(None),
        note: Set(None),
        ..Default::default()
    }
}

/// What was typed, as it is worn. What names no badge is not kept: people type telephone numbers.
fn typed(scan: &Scan) -> Option<String> {
    scan.badge.as_deref()?.parse().ok().map(|worn: Number| worn.to_string())
}
