//! The transaction of one verb on PostgreSQL, which groups the commits of its connections by itself.

use std::time::Instant;

use anyhow::anyhow;
use sea_orm::sqlx;
use sea_orm::sqlx::Executor;
use tokio::sync::OwnedSemaphorePermit;

use super::Server;
use crate::database::pool::Lent;
use crate::database::spoken::not_executed;
use crate::error::Fault;
use crate::error::trouble::Trouble;
use crate::failpoint::around;
use crate::remembered::changes::Counting;
use crate::remembered::table::Part;

/// A transaction by itself: PostgreSQL groups the commits of its connections on its own.
#[derive(Debug)]
pub struct Transaction {
    pub(super) lent: Lent,
    /// What the server knows the transaction by.
    pub(super) number: i64,
    pub(super) began: Instant,
    pub(super) server: Server,
    pub(super) _place: Option<OwnedSemaphorePermit>,
}

impl Transaction {
    pub fn line(&mut self) -> &mut Lent {
        &mut self.lent
    }

    /// Commits, and counts what has changed. Where the answer is lost, it is looked up.
    ///
    /// # Errors
    /// A fault that says whether anything may have become true.
    pub async fn commit(self, changed: Vec<Part>) -> Result<(), Fault> {
        let Self { mut lent, number, began, server, .. } = self;
        let counting = Counting::from(&server.changes, changed);
        let ended = lent.exchange(|line| Box::pin(around(line.execute("COMMIT")))).await;
        let Err(fault) = ended else {
            lent.inside = false;
            return Ok(());
        };
        lent.close();
        if is_refusal(&fault) {
            return Err(not_executed(fault).into());
        }
        counting.now();
        let why = anyhow!("the answer to a commit was lost: {fault}");
        match server.look_up(number, began).await {
            Some(true) => {
                tracing::warn!(%fault, "the answer to a commit was lost, and it is done");
                Ok(())
            }
            Some(false) => Err(Fault::with_trouble(Trouble::Busy, why)),
            None => Err(Fault::with_trouble(Trouble::Unknown, why)),
        }
    }

    pub async fn take_back(mut self) {
        let back = self.lent.exchange(|line| Box::pin(around(line.execute("ROLLBACK")))).await;
        // Else it is closed, and the server takes back what a connection leaves behind.
        self.lent.inside = back.is_err();
    }
}

/// Whether PostgreSQL judged the transaction rather than broke off: then it is surely not committed.
fn is_refusal(fault: &sqlx::Error) -> bool {
    let code = fault.as_database_error().and_then(|error| error.code());
    code.is_some_and(|code| code.starts_with("23") || code.starts_with("40"))
}
