//! Requests of one kind that arrive while others of their kind are being carried out wait, and are then
//! carried out together: one set of questions, one durable commit, each with its own answer and its own
//! refusal. Whoever comes alone waits for nobody, and all are served in the order of coming.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::iter::{self, repeat_with};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::anyhow;
use futures_util::FutureExt;
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::app::App;
use crate::database::commit_dependency;
use crate::database::errand::{self, Errand};
use crate::error::trouble::Trouble;
use crate::error::{Error, Fault};
use crate::idempotency;

/// A request that can be carried out with others of its kind.
pub trait Request: Send + Sync + Sized + 'static {
    type Answer: Send + 'static;

    /// How many are carried out together at most.
    const LARGEST: usize;

    /// Who shares a line with it: those of one event.
    fn line(&self) -> Uuid;

    /// Carries them all out, in this order, in one transaction; their answers in the same order.
    ///
    /// # Errors
    /// What is refused to all of them alike; or a fault of the whole: then nothing of any of them is done, or it
    /// is not known.
    fn carry_out(app: &App, requests: &[Self]) -> impl Future<Output = Result<Answers<Self>, Error>> + Send;
}

/// What each of them is answered.
pub type Answers<R> = Vec<Result<<R as Request>::Answer, Error>>;

/// Who waits, by line; a line that is here is being worked on.
struct Lines<R: Request>(Mutex<HashMap<Uuid, VecDeque<Waiting<R>>>>);

struct Waiting<R: Request> {
    request: R,
    errand: Option<Arc<Errand>>,
    answer: oneshot::Sender<Result<R::Answer, Error>>,
}

impl<R: Request> Default for Lines<R> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<R: Request> Lines<R> {
    fn lock(&self) -> MutexGuard<'_, HashMap<Uuid, VecDeque<Waiting<R>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stands in line; true where nobody works on it.
    fn join(&self, line: Uuid, waiting: Waiting<R>) -> bool {
        let mut lines = self.lock();
        let is_new = !lines.contains_key(&line);
        lines.entry(line).or_default().push_back(waiting);
        is_new
    }

    /// Those whose turn it is. Whoever has gone is not served; nobody left, the line is closed.
    fn next(&self, line: Uuid) -> Vec<Waiting<R>> {
        let mut lines = self.lock();
        let has_gone = |errand: &Arc<Errand>| errand.left.is_cancelled();
        let waits = |one: &Waiting<R>| !one.answer.is_closed() && !one.errand.as_ref().is_some_and(has_gone);
        let Some(waiting) = lines.get_mut(&line) else { return Vec::new() };
        let next: Vec<_> =
            repeat_with(|| waiting.pop_front()).map_while(|one| one).filter(waits).take(R::LARGEST).collect();
        if next.is_empty() {
            lines.remove(&line);
        }
        next
    }
}

/// Carries a request out, together with those that come at the same time. One with an `Idempotency-Key` is
/// carried out by itself, because its claim belongs into a transaction of its own.
///
/// # Errors
/// What [`Request::carry_out`] answers it; a fault where all broke off.
pub async fn join<R: Request>(app: &Arc<App>, request: R) -> Result<R::Answer, Error> {
    if idempotency::current().is_some() {
        return alone(app, request).await;
    }
    let lines = app.extensions.get_or_default::<Lines<R>>();
    let (line, (answer, answered)) = (request.line(), oneshot::channel());
    if lines.join(line, Waiting { request, errand: errand::current(), answer }) {
        let work = work(Arc::clone(app), lines, line);
        app.spawn(work);
    }
    answered.await.map_err(|gone| Fault::with_trouble(Trouble::Unknown, gone))?
}

async fn alone<R: Request>(app: &App, request: R) -> Result<R::Answer, Error> {
    let mut answers = R::carry_out(app, &[request]).await?;
    answers.pop().ok_or_else(|| anyhow!("a request without an answer"))?
}

/// Until nobody waits any more.
async fn work<R: Request>(app: Arc<App>, lines: Arc<Lines<R>>, line: Uuid) {
    loop {
        let next = lines.next(line);
        if next.is_empty() {
            return;
        }
        let mut requests = Vec::with_capacity(next.len());
        let (mut errands, mut waiting) = (Vec::with_capacity(next.len()), Vec::with_capacity(next.len()));
        for one in next {
            requests.push(one.request);
            errands.push(one.errand);
            waiting.push(one.answer);
        }
        for (answer, waits) in together(&app, &requests, &errands).await.into_iter().zip(waiting) {
            // Whoever has gone meanwhile hears nothing.
            let _ = waits.send(answer);
        }
    }
}

