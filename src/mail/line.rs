//! The lines to a mail server, kept open from one letter to the next and from one round to the next.
//!
//! Not the library's own pool: its waiting has no end (the time limit covers connecting only), and a
//! conversation that was cut off goes back into the pool, where the next letter would be read as
//! part of the last one. A line of ours that fell silent is dropped, and the socket with it.
//!
//! Nor its own conversation: whether a line broke before the final dot or behind it is the difference
//! between a letter that surely did not go and one that may have.

use std::mem::take;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use lettre::transport::smtp::response::Response;
use percent_encoding::percent_decode_str;
use tokio::time::error::Elapsed;
use tokio::time::timeout;
use url::Url;

/// A mail server and how to talk to it.
pub struct Server {
    host: String,
    port: u16,
    wrapped: Option<TlsParameters>,
    upgraded: Option<TlsParameters>,
    credentials: Option<Credentials>,
    name: ClientId,
    patience: Patience,
}

/// How long a server is waited for.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For one step of a conversation.
    pub step: Duration,
    /// For the answer to a whole letter: a server that looks through it before it takes it over needs
    /// its minutes, and one that is not waited for takes the letter again.
    pub answer: Duration,
}

/// How long a line that nobody speaks on is kept: mail servers close theirs after some minutes.
const QUIET: Duration = Duration::from_secs(60);

/// The open lines to one mail server. As many as letters were on their way at once; a letter that
/// comes later finds one of them.
pub struct Lines {
    server: Server,
    /// Lines nobody speaks on just now, and since when; the one used last lies on top.
    quiet: Mutex<Vec<(Instant, AsyncSmtpConnection)>>,
}

/// Why a message was not taken.
pub enum NotTaken {
    /// The line did not come to be, or broke off or fell silent before the message was whole: surely
    /// not taken, whatever the message. None is silence.
    Broken(Option<Error>),
    /// The line broke off or fell silent after the last byte: taken or not, nobody can tell.
    Unsure(Option<Error>),
    /// What the server said about this message.
    Refused(Error),
    /// The server cannot be given such a message.
    Unfit(&'static str),
}

impl Server {
    /// From `smtps://user:password@host` (implicit TLS), `smtp://…?tls=required` (STARTTLS) or
    /// `smtp://…` (in the clear: for a catcher or a relay on this machine). A server is who it says it
    /// is where a public authority vouches for it, or one of `trusted`.
    ///
    /// # Errors
    /// An address of another form; the message holds none of it, for there is a password inside.
    pub fn parse(address: &str, trusted: Option<&Certificate>, patience: Patience) -> anyhow::Result<Self> {
        let url = Url::parse(address).ok().context("not smtp://HOST or smtps://HOST")?;
        let host = url.host_str().filter(|host| !host.is_empty()).context("names no host")?.to_owned();
        let tls = || {
            let mut parameters = TlsParameters::builder(host.clone());
            if let Some(authority) = trusted {
                parameters = parameters.add_root_certificate(authority.clone());
            }
            parameters.build().context("a host that no certificate can name, or an authority that is none")
        };
        let tls_mode = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        let (usual, wrapped, upgraded) = match (url.scheme(), tls_mode.as_deref()) {
            ("smtps", _) => (465, Some(tls()?), None),
            ("smtp", Some("required")) => (587, None, Some(tls()?)),
            ("smtp", None) => (25, None, None),
            ("smtp", Some(_)) => bail!("tls= takes \"required\" or is left out"),
            _ => bail!("neither smtp:// nor smtps://"),
        };
        let decoded = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        ensure!(url.password().is_some() || url.username().is_empty(), "a user name without a password");
        let credentials = url.password().map(|password| Credentials::new(decoded(url.username()), decoded(password)));
        let name = match url.path().trim_matches('/') {
            "" => ClientId::default(),
            name => ClientId::Domain(name.to_owned()),
        };
        let port = url.port().unwrap_or(usual);
        Ok(Self { host, port, wrapped, upgraded, credentials, name, patience })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let place = (self.host.as_str(), self.port);
        let wrapped = self.wrapped.clone();
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(place, Some(self.patience.step), &self.name, wrapped, None).await?;
        if let Some(upgraded) = &self.upgraded {
            connection.starttls(upgraded.clone(), &self.name).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }
}

impl Lines {
    #[must_use]
    pub fn to(server: Server) -> Self {
        Self { server, quiet: Mutex::default() }
    }

    /// Sends one message and waits for the server's word on the whole of it.
    ///
    /// # Errors
    /// See [`NotTaken`].
    pub async fn send(&self, message: &Message) -> Result<(), NotTaken> {
        let mut line = self.line().await?;
        let taken = self.converse(&mut line, message).await;
        match &taken {
            Ok(()) => self.quiet().push((Instant::now(), line)),
            // Servers differ in where they stand after a refusal; a new line begins at the beginning.
            Err(NotTaken::Refused(_) | NotTaken::Unfit(_)) => self.goodbye(vec![(Instant::now(), line)]).await,
            // Dropped, and the socket with it.
            Err(NotTaken::Broken(_) | NotTaken::Unsure(_)) => {}
        }
        taken
    }

