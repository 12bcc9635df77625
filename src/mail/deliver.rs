//! How a letter leaves the house, and what it means when it does not.

use std::error::Error as _;
use std::time::Duration;

use anyhow::{Context, ensure};
use chrono::{DateTime, Utc};
use lettre::message::Mailbox;
use lettre::transport::smtp;
use lettre::transport::smtp::client::Certificate;
use secrecy::ExposeSecret;

use super::letter::Model;
use super::line::{Lines, NotTaken, Patience, Server};
use super::message::message;
use crate::secrets::Secrets;
use crate::settings::{Delivery, MailSettings};

/// Where letters go.
pub enum Mailer {
    /// They stay in the outbox, and that is their delivery.
    Kept,
    Smtp(Box<Smtp>),
}

pub struct Smtp {
    lines: Lines,
    from: Mailbox,
}

/// Why a letter did not go. The words are the mail server's and may hold an address: they belong
/// into the letter's row, never into a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undelivered {
    /// The line failed before the letter was whole, or the server cannot do its work, whatever the
    /// letter: surely not delivered, and soon tried again on another line.
    Away(String),
    /// The line failed after the last byte: perhaps delivered.
    Unsure(String),
    /// Not now, says the server (4xx): this letter waits.
    Later(String),
    /// Not ever, says the server (5xx), or this letter cannot be put on the wire.
    Refused(String),
}

impl Mailer {
    /// # Errors
    /// Settings that cannot work; the message names the key and holds no password.
    pub fn new(settings: &MailSettings) -> anyhow::Result<Self> {
        let from = settings.from.parse().context("mail.from: not a mail address")?;
        if settings.delivery == Delivery::Kept {
            return Ok(Self::Kept);
        }
        let seconds = |seconds: u64| Duration::from_secs(seconds.max(1));
        let patience = Patience { step: seconds(settings.timeout_seconds), answer: seconds(settings.answer_seconds) };
        let trusted = authority(&settings.ca_file).context("mail.ca_file")?;
        let server = Server::parse(settings.url.expose_secret(), trusted.as_ref(), patience).context("mail.url")?;
        Ok(Self::Smtp(Box::new(Smtp { lines: Lines::to(server), from })))
    }
}

impl Smtp {
    /// Hands a letter to the mail server. Only a positive answer to the whole message is a delivery:
    /// a line that breaks off after the last byte is none, and the letter will go again under the
    /// same Message-ID.
    ///
    /// # Errors
    /// See [`Undelivered`].
    pub async fn deliver(&self, secrets: &Secrets, letter: &Model, now: DateTime<Utc>) -> Result<(), Undelivered> {
        let opened = letter.to(secrets).and_then(|to| Ok((to, letter.contents(secrets)?)));
        // What this house cannot open, another process of it may: nothing is held against the letter.
        let (to, contents) = opened.map_err(|fault| Undelivered::Later(format!("{fault:?}")))?;
        let contents = contents.ok_or_else(|| Undelivered::Refused("what it said was forgotten".to_owned()))?;
        let message = message(letter, &to, &contents, &self.from, now)
            .map_err(|wrong| Undelivered::Refused(format!("{wrong:#}")))?;
        self.lines.send(&message).await.map_err(Undelivered::from)
    }

    /// Closes what has not been needed for a while.
    pub async fn tidy(&self) {
        self.lines.tidy().await;
    }

    pub async fn hang_up(&self) {
        self.lines.hang_up().await;
    }
}

/// The authority of a union's own, in PEM; None where only public ones count.
fn authority(path: &str) -> anyhow::Result<Option<Certificate>> {
    if path.is_empty() {
        return Ok(None);
    }
    let pem = std::fs::read(path).with_context(|| path.to_owned())?;
    ensure!(pem.windows(CERTIFICATE.len()).any(|bytes| bytes == CERTIFICATE), "{path}: no certificate in PEM");
    Ok(Some(Certificate::from_pem(&pem).with_context(|| path.to_owned())?))
}

const CERTIFICATE: &[u8] = b"-----BEGIN CERTIFICATE-----";

impl From<NotTaken> for Undelivered {
    fn from(reason: NotTaken) -> Self {
        match reason {
            // No encryption where it is required, a certificate nobody vouches for, wrong credentials:
            // none of that is the letter's fault, whatever number the server gives it.
            NotTaken::Broken(Some(error)) => Self::Away(with_causes(&error)),
            NotTaken::Broken(None) => Self::Away("the mail server fell silent".to_owned()),
            NotTaken::Unsure(Some(error)) => Self::Unsure(format!("no answer to the letter: {}", with_causes(&error))),
            NotTaken::Unsure(None) => Self::Unsure("no answer to the letter: the mail server fell silent".to_owned()),
            NotTaken::Refused(error) => Self::from(&error),
            NotTaken::Unfit(message) => Self::Later(message.to_owned()),
        }
    }
}

/// The error and what lies under it: "Connection error" alone tells nobody that a certificate is not trusted.
fn with_causes(error: &smtp::Error) -> String {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(deeper) = cause {
        let deeper_message = deeper.to_string();
        if !message.contains(&deeper_message) {
            message = format!("{message}: {deeper_message}");
        }
        cause = deeper.source();
    }
    message
}

impl From<&smtp::Error> for Undelivered {
    fn from(error: &smtp::Error) -> Self {
        let message = error.to_string();
        match error.status().map(u16::from) {
            // The server closes, wants other credentials or does not take our mail at all: not this
            // letter's fault, and no reason to count it against the letter.
            Some(421 | 454 | 530 | 534 | 535 | 538) => Self::Away(message),
            Some(500..) => Self::Refused(message),
            Some(_) => Self::Later(message),
            None => Self::Away(message),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Settings;

    fn settings(url: &str) -> MailSettings {
        let mut mail = Settings::defaults().unwrap().mail;
        mail.delivery = Delivery::Smtp;
        mail.url = url.to_owned().into();
        mail
    }

    #[test]
    fn a_wrong_address_is_told_by_its_key_and_without_its_password() {
        for url in ["", "user:secret@mail.example.com", "ftp://user:secret@mail.example.com"] {
            let error = format!("{:#}", Mailer::new(&settings(url)).err().unwrap());
            assert!(error.contains("mail.url") && !error.contains("secret"), "{error}");
        }
        let mut wrong = settings("smtp://localhost");
        wrong.from = "nobody".to_owned();
        assert!(format!("{:#}", Mailer::new(&wrong).err().unwrap()).contains("mail.from"));
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("ca.pem");
        std::fs::write(&empty, "no certificate").unwrap();
        for path in [folder.path().join("nowhere.pem"), empty] {
            let mut wrong = settings("smtps://localhost");
            wrong.ca_file = path.display().to_string();
            assert!(format!("{:#}", Mailer::new(&wrong).err().unwrap()).contains("mail.ca_file"));
        }
    }
}
