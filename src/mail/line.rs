//! The line to a mail server, kept open from one letter to the next.
//!
//! Not the library's own pool: its waiting has no end (the time limit covers connecting only), and a
//! conversation that was cut off goes back into the pool, where the next letter would be read as
//! part of the last one. A line of ours that fell silent is dropped, and the socket with it.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use lettre::Message;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use percent_encoding::percent_decode_str;
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
    /// What one step of a conversation may take.
    step: Duration,
}

/// An open conversation, or none yet.
#[derive(Default)]
pub struct Line(Option<AsyncSmtpConnection>);

impl Server {
    /// From `smtps://user:password@host` (implicit TLS), `smtp://…?tls=required` (STARTTLS) or
    /// `smtp://…` (in the clear: for a catcher or a relay on this machine).
    ///
    /// # Errors
    /// An address of another form; the message holds none of it, for there is a password inside.
    pub fn parse(address: &str, step: Duration) -> anyhow::Result<Self> {
        let url = Url::parse(address).ok().context("not smtp://HOST or smtps://HOST")?;
        let host = url.host_str().filter(|host| !host.is_empty()).context("names no host")?.to_owned();
        let tls = || TlsParameters::new(host.clone()).context("a host that no certificate can name");
        let asked = url.query_pairs().find(|(key, _)| key == "tls").map(|(_, value)| value.into_owned());
        let (usual, wrapped, upgraded) = match (url.scheme(), asked.as_deref()) {
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
        Ok(Self { host, port, wrapped, upgraded, credentials, name, step })
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let place = (self.host.as_str(), self.port);
        let wrapped = self.wrapped.clone();
        let mut connection =
            AsyncSmtpConnection::connect_tokio1(place, Some(self.step), &self.name, wrapped, None).await?;
        if let Some(upgraded) = &self.upgraded {
            connection.starttls(upgraded.clone(), &self.name).await?;
        }
        if let Some(credentials) = &self.credentials {
            connection.auth(DEFAULT_MECHANISMS, credentials).await?;
        }
        Ok(connection)
    }

    /// What a whole conversation may take.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.step * 4
    }
}

impl Line {
    /// Sends one message and waits for the server's word on the whole of it. None: the server fell
    /// silent.
    ///
    /// # Errors
    /// What the server says, or that it is not to be reached.
    pub async fn send(&mut self, server: &Server, message: &Message) -> Option<Result<(), Error>> {
        let open = self.0.take();
        let conversation = async {
            let mut connection = match still_there(open, server.step).await {
                Some(connection) => connection,
                None => server.connect().await?,
            };
            let said = connection.send(message.envelope(), &message.formatted()).await;
            Ok((connection, said))
        };
        // Where time runs out the conversation is dropped with its connection.
        match timeout(server.patience(), conversation).await.ok()? {
            Ok((connection, said)) => {
                self.0 = Some(connection).filter(|connection| !connection.has_broken());
                Some(said.map(drop))
            }
            Err(unreachable) => Some(Err(unreachable)),
        }
    }

    /// Says goodbye, if anybody is listening.
    pub async fn hang_up(self, server: &Server) {
        if let Some(mut connection) = self.0 {
            let _ = timeout(server.step, connection.quit()).await;
        }
    }
}

/// A server may close a line between two letters; that is no fault of the next one.
async fn still_there(open: Option<AsyncSmtpConnection>, step: Duration) -> Option<AsyncSmtpConnection> {
    let mut connection = open?;
    let answers = timeout(step, connection.test_connected()).await.unwrap_or(false);
    answers.then_some(connection)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(address: &str) -> anyhow::Result<Server> {
        Server::parse(address, Duration::from_secs(1))
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
