//! Keys for processes on several hosts: in a Redis or Valkey that writes nothing to a disk. What lies there is sealed
//! under the house's lasting key and bound to its round and its database, so that whoever reads the server alone
//! learns nothing and can put nothing in a key's place. It is overwritten where it lies before it is deleted.
//!
//! No process keeps a copy beside it: what is deleted there is gone everywhere, also where a process cannot hear of
//! the close. While the server is away nobody seals or opens a ballot; when it comes back as another one, without its
//! memory, the keys are lost, as a folder's are in a power cut.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chacha20poly1305::aead::AeadInOut;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use queqiao_ballots::secret::Secret;
use queqiao_ballots::stack;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, FromRedisValue, Pipeline, RedisError};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::keys::Looked;
use super::pick_key;
use crate::chance::Chance;
use crate::error::{Error, Fault};
use crate::secrets::Secrets;

/// What the house's lasting key for these is expanded for, and what sealed keys are bound to.
const PURPOSE: &str = "picks/round key";
const CONTEXT: &[u8] = b"queqiao/round-key/v1\0";
/// Before the round's key in the names of entries; behind it the home of the database, and the round.
const ENTRY: &str = "queqiao:round-key";
/// The entry with the number of this place.
const PLACE: &str = "queqiao:place";

const NONCE: usize = 24;
const TAG: usize = 16;
/// Bytes of a sealed key. Longer than 44, so that it lies in memory of its own that can be overwritten in place.
const SEALED: usize = NONCE + Secret::LENGTH + TAG;

/// What of its settings says whether it keeps to memory, and keeps everything.
const ASKED: [&str; 3] = ["save", "appendonly", "maxmemory-policy"];

/// How long the server may take to be connected, and to answer.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long nobody asks again after it was found away: those behind would each wait as long.
const REST: Duration = Duration::from_millis(500);
/// Why the server is of no use.
#[derive(Debug, thiserror::Error)]
pub enum Unusable {
    #[error("picks.key_store: {0} does not answer: {1}")]
    Away(String, String),
    #[error("picks.key_store: {0} refuses: {1}")]
    Refusing(String, String),
    #[error(
        "picks.key_store: {0} {1}, and keys of open rounds must lie in no file: give them a server of their own, with \
         `save \"\"`, `appendonly no` and `maxmemory-policy noeviction`"
    )]
    Persistent(String, String),
    #[error(
        "picks.key_store: {0} does not say whether it writes to disk (CONFIG GET: {1}): allow it, or set \
         picks.key_store_is_volatile where you know that it does not"
    )]
    Secretive(String, String),
}

/// A server that keeps keys, as this process speaks to it.
pub struct KeyServer {
    client: Client,
    /// For people: without a password.
    address: String,
    /// Somebody knows that it writes nothing to disk, though it may not be asked.
    is_known_volatile: bool,
    wrapping: Zeroizing<[u8; 32]>,
    line: Mutex<Line>,
}

#[derive(Default)]
struct Line {
    connection: Option<MultiplexedConnection>,
    failed: Option<(Instant, String)>,
}

impl std::fmt::Debug for KeyServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.address)
    }
}

impl KeyServer {
    /// # Errors
    /// Where this is no address.
    pub fn new(key_store: &SecretString, is_known_volatile: bool, secrets: &Secrets) -> anyhow::Result<Self> {
        let client = Client::open(key_store.expose_secret())?;
        let address = client.get_connection_info().addr().to_string();
        let wrapping = secrets.key(PURPOSE);
        Ok(Self { client, address, is_known_volatile, wrapping, line: Mutex::default() })
    }

    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Whether what is kept there is kept in memory alone.
    ///
    /// # Errors
    /// [`Unusable`].
    pub async fn examine(&self) -> Result<(), Unusable> {
        // Whether it speaks to us at all is another matter.
        let mut question = redis::pipe();
        question.cmd("PING").ignore();
        self.ask::<()>(&question).await?;
        let mut question = redis::pipe();
        for name in ASKED {
            question.cmd("CONFIG").arg("GET").arg(name);
        }
        let answers: Vec<HashMap<String, String>> = match self.ask(&question).await {
            Ok(answers) => answers,
            Err(Unusable::Refusing(..)) if self.is_known_volatile => return Ok(()),
            Err(Unusable::Refusing(address, why)) => return Err(Unusable::Secretive(address, why)),
            Err(unusable) => return Err(unusable),
        };
        let values: HashMap<String, String> = answers.into_iter().flatten().collect();
        if ASKED.iter().any(|name| !values.contains_key(*name)) {
            let silent = || Unusable::Secretive(self.address.clone(), "it names not all of them".to_owned());
            return if self.is_known_volatile { Ok(()) } else { Err(silent()) };
        }
        let of = |name: &str| values.get(name).map_or("", |value| value.trim_matches(['"', ' ']));
        let wrong = match (of("save"), of("appendonly"), of("maxmemory-policy")) {
            ("", "no", policy) if !policy.starts_with("allkeys") => return Ok(()),
            ("", "no", policy) => format!("throws away what it has no room for (maxmemory-policy {policy})"),
            ("", kept, _) => format!("writes a log of what it is told (appendonly {kept})"),
            (saved, ..) => format!("writes its memory to disk (save {saved:?})"),
        };
        Err(Unusable::Persistent(self.address.clone(), wrong))
    }

