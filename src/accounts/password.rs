//! Passwords: strong enough, hashed slowly, and never more hashing at once than the machine bears.

use std::sync::Arc;

use anyhow::anyhow;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;
use zxcvbn::Score;

/// Characters. The lower bound is NIST SP 800-63B's; the upper keeps scoring and hashing cheap.
pub const SHORTEST: usize = 8;
pub const LONGEST: usize = 128;

/// How many may wait for a turn. Beyond that a caller is told to come back: a queue that takes
/// longer than a browser's patience only burns the machine for nobody.
const LONGEST_QUEUE: usize = 400;

/// Words every attacker of this house would try first.
const HOUSE_WORDS: [&str; 8] = [
    "queqiao", "鹊桥", "qixi", "七夕", "gonghui", "工会", "xiangqin", "相亲",
];

/// Where passwords are hashed and compared.
pub struct Passwords {
    argon2: Argon2<'static>,
    turns: Arc<Semaphore>,
    places: Arc<Semaphore>,
    /// Hash of a password nobody has, compared where there is no account, so that both take as long.
    nobody: String,
}

/// Why there was no hash and no comparison.
#[derive(Debug, thiserror::Error)]
pub enum NotHashed {
    #[error("too many are waiting for a password to be hashed")]
    Crowded,
    #[error(transparent)]
    Fault(#[from] anyhow::Error),
}

/// What is wrong with a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weakness {
    Short,
    Long,
    /// Could be guessed; the score of zxcvbn, 0 to 2.
    Guessable(u8),
}

impl Passwords {
    /// `at_once` hashes run at a time, each on a thread of its own with 19 MiB.
    pub fn new(at_once: usize) -> anyhow::Result<Self> {
        let argon2 = argon2id()?;
        let nobody = hash(
            &argon2,
            "a password nobody has, because nothing lets this one in",
        )?;
        Ok(Self {
            argon2,
            turns: Arc::new(Semaphore::new(at_once.max(1))),
            places: Arc::new(Semaphore::new(at_once.max(1) + LONGEST_QUEUE)),
            nobody,
        })
    }

    /// The PHC string to store for a new password.
    pub async fn hash(&self, password: &str) -> Result<String, NotHashed> {
        let argon2 = self.argon2.clone();
        let password = folded(password);
        self.in_turn(move || hash(&argon2, &password)).await
    }

