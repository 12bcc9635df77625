//! The desk admits a badge.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::Uuid;
use sea_orm::{ConnectionTrait, IntoActiveModel};

use super::attempt::{self, Kind, Made, Reason, Verdict};
use super::bearer::{self, Bearer, ScanSubject};
use super::presence::{Doorway, Step};
use super::scan::{Passage, Scan};
use super::scan_answer::{Answer, Attention, GuestView};
use super::{objection, review};
use crate::app::App;
use crate::badges::code::Secret;
use crate::badges::number::Number;
use crate::batch;
use crate::error::{Error, Fault};
use crate::events::access::Desk;
use crate::happening::What;
use crate::screening::place::{self, Places};

/// Beyond this a desk's clock is worth a look.
const TOLERATED_SKEW_SECONDS: i64 = 300;

/// A scan, and the desk that asks.
#[derive(Clone, Debug)]
pub struct Request {
    pub desk: Desk,
    pub scan: Scan,
    /// The desk's clock while it sends, where it says.
    pub sent_at: Option<DateTime<Utc>>,
}

/// Judges a scan and puts it on record, together with those that come in at the same time; the answer as
/// JSON, to be sent as it is, because a repeated request gets the same bytes. A person is admitted once until
/// they leave or the entry is undone.
///
/// Whoever a desk without a link let pass did pass: such a scan is recorded as admitted, and what
/// the server would have said goes to review. Only a person who is inside already is not admitted
/// a second time. The phase is the one in which the request came in.
///
/// # Errors
/// 409 `nonce_reused` where the device used the nonce for another scan; 403 `not_your_name` where a
/// paired device uses another's name. Refusals at the door are
/// answers, not errors.
pub async fn admit(app: &Arc<App>, request: Request) -> Result<Vec<u8>, Error> {
    request.desk.speaks_as(&request.scan.device)?;
    batch::join(app, request).await
}

impl batch::Request for Request {
    type Answer = Vec<u8>;

    const LARGEST: usize = 64;

    fn line(&self) -> Uuid {
        self.desk.event.id
    }

    async fn carry_out(app: &App, requests: &[Self]) -> Result<batch::Answers<Self>, Error> {
        admit_all(app, requests).await
    }
}

/// As [`admit`], of scans of one event in their order, in one transaction.
///
/// # Errors
/// Only faults; what a single scan is refused stands among the answers.
pub async fn admit_all(app: &App, requests: &[Request]) -> Result<Vec<Result<Vec<u8>, Error>>, Error> {
    loop {
        if let Some(answers) = try_all(app, requests).await? {
            return Ok(answers);
        }
    }
}

/// None where the same request came in elsewhere at once and was faster: nothing of this is kept, and whoever
/// tries again finds it.
async fn try_all(app: &App, requests: &[Request]) -> Result<Option<Vec<Result<Vec<u8>, Error>>>, Error> {
    let Some(first) = requests.first() else { return Ok(Some(Vec::new())) };
    let event_id = first.desk.event.id;
    let txn = app.database.begin_write().await?;
    let nonces: Vec<(&str, &str)> = requests.iter().map(Request::nonce).collect();
    let mut made = attempt::find_by_nonces(&txn, event_id, &nonces).await?;
    let new = |request: &&Request| !made.contains_key(&request.key());
    let scans: Vec<&Scan> = requests.iter().filter(new).map(|request| &request.scan).collect();
    let subjects = bearer::find_all(&txn, app, event_id, &scans).await?;
    let people: Vec<Uuid> = passers(&subjects);
    let mut door = Door {
        app,
        event_id,
        received_at: app.now(),
        places: place::of_people(&txn, &first.desk.event, people.iter().copied()).await?,
        doorway: Doorway::hold(&txn, event_id, people).await?,
        attempts: Vec::new(),
        reviews: Vec::new(),
        moved: Vec::new(),
    };
    let mut subjects = subjects.into_iter();
    let mut answers = Vec::with_capacity(requests.len());
    for request in requests {
        let digest = request.scan.digest();
        if let Some(made) = made.get(&request.key()) {
            // Of one that is sent twice in this very moment, too, the second is a repetition of the first.
            answers.push(made.replay(&digest).map_err(Error::from));
            continue;
        }
        let found = subjects.next().unwrap_or(ScanSubject::Nobody);
        let answer = door.judge(&txn, request, &found).await?;
        made.insert(request.key(), Made { request_digest: digest, answer: answer.clone() });
        answers.push(Ok(answer));
    }
    let Door { doorway, attempts, reviews, moved, .. } = door;
    if !attempt::record_all(&txn, attempts.into_iter().map(IntoActiveModel::into_active_model).collect()).await? {
        return Ok(None);
    }
    doorway.write(&txn).await?;
    review::open_all(&txn, app, reviews).await?;
    txn.commit().await?;
    for (kind, what) in [(Passage::Entry, What::GuestArrived), (Passage::Exit, What::GuestLeft)] {
        if moved.contains(&kind) {
            app.happenings.announce(event_id, what);
        }
    }
    Ok(Some(answers))
}

/// Who could pass, of those whom scans name.
fn passers(subjects: &[ScanSubject]) -> Vec<Uuid> {
    subjects.iter().filter_map(ScanSubject::passer).map(|(bearer, _)| bearer.registration_id).collect()
}

impl Request {
    fn nonce(&self) -> (&str, &str) {
        (&self.scan.device, &self.scan.nonce)
    }

    fn key(&self) -> (String, String) {
        (self.scan.device.clone(), self.scan.nonce.clone())
    }
}

