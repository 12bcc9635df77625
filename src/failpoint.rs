//! Stories pull the plug between any two statements of a transaction, or of the destruction of a
//! key, and look at what is left; or have a statement fail, before it was heard or after it was done.
//! Release builds have no such place: [`point`] and [`around`] are empty there.

use std::future::Future;

use sea_orm::sqlx;

#[cfg(debug_assertions)]
use std::sync::atomic::{AtomicI64, Ordering};

#[cfg(debug_assertions)]
static STATEMENTS_LEFT: AtomicI64 = AtomicI64::new(i64::MAX);

/// Lets the process come past so many points more; it dies at the next.
#[cfg(debug_assertions)]
pub fn after(statements: i64) {
    STATEMENTS_LEFT.store(statements, Ordering::SeqCst);
}

/// Whether a story counts. What the clock does by itself then stands still, so that the story counts
/// the statements of its own requests and no others.
pub fn is_counting() -> bool {
    #[cfg(debug_assertions)]
    return STATEMENTS_LEFT.load(Ordering::Relaxed) != i64::MAX;
    #[cfg(not(debug_assertions))]
    false
}

/// Stands before every statement and around every commit.
pub fn point() {
    #[cfg(debug_assertions)]
    if STATEMENTS_LEFT.load(Ordering::Relaxed) != i64::MAX && STATEMENTS_LEFT.fetch_sub(1, Ordering::SeqCst) <= 0 {
        // No destructors, no flush, no goodbye: as a power cut would.
        std::process::abort();
    }
}

/// Says something to a database, or has it fail where a story wants that: as if it had not been heard,
/// or as if its answer had been lost.
pub async fn around<T>(statement: impl Future<Output = sqlx::Result<T>>) -> sqlx::Result<T> {
    mishap::due()?;
    let heard = statement.await?;
    mishap::answered()?;
    Ok(heard)
}

#[cfg(debug_assertions)]
pub mod mishap;

#[cfg(not(debug_assertions))]
pub mod mishap {
    use sea_orm::sqlx::Result;

    pub fn due() -> Result<()> {
        Ok(())
    }

    pub fn answered() -> Result<()> {
        Ok(())
    }
}