    /// Keeps a round's secret; a leftover of the same round is replaced.
    ///
    /// # Errors
    /// [`Unusable`], also where it has come to write to disk since the start; a fault where there is no randomness.
    pub async fn keep(&self, home: &str, round: Uuid, secret: &Secret) -> Result<(), Error> {
        self.examine().await?;
        let sealed = self.seal(home, round, secret).map_err(Fault::from)?;
        let mut order = redis::pipe();
        order.cmd("SET").arg(entry(home, round)).arg(sealed.as_slice()).ignore();
        Ok(self.ask::<()>(&order).await?)
    }

    /// First the one kept for this database, then one kept for another that this is a copy of.
    ///
    /// # Errors
    /// [`Unusable`].
    pub async fn look(&self, home: &str, round: Uuid, mark: &[u8]) -> Result<Looked, Unusable> {
        let mut looked = Looked::Nowhere;
        let mut names = vec![entry(home, round)];
        for copies in [false, true] {
            if copies {
                names = self.entries(&format!("{ENTRY}:*:{round}")).await?;
            }
            for name in &names {
                let mut question = redis::pipe();
                question.cmd("GET").arg(name);
                let (sealed,): (Option<Vec<u8>>,) = self.ask(&question).await?;
                let (Some(sealed), Some((of, _))) = (sealed, parts(name)) else { continue };
                match self.open(of, round, &sealed) {
                    Some(secret) if secret.mark(round) == mark => return Ok(Looked::Found(Arc::new(secret))),
                    _ => looked = Looked::Wrong,
                }
            }
        }
        Ok(looked)
    }

    /// Overwrites it where it lies, and deletes it.
    ///
    /// # Errors
    /// [`Unusable`].
    pub async fn destroy(&self, home: &str, round: Uuid) -> Result<(), Unusable> {
        let name = entry(home, round);
        let mut order = redis::pipe();
        order.atomic();
        order.cmd("SETRANGE").arg(&name).arg(0).arg([0_u8; SEALED].as_slice()).ignore();
        order.cmd("DEL").arg(&name).ignore();
        self.ask::<()>(&order).await
    }

    /// A number for this place, the same for every process that can see it, and another one when the server has
    /// lost its memory.
    ///
    /// # Errors
    /// [`Unusable`]; a fault where there is no randomness.
    pub async fn number(&self) -> Result<i32, Error> {
        let fresh = i32::from_be_bytes(Chance.secret()?);
        let mut question = redis::pipe();
        question.cmd("SET").arg(PLACE).arg(fresh).arg("NX").ignore();
        question.cmd("GET").arg(PLACE);
        let (number,): (i32,) = self.ask(&question).await?;
        Ok(number)
    }

    /// The rounds whose keys are kept there for the database with this home.
    ///
    /// # Errors
    /// [`Unusable`].
    pub async fn rounds(&self, home: &str) -> Result<Vec<Uuid>, Unusable> {
        let names = self.entries(&format!("{ENTRY}:{home}:*")).await?;
        Ok(names.iter().filter_map(|name| parts(name)).map(|(_, round)| round).collect())
    }

    /// The names of entries that look like this.
    async fn entries(&self, pattern: &str) -> Result<Vec<String>, Unusable> {
        let (mut cursor, mut names) = (0_u64, Vec::new());
        loop {
            let mut question = redis::pipe();
            question.cmd("SCAN").arg(cursor).arg("MATCH").arg(pattern).arg("COUNT").arg(1000);
            let ((next, found),): ((u64, Vec<String>),) = self.ask(&question).await?;
            names.extend(found);
            if next == 0 {
                return Ok(names);
            }
            cursor = next;
        }
    }

    fn seal(&self, home: &str, round: Uuid, secret: &Secret) -> anyhow::Result<Zeroizing<Vec<u8>>> {
        let nonce: [u8; NONCE] = Chance.secret()?;
        let mut sealed = Zeroizing::new(Vec::with_capacity(SEALED));
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(secret.as_ref());
        let body = sealed.get_mut(NONCE..).unwrap_or_default();
        let tag = stack::leaving_nothing(|| {
            self.cipher().encrypt_inout_detached(&nonce.into(), &context(home, round), body.into())
        });
        let tag = tag.map_err(|_| anyhow::anyhow!("the key of a round could not be sealed"))?;
        sealed.extend_from_slice(&tag);
        Ok(sealed)
    }