/// Answers all of them. Where the whole fails of what one of them may have brought, each is tried by itself.
async fn together<R: Request>(app: &App, requests: &[R], errands: &[Option<Arc<Errand>>]) -> Answers<R> {
    let fault = match attempt(app, requests, errands).await {
        Ok(answers) => return answers,
        Err(Error::Refused(refused)) => {
            return requests.iter().map(|_| Err(Error::Refused(refused.clone()))).collect();
        }
        Err(Error::Fault(fault)) => fault,
    };
    let trouble = fault.trouble();
    if requests.len() > 1 && trouble == Trouble::Ours {
        let mut answers = Vec::with_capacity(requests.len());
        for (request, errand) in requests.chunks(1).zip(errands.chunks(1)) {
            answers.extend(attempt(app, request, errand).await.unwrap_or_else(|fault| vec![Err(fault)]));
        }
        return answers;
    }
    let as_the_first = |_| Err(Fault::with_trouble(trouble, anyhow!("the batch it was in failed")).into());
    iter::once(Err(fault.into())).chain((1..requests.len()).map(as_the_first)).collect()
}

async fn attempt<R: Request>(app: &App, requests: &[R], errands: &[Option<Arc<Errand>>]) -> Result<Answers<R>, Error> {
    let errand = Arc::new(Errand::of_many(errands.iter().flatten().cloned().collect()));
    let carried_out = errand::on(Arc::clone(&errand), commit_dependency::confirmed(R::carry_out(app, requests)));
    let wrong = match AssertUnwindSafe(carried_out).catch_unwind().await {
        Ok(Ok(answers)) if answers.len() == requests.len() => return Ok(answers),
        Ok(Ok(_)) => anyhow!("requests and answers do not match").into(),
        Ok(Err(wrong)) => wrong,
        Err(_) => anyhow!("a batch broke off").into(),
    };
    Err(errand.wrong(wrong))
}

#[cfg(test)]
mod tests {
    use tokio::sync::Semaphore;

    use super::*;

    /// Says how many it was carried out with; number 13 spoils the whole.
    struct Guest {
        number: usize,
        door: Arc<Semaphore>,
        served: Arc<Mutex<Vec<usize>>>,
    }

    impl Request for Guest {
        type Answer = usize;

        const LARGEST: usize = 4;

        fn line(&self) -> Uuid {
            Uuid::nil()
        }

        async fn carry_out(_: &App, guests: &[Self]) -> Result<Answers<Self>, Error> {
            guests[0].door.acquire().await.unwrap().forget();
            if guests.iter().any(|guest| guest.number == 13) {
                return Err(anyhow!("thirteen at a table").into());
            }
            guests[0].served.lock().unwrap().extend(guests.iter().map(|guest| guest.number));
            Ok(guests.iter().map(|_| Ok(guests.len())).collect())
        }
    }

    /// What they are answered who come one after another while the first is at the door, and who was served when.
    async fn come(numbers: &[usize]) -> (Vec<Result<usize, Error>>, Vec<usize>) {
        let folder = tempfile::tempdir().unwrap();
        let app = App::in_folder(folder.path()).await;
        let (door, served) = (Arc::new(Semaphore::new(0)), Arc::<Mutex<Vec<usize>>>::default());
        let mut coming = Vec::new();
        let lines = app.extensions.get_or_default::<Lines<Guest>>();
        for (place, number) in numbers.iter().enumerate() {
            let guest = Guest { number: *number, door: Arc::clone(&door), served: Arc::clone(&served) };
            let app = Arc::clone(&app);
            coming.push(tokio::spawn(async move { join(&app, guest).await }));
            // The first is at the door, and the others stand behind it in their order.
            while lines.lock().get(&Uuid::nil()).is_none_or(|line| line.len() != place) {
                tokio::task::yield_now().await;
            }
        }
        door.add_permits(100);
        let mut answers = Vec::new();
        for one in coming {
            answers.push(one.await.unwrap());
        }
        let served = served.lock().unwrap().clone();
        (answers, served)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn those_who_come_meanwhile_are_carried_out_together_in_their_order() {
        let (answers, served) = come(&[1, 2, 3, 4, 5, 6]).await;
        let with: Vec<usize> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!((with, served), (vec![1, 4, 4, 4, 4, 1], vec![1, 2, 3, 4, 5, 6]));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_one_brings_spoils_it_for_nobody_else() {
        let (answers, served) = come(&[1, 2, 13, 4]).await;
        let codes: Vec<_> = answers.iter().map(|answer| answer.as_ref().map_err(Error::code).copied()).collect();
        assert_eq!((codes, served), (vec![Ok(1), Ok(1), Err("fault"), Ok(1)], vec![1, 2, 4]));
    }
}