    /// Whether `password` is the one `stored` was made of. Without a stored hash the answer is no,
    /// after as long a time.
    pub async fn matches(&self, password: &str, stored: Option<&str>) -> Result<bool, NotHashed> {
        let argon2 = self.argon2.clone();
        let known = stored.is_some();
        let stored = stored.unwrap_or(&self.nobody).to_owned();
        let password = folded(password);
        let same = self
            .in_turn(move || {
                let stored = PasswordHash::new(&stored)
                    .map_err(|e| anyhow!("a stored password hash is damaged: {e}"))?;
                Ok(argon2.verify_password(password.as_bytes(), &stored).is_ok())
            })
            .await?;
        Ok(same && known)
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T, NotHashed> {
        let _place = self.places.try_acquire().map_err(|_| NotHashed::Crowded)?;
        let turn = self
            .turns
            .clone()
            .acquire_owned()
            .await
            .map_err(anyhow::Error::from)?;
        let done = tokio::task::spawn_blocking(move || {
            // The turn goes with the thread: a caller who is dropped meanwhile must not free it.
            let _turn = turn;
            work()
        });
        Ok(done.await.map_err(anyhow::Error::from)??)
    }
}

/// Judges a new password against what an attacker knows: zxcvbn's dictionaries, this house's
/// words, and `own` ones: mail address, nickname. At least score 3 (10^8 guesses) is wanted.
pub fn judge(password: &str, own: &[&str]) -> Result<(), Weakness> {
    let password = folded(password);
    match password.chars().count() {
        n if n < SHORTEST => return Err(Weakness::Short),
        n if n > LONGEST => return Err(Weakness::Long),
        _ => {}
    }
    let mut words: Vec<&str> = HOUSE_WORDS.to_vec();
    for own in own {
        words.push(own);
        // An address is guessed by its parts as well: `li.lei@example.cn` by `li`, `lei`, `example`.
        words.extend(
            own.split(|c: char| !c.is_alphanumeric())
                .filter(|part| part.chars().count() > 1),
        );
    }
    match zxcvbn::zxcvbn(&password, &words).score() {
        Score::Three | Score::Four => Ok(()),
        weak => Err(Weakness::Guessable(u8::from(weak))),
    }
}

/// OWASP's first choice: argon2id with 19 MiB, two passes, one lane.
fn argon2id() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).map_err(|e| anyhow!("{e}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash(argon2: &Argon2<'_>, password: &str) -> anyhow::Result<String> {
    let hashed = argon2
        .hash_password(password.as_bytes())
        .map_err(|e| anyhow!("{e}"))?;
    Ok(hashed.to_string())
}

/// One password, however the keyboard composed it (NIST SP 800-63B, 5.1.1.2: NFKC or NFKD).
fn folded(password: &str) -> String {
    password.nfkc().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let passwords = Passwords::new(2).unwrap();
        let stored = passwords.hash("magpies build a bridge").await.unwrap();
        assert!(
            stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{stored}"
        );
        assert!(
            passwords
                .matches("magpies build a bridge", Some(&stored))
                .await
                .unwrap()
        );
        assert!(
            !passwords
                .matches("magpies build a bridgE", Some(&stored))
                .await
                .unwrap()
        );
        assert_ne!(
            stored,
            passwords.hash("magpies build a bridge").await.unwrap(),
            "salted"
        );
    }

    #[tokio::test]
    async fn nobody_signs_in_without_a_stored_hash() {
        let passwords = Passwords::new(1).unwrap();
        let dummy = "a password nobody has, because nothing lets this one in";
        assert!(!passwords.matches(dummy, None).await.unwrap());
    }

    #[tokio::test]
    async fn full_width_letters_are_the_same_password() {
        let passwords = Passwords::new(1).unwrap();
        let stored = passwords.hash("Ｍagpie—鹊桥 2026").await.unwrap();
        assert!(
            passwords
                .matches("Magpie—鹊桥 2026", Some(&stored))
                .await
                .unwrap()
        );
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_crowd_is_sent_away_rather_than_queued_for_ever() {
        let passwords = Arc::new(Passwords::new(1).unwrap());
        let turn = passwords.turns.clone().acquire_owned().await.unwrap();
        let waiting: Vec<_> = (0..LONGEST_QUEUE + 1)
            .map(|_| {
                tokio::spawn({
                    let p = passwords.clone();
                    async move { p.hash("x").await.is_ok() }
                })
            })
            .collect();
        while passwords.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert!(matches!(passwords.hash("x").await, Err(NotHashed::Crowded)));
        for one in waiting {
            one.abort();
        }
        drop(turn);
    }

    #[test]
    fn guessable_passwords_are_told_apart() {
        assert_eq!(judge("short", &[]), Err(Weakness::Short));
        assert_eq!(judge(&"a1#".repeat(43), &[]), Err(Weakness::Long));
        assert!(matches!(
            judge("password1", &[]),
            Err(Weakness::Guessable(_))
        ));
        assert!(matches!(
            judge("aaaaaaaaaaaaaaaa", &[]),
            Err(Weakness::Guessable(_))
        ));
        assert!(matches!(
            judge("queqiao2026", &[]),
            Err(Weakness::Guessable(_))
        ));
        assert_eq!(judge("magpies build a bridge", &[]), Ok(()));
        assert_eq!(judge("鹊桥仙·纤云弄巧飞星传恨", &[]), Ok(()));
    }

    #[test]
    fn ones_own_words_do_not_count() {
        let own = ["zhengxiaolong@dongfang.example", "梦里水乡的云"];
        assert_eq!(judge("zhengxiaolong7", &[]), Ok(()));
        assert!(matches!(
            judge("zhengxiaolong7", &own),
            Err(Weakness::Guessable(_))
        ));
        assert!(matches!(
            judge("梦里水乡的云88", &own),
            Err(Weakness::Guessable(_))
        ));
    }
}
