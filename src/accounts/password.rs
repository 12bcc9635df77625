//! Passwords are hashed slowly, and never more hashing at once than the machine bears.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::anyhow;
use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE64_NOPAD;
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use super::benches::on_a_bench;
use crate::app::App;
use crate::error::{Error, Fault, Refused};
use crate::folding;

/// How many may wait for a turn. Beyond that a caller is told to come back: a queue that takes
/// longer than a browser's patience only burns the machine for nobody.
const LONGEST_QUEUE: usize = 400;

/// Who is hashing or waiting for it. The processor is one, however many houses share a process.
static CROWD: AtomicUsize = AtomicUsize::new(0);

/// Hash of a password nobody has, compared where there is no account, so that both take as long.
pub const NOBODY: &str =
    "$argon2id$v=19$m=12288,t=3,p=1$bm9ib2R5IGhhcyB0aGlz$/5uh8ldVvcYWbzSZZhPmV/ZjV2PyJtRWTFNBR4C7Xm4";

/// The PHC string to store for a new password.
///
/// # Errors
/// 429 `too_many_requests` where too many are waiting.
pub async fn hash(app: &App, password: &str) -> Result<String, Error> {
    let password = folded(password);
    let salt = app.chance.secret::<16>()?;
    in_turn(&app.hashing, move || hashed(&password, &salt)).await
}

/// Whether `password` is the one `stored` was made of. Without a stored hash the answer is no,
/// after as long a time.
///
/// # Errors
/// 429 `too_many_requests` where too many are waiting; a fault where the stored hash is damaged.
pub async fn matches(app: &App, password: &str, stored: Option<&str>) -> Result<bool, Error> {
    let known = stored.is_some();
    let stored = stored.unwrap_or(NOBODY).to_owned();
    let password = folded(password);
    let same = in_turn(&app.hashing, move || {
        let stored = PasswordHash::new(&stored).map_err(|e| anyhow!("a stored password hash is damaged: {e}"))?;
        is_made_of(&password, &stored)
    })
    .await?;
    Ok(same && known)
}

async fn in_turn<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> Result<T, Error> {
    let _place = Place::take().ok_or_else(|| Refused::too_many(2))?;
    let turn = Arc::clone(turns).acquire_owned().await.map_err(Fault::of)?;
    let done = tokio::task::spawn_blocking(move || {
        // The turn goes with the thread: a caller who is dropped meanwhile must not free it.
        let _turn = turn;
        work()
    });
    Ok(done.await.map_err(Fault::of)??)
}

/// A place in the queue, given back when dropped.
struct Place;

impl Place {
    fn take() -> Option<Self> {
        let place = Self;
        (CROWD.fetch_add(1, Ordering::Relaxed) < LONGEST_QUEUE).then_some(place)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        CROWD.fetch_sub(1, Ordering::Relaxed);
    }
}

fn hashed(password: &str, salt: &[u8]) -> anyhow::Result<String> {
    let argon2 = argon2id()?;
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    on_a_bench(argon2.params().block_count(), |bench| {
        argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut out, bench)
    })
    .map_err(|e| anyhow!("{e}"))?;
    let params = argon2.params();
    let [salt, out] = [salt, &out].map(|bytes| BASE64_NOPAD.encode(bytes));
    let (memory, passes, lanes) = (params.m_cost(), params.t_cost(), params.p_cost());
    Ok(format!("$argon2id$v=19$m={memory},t={passes},p={lanes}${salt}${out}"))
}

