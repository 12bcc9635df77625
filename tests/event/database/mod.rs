//! What the database promises, and what it says when it cannot.

mod full_disk;
mod limits;
mod lost_answer;
mod pooler;
mod schema;
mod tenancy;
mod wire;

use std::time::{Duration, Instant};

/// Asks again until it is so.
async fn until<T>(what: &str, mut asked: impl AsyncFnMut() -> Option<T>) -> T {
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(answer) = asked().await {
            return answer;
        }
        assert!(Instant::now() < patience, "{what}");
        tokio::task::yield_now().await;
    }
}