    /// A line to speak on: one that was kept, or a new one.
    async fn line(&self) -> Result<AsyncSmtpConnection, NotTaken> {
        let step = self.server.patience.step;
        let kept = self.quiet().pop();
        if let Some(line) = still_there(kept, step).await {
            return Ok(line);
        }
        // Greeting, encryption and sign-in are some steps in one.
        match timeout(step * 4, self.server.connect()).await {
            Ok(connected) => connected.map_err(|unreachable| NotTaken::Broken(Some(unreachable))),
            Err(_) => Err(NotTaken::Broken(None)),
        }
    }

    async fn converse(&self, line: &mut AsyncSmtpConnection, message: &Message) -> Result<(), NotTaken> {
        let Patience { step, answer } = self.server.patience;
        let (envelope, wire) = (message.envelope(), message.formatted());
        let from = Mail::new(envelope.from().cloned(), self.parameters(line, message, &wire)?);
        answered(timeout(step, line.command(from)).await)?;
        for to in envelope.to() {
            answered(timeout(step, line.command(Rcpt::new(to.clone(), vec![]))).await)?;
        }
        answered(timeout(step, line.command(Data)).await)?;
        match timeout(answer, line.message(&wire)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(response)) if response.status().is_some() => Err(NotTaken::Refused(response)),
            Ok(Err(broken)) => Err(NotTaken::Unsure(Some(broken))),
            Err(_) => Err(NotTaken::Unsure(None)),
        }
    }

    /// What the server has to know of a message before it comes (RFC 6152 and 6531).
    fn parameters(
        &self,
        line: &AsyncSmtpConnection,
        message: &Message,
        wire: &[u8],
    ) -> Result<Vec<MailParameter>, NotTaken> {
        let mut parameters = Vec::new();
        let envelope = message.envelope();
        let plain = |address: &lettre::Address| AsRef::<str>::as_ref(address).is_ascii();
        if !envelope.from().into_iter().chain(envelope.to()).all(plain) {
            if !line.server_info().supports_feature(Extension::SmtpUtfEight) {
                return Err(NotTaken::Unfit("an address beyond ASCII, and the mail server knows no SMTPUTF8"));
            }
            parameters.push(MailParameter::SmtpUtfEight);
        }
        if !wire.is_ascii() {
            if !line.server_info().supports_feature(Extension::EightBitMime) {
                return Err(NotTaken::Unfit("a letter beyond ASCII, and the mail server knows no 8BITMIME"));
            }
            parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
        }
        Ok(parameters)
    }

    /// Says goodbye on lines that have been quiet for long.
    pub async fn tidy(&self) {
        let (long, short) = take(&mut *self.quiet()).into_iter().partition(|(since, _)| since.elapsed() >= QUIET);
        // Those who took a line meanwhile brought it back after these.
        self.quiet().splice(0..0, short);
        self.goodbye(long).await;
    }

    /// Says goodbye on every line.
    pub async fn hang_up(&self) {
        let all = take(&mut *self.quiet());
        self.goodbye(all).await;
    }

    /// If anybody is listening.
    async fn goodbye(&self, lines: Vec<(Instant, AsyncSmtpConnection)>) {
        for (_, mut connection) in lines {
            let _ = timeout(self.server.patience.step, connection.quit()).await;
        }
    }

    fn quiet(&self) -> std::sync::MutexGuard<'_, Vec<(Instant, AsyncSmtpConnection)>> {
        self.quiet.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What became of one step before the message was whole.
fn answered(response: Result<Result<Response, Error>, Elapsed>) -> Result<(), NotTaken> {
    match response {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(response)) if response.status().is_some() => Err(NotTaken::Refused(response)),
        Ok(Err(broken)) => Err(NotTaken::Broken(Some(broken))),
        Err(_) => Err(NotTaken::Broken(None)),
    }
}

/// A server may close a line between two letters; that is no fault of the next one.
async fn still_there(open: Option<(Instant, AsyncSmtpConnection)>, step: Duration) -> Option<AsyncSmtpConnection> {
    let (_, mut connection) = open?;
    let answers = timeout(step, connection.test_connected()).await.unwrap_or(false);
    answers.then_some(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(address: &str) -> anyhow::Result<Server> {
        let (step, answer) = (Duration::from_secs(1), Duration::from_secs(1));
        Server::parse(address, None, Patience { step, answer })
    }

    #[test]
    fn every_way_to_talk_is_written_as_an_address() {
        let implicit = parsed("smtps://user:p%40ss@mail.example.com").unwrap();
        assert_eq!((implicit.port, implicit.wrapped.is_some(), implicit.upgraded.is_some()), (465, true, false));
        assert_eq!(implicit.credentials, Some(Credentials::new("user".to_owned(), "p@ss".to_owned())));
        let starttls = parsed("smtp://user:pass@mail.example.com:2525?tls=required").unwrap();
        assert_eq!((starttls.port, starttls.wrapped.is_some(), starttls.upgraded.is_some()), (2525, false, true));
        let bare = parsed("smtp://localhost").unwrap();
        assert_eq!((bare.port, bare.wrapped.is_some(), bare.upgraded.is_some()), (25, false, false));
        assert_eq!(bare.credentials, None);
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for wrong in ["", "mail.example.com", "ftp://mail.example.com", "smtp://", "smtp://h?tls=maybe", "smtp://u@h"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }
}