/// By the parameters it was made with, which may have been others once.
fn is_made_of(password: &str, stored: &PasswordHash) -> anyhow::Result<bool> {
    let damaged = || anyhow!("a stored password hash is damaged");
    let (salt, wanted) = (stored.salt.ok_or_else(damaged)?, stored.hash.ok_or_else(damaged)?);
    let params = Params::try_from(stored).map_err(|_| damaged())?;
    let algorithm = Algorithm::try_from(stored.algorithm.as_str()).map_err(|_| damaged())?;
    let version = stored.version.map_or(Ok(Version::default()), Version::try_from).map_err(|_| damaged())?;
    let argon2 = Argon2::new(algorithm, version, params);
    let mut out = vec![0; wanted.len()];
    on_a_bench(argon2.params().block_count(), |bench| {
        argon2.hash_password_into_with_memory(password.as_bytes(), &salt, &mut out, bench)
    })
    .map_err(|e| anyhow!("{e}"))?;
    Ok(bool::from(out.as_slice().ct_eq(wanted.as_bytes())))
}

/// One of the settings that OWASP's Password Storage Cheat Sheet calls equally strong (19 MiB with two passes is
/// another): 12 MiB, three passes, one lane. The time is the same, and a process that signs a hall in keeps less.
fn argon2id() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(12_288, 3, 1, None).map_err(|e| anyhow!("{e}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// One password, however the keyboard composed it (NIST SP 800-63B, 5.1.1.2: NFKC or NFKD), and whatever was pasted
/// along with it and does not show.
pub(super) fn folded(password: &str) -> String {
    folding::visible(password).nfkc().collect()
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordHasher, PasswordVerifier};

    use super::*;
    use crate::chance::Chance;

    fn hashed(password: &str) -> String {
        super::hashed(&folded(password), &Chance.secret::<16>().unwrap()).unwrap()
    }

    fn opens(password: &str, stored: &str) -> bool {
        is_made_of(&folded(password), &PasswordHash::new(stored).unwrap()).unwrap()
    }

    /// The crate's own way, with memory of its own.
    #[test]
    fn what_others_hashed_opens_and_what_we_hash_opens_elsewhere() {
        let theirs = argon2id().unwrap().hash_password(b"magpies build a bridge").unwrap().to_string();
        assert!(opens("magpies build a bridge", &theirs));
        let ours = hashed("magpies build a bridge");
        let ours = PasswordHash::new(&ours).unwrap();
        assert!(argon2id().unwrap().verify_password(b"magpies build a bridge", &ours).is_ok());
        let weaker = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::new(8, 1, 1, None).unwrap());
        assert!(opens("once", &weaker.hash_password(b"once").unwrap().to_string()));
    }

    #[test]
    fn a_password_matches_its_own_hash_only() {
        let stored = hashed("magpies build a bridge");
        assert!(stored.starts_with("$argon2id$v=19$m=12288,t=3,p=1$"), "{stored}");
        assert!(opens("magpies build a bridge", &stored));
        assert!(!opens("magpies build a bridgE", &stored));
        assert_ne!(stored, hashed("magpies build a bridge"), "salted");
        assert!(opens("Ｍagpie—鹊桥 2026", &hashed("Magpie—鹊桥 2026")), "full-width letters are the same");
    }

    #[test]
    fn comparing_with_nobody_costs_as_much() {
        let (nobody, somebody) = (PasswordHash::new(NOBODY).unwrap(), hashed("x"));
        let somebody = PasswordHash::new(&somebody).unwrap();
        assert_eq!(nobody.params, somebody.params);
        assert_eq!(nobody.algorithm, somebody.algorithm);
        assert_eq!(nobody.hash.unwrap().len(), somebody.hash.unwrap().len());
    }

    #[tokio::test]
    async fn a_crowd_is_sent_away_rather_than_queued_for_ever() {
        let crowd: Vec<_> = std::iter::from_fn(Place::take).take(LONGEST_QUEUE + 1).collect();
        assert_eq!(crowd.len(), LONGEST_QUEUE);
        let refused = in_turn(&Arc::new(Semaphore::new(1)), || Ok(())).await.unwrap_err();
        assert!(matches!(refused, Error::Refused(refused) if refused.retry_after.is_some()));
        drop(crowd);
        assert!(in_turn(&Arc::new(Semaphore::new(1)), || Ok(())).await.is_ok());
    }
}