    /// None where it was not sealed here for this round and this database.
    fn open(&self, home: &str, round: Uuid, sealed: &[u8]) -> Option<Secret> {
        let (nonce, body) = sealed.split_first_chunk::<NONCE>()?;
        let (body, tag) = body.split_last_chunk::<TAG>()?;
        let opened = |place: &mut [u8; Secret::LENGTH]| {
            place.copy_from_slice(body);
            let place = place.as_mut_slice().into();
            self.cipher().decrypt_inout_detached(&(*nonce).into(), &context(home, round), place, &(*tag).into())
        };
        if body.len() != Secret::LENGTH {
            return None;
        }
        stack::leaving_nothing(|| Secret::filled(opened)).ok()
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.wrapping).into())
    }

    /// Says something and hears the answer; once more on a new line where the old one was dead.
    async fn ask<T: FromRedisValue>(&self, question: &Pipeline) -> Result<T, Unusable> {
        let rested = self.line.lock().await.connection.clone();
        if let Some(mut rested) = rested {
            match question.query_async(&mut rested).await {
                Err(broken) if is_broken(&broken) => {
                    self.line.lock().await.connection = None;
                    if broken.is_timeout() {
                        return Err(self.unusable(&broken));
                    }
                }
                heard => return heard.map_err(|refused| self.unusable(&refused)),
            }
        }
        let mut line = self.connect().await?;
        question.query_async(&mut line).await.map_err(|refused| self.unusable(&refused))
    }

    async fn connect(&self) -> Result<MultiplexedConnection, Unusable> {
        let mut line = self.line.lock().await;
        if let Some(connection) = &line.connection {
            return Ok(connection.clone());
        }
        if let Some((at, why)) = &line.failed
            && at.elapsed() < REST
        {
            return Err(Unusable::Away(self.address.clone(), why.clone()));
        }
        let limits =
            AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE)).set_response_timeout(Some(PATIENCE));
        match self.client.get_multiplexed_async_connection_with_config(&limits).await {
            Ok(connection) => {
                *line = Line { connection: Some(connection.clone()), failed: None };
                Ok(connection)
            }
            Err(refused) => {
                line.failed = Some((Instant::now(), refused.to_string()));
                Err(self.unusable(&refused))
            }
        }
    }

    fn unusable(&self, refused: &RedisError) -> Unusable {
        let (address, why) = (self.address.clone(), refused.to_string());
        if is_broken(refused) { Unusable::Away(address, why) } else { Unusable::Refusing(address, why) }
    }
}

/// Whether it is away, starts, or is being replaced, rather than refusing.
fn is_broken(refused: &RedisError) -> bool {
    let passing = ["LOADING", "MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN", "READONLY"];
    refused.is_io_error() || refused.code().is_some_and(|code| passing.contains(&code))
}

fn entry(home: &str, round: Uuid) -> String {
    format!("{ENTRY}:{home}:{round}")
}

/// The home of the database and the round an entry is of.
fn parts(name: &str) -> Option<(&str, Uuid)> {
    let (home, round) = name.strip_prefix(ENTRY)?.strip_prefix(':')?.split_once(':')?;
    Some((home, round.parse().ok()?))
}

fn context(home: &str, round: Uuid) -> Vec<u8> {
    [CONTEXT, round.as_bytes(), home.as_bytes()].concat()
}

impl From<Unusable> for Error {
    fn from(unusable: Unusable) -> Self {
        match unusable {
            Unusable::Away(..) => {
                tracing::warn!("{unusable}");
                pick_key::away().into()
            }
            wrong => Fault::of(wrong).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server() -> KeyServer {
        let secrets = Secrets::fresh().unwrap();
        KeyServer::new(&"redis://somebody:hush@127.0.0.1:1/3".into(), false, &secrets).unwrap()
    }

    fn secret() -> Secret {
        Secret::filled(|place| {
            place.fill(7);
            Ok::<_, std::convert::Infallible>(())
        })
        .unwrap()
    }

    #[test]
    fn what_lies_there_tells_nothing_and_fits_nowhere_else() {
        let (server, round) = (server(), Uuid::from_u128(1));
        let sealed = server.seal("home", round, &secret()).unwrap();
        assert_eq!(sealed.len(), SEALED);
        assert!(!sealed.windows(8).any(|part| part == [7; 8]));
        assert_ne!(*sealed, *server.seal("home", round, &secret()).unwrap(), "sealed twice alike");
        let opened = |server: &KeyServer, home: &str, round: u128, sealed: &[u8]| {
            server.open(home, Uuid::from_u128(round), sealed).map(|secret| secret.as_ref().to_vec())
        };
        assert_eq!(opened(&server, "home", 1, &sealed), Some(vec![7; 32]));
        assert_eq!(opened(&server, "copy", 1, &sealed), None);
        assert_eq!(opened(&server, "home", 2, &sealed), None);
        assert_eq!(opened(&self::server(), "home", 1, &sealed), None, "of another house");
        for wrong in [&sealed[..SEALED - 1], &[0; SEALED][..], &[7; 32], b""] {
            assert_eq!(opened(&server, "home", 1, wrong), None);
        }
    }

    #[tokio::test]
    async fn a_server_that_is_away_is_told_without_its_password() {
        let server = server();
        let away = server.rounds("home").await.unwrap_err();
        assert!(matches!(away, Unusable::Away(..)) && !away.to_string().contains("hush"), "{away}");
        assert_eq!(server.address(), "127.0.0.1:1");
        assert!(!format!("{server:?}").contains("hush"));
    }
}