/// Scans of one transaction, and what they come to.
struct Door<'a> {
    app: &'a App,
    event_id: Uuid,
    received_at: DateTime<Utc>,
    /// Where those who stand there have their seats.
    places: Places,
    doorway: Doorway,
    attempts: Vec<attempt::Model>,
    reviews: Vec<review::About>,
    /// Which ways somebody went.
    moved: Vec<Passage>,
}

impl Door<'_> {
    async fn judge(
        &mut self,
        txn: &impl ConnectionTrait,
        request: &Request,
        found: &ScanSubject,
    ) -> Result<Vec<u8>, Fault> {
        let Request { desk, scan, sent_at } = request;
        let (event_id, received_at, attempt_id) = (self.event_id, self.received_at, self.app.new_id());
        let comes = found.passer().filter(|_| scan.kind == Passage::Entry);
        let place = comes.map(|(bearer, _)| self.places.of(&desk.event, bearer.registration_id));
        let objection = objection::objection(found, desk.event.phase(received_at), scan.kind)
            .or_else(|| objection::of_board(&desk.event, place.as_ref()?, desk.board(), received_at));
        let moment = if scan.offline { scan.claimed_at().unwrap_or(received_at).min(received_at) } else { received_at };

        let mut passing =
            Passing { reason: objection, at: moment, by_device: scan.device.clone(), ..Passing::default() };
        if let (Some((bearer, worn)), true) = (found.passer(), objection.is_none() || scan.offline) {
            let (registration_id, nickname, device) = (bearer.registration_id, bearer.nickname(), &scan.device);
            let now = !scan.offline;
            let step = Step { event_id, registration_id, worn, nickname, at: moment, device, attempt_id, now };
            self.go_through(txn, scan, step, &mut passing).await?;
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
            participant: found.bearer(desk.organizer).map(Bearer::guest_view).map(|guest| passing.attended(guest)),
            review: passing.reviews(scan.offline),
            counts: self.doorway.counts,
        };
        let bytes = serde_json::to_vec(&answer).map_err(Fault::of)?;
        let (reason, against) = (passing.reason, passing.against);
        let looks =
            answer.review.iter().map(|kind| review::About { event_id, attempt_id, kind: *kind, reason, against });
        self.reviews.extend(looks);
        self.attempts.push(attempt::Model {
            id: attempt_id,
            event_id,
            account_id: desk.accountable(),
            device_id: desk.device().map(|device| device.id),
            device: scan.device.clone(),
            nonce: scan.nonce.clone(),
            request_digest: scan.digest(),
            kind: scan.kind.into(),
            code_digest: scan.code.as_deref().map(|read| Secret::scanned(read).digest(self.app)),
            typed: typed(scan),
            registration_id: found.registration_id(),
            result: answer.result,
            reason,
            at: scan.claimed_at().unwrap_or(received_at),
            received_at,
            offline: scan.offline,
            skew_seconds: skew,
            undoes: None,
            note: None,
            answer: bytes.clone(),
        });
        Ok(bytes)
    }

    async fn go_through(
        &mut self,
        txn: &impl ConnectionTrait,
        scan: &Scan,
        step: Step<'_>,
        passing: &mut Passing,
    ) -> Result<(), Fault> {
        let moved = match scan.kind {
            Passage::Entry => self.doorway.mark_inside(step),
            Passage::Exit => self.doorway.mark_outside(step),
        };
        if moved {
            self.moved.push(scan.kind);
            return Ok(());
        }
        match (scan.kind, self.doorway.find(step.registration_id)) {
            (Passage::Entry, Some(there)) if there.inside => {
                passing.reason = Some(Reason::AlreadyAdmitted);
                if scan.offline && there.device != scan.device {
                    passing.against = Some(there.attempt_id);
                }
                (passing.at, passing.by_device) = (there.since, there.device.clone());
            }
            // An exit of somebody who is not inside, or news that later news has overtaken.
            (kind, there) => {
                passing.reason = passing.reason.or(Some(Reason::NeedsReview));
                let Some(there) = there.filter(|_| kind == Passage::Exit) else { return Ok(()) };
                let at_once = self.attempts.iter().find(|made| made.id == there.attempt_id);
                let exit = match at_once {
                    Some(made) => Some(made.clone()).filter(|made| made.kind == Kind::Exit),
                    None => there.exit(txn).await?,
                };
                if let Some(exit) = exit {
                    passing.already_left = true;
                    (passing.at, passing.by_device) = (there.moved_at, exit.device);
                }
            }
        }
        Ok(())
    }
}

/// What became of a scan.
#[derive(Default)]
struct Passing {
    reason: Option<Reason>,
    at: DateTime<Utc>,
    by_device: String,
    /// The other desk's attempt, where two let the same person in.
    against: Option<Uuid>,
    /// Somebody leaves who has left already.
    already_left: bool,
    skewed: bool,
}

impl Passing {
    fn attended(&self, mut guest: GuestView) -> GuestView {
        if self.already_left {
            guest.attention.push(Attention::AlreadyLeft);
        }
        guest
    }

    fn reviews(&self, offline: bool) -> Vec<review::Kind> {
        let about = match self.reason {
            None => None,
            Some(Reason::AlreadyAdmitted) => self.against.map(|_| review::Kind::Conflict),
            Some(Reason::NeedsReview) => (!self.already_left).then_some(review::Kind::Unclear),
            Some(_) => offline.then_some(review::Kind::WouldHaveRefused),
        };
        about.into_iter().chain(self.skewed.then_some(review::Kind::ClockSkew)).collect()
    }
}

/// What was typed, as it is worn. What names no badge is not kept: people type telephone numbers.
fn typed(scan: &Scan) -> Option<String> {
    scan.badge.as_deref()?.parse().ok().map(|worn: Number| worn.to_string())
}
