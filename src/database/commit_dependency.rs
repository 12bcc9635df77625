//! What a verb read before it was on disk. Verbs that share a commit see each other's rows while
//! these may still come to nothing; one that writes is told with the rest, but one that only
//! repeats what another has done would be told too early. So every answer waits for the commits it
//! rests on, and is a fault where one of them failed.

use std::cell::RefCell;
use std::future::Future;

use anyhow::anyhow;
use tokio::sync::watch;

use crate::error::trouble::Trouble;
use crate::error::{Error, Fault};

/// Whether a shared commit is on disk; where not, what may be told of it.
pub type Fate = Result<(), Trouble>;

/// The fate of a shared commit; None until it is known.
pub type Outcome = watch::Receiver<Option<Fate>>;

tokio::task_local! {
    static HEARD: RefCell<Vec<Outcome>>;
}

/// Runs a verb, and holds its answer back until what it rests on is on disk.
///
/// # Errors
/// What the verb says, or a fault where it rests on something that never became true.
pub async fn confirmed<T>(verb: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let (answer, heard) = HEARD
        .scope(RefCell::default(), async {
            let answer = verb.await;
            (answer, HEARD.with(RefCell::take))
        })
        .await;
    for mut outcome in heard {
        let kept =
            *outcome.wait_for(Option::is_some).await.map_err(|gone| Fault::with_trouble(Trouble::Unknown, gone))?;
        if kept != Some(Ok(())) {
            let trouble = kept.and_then(Result::err).unwrap_or(Trouble::Unknown);
            let broken = anyhow!("the shared commit that an answer rests on failed");
            return Err(Fault::with_trouble(trouble, broken).into());
        }
    }
    answer
}

/// The verb at work has read what depends on this.
pub fn note(outcome: Outcome) {
    // Work of the house itself answers nobody.
    let _ = HEARD.try_with(|heard| heard.borrow_mut().push(outcome));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_answer_that_rests_on_a_failed_commit_is_a_fault() {
        let (sender, outcome) = watch::channel(None);
        let verb = confirmed(async {
            note(outcome);
            Ok::<_, Error>(())
        });
        sender.send_replace(Some(Err(Trouble::Full)));
        assert_eq!(verb.await.unwrap_err().code(), "storage_full");
    }
}
