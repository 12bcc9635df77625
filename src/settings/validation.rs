//! What is wrong with settings that are of the right type.

use lettre::message::Mailbox;
use secrecy::ExposeSecret;
use tracing_subscriber::EnvFilter;
use url::Url;

use super::{Delivery, PicksSettings, Settings, Wrong};
use crate::network::Networks;

/// Bytes of a secret that nobody tries out.
const SHORTEST_SECRET: usize = 32;

impl Settings {
    /// What of the right type cannot be meant.
    #[must_use]
    pub fn judge(&self) -> Vec<Wrong> {
        let mut wrong = self.out_of_range();
        let Self { server, database, security, mail, picks, log, .. } = self;
        let mut check = |key: &str, outcome: Result<(), String>| {
            if let Err(message) = outcome {
                wrong.push((key.to_owned(), message));
            }
        };
        check("server.bind", address_and_port(&server.bind));
        check("server.public_url", public_address(&server.public_url));
        let proxies = Networks::read(&server.trusted_proxies).map(drop);
        let neither = |entry| format!("{entry:?} is neither an address nor a network (10.0.0.0/8)");
        check("server.trusted_proxies", proxies.map_err(neither));
        let url = database.url.expose_secret();
        let known = ["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
        check("database.url", known.then_some(()).ok_or("neither sqlite:// nor postgres://".to_owned()));
        let secret = security.secret.expose_secret();
        let long = secret.is_empty() || secret.len() >= SHORTEST_SECRET;
        check("security.secret", long.then_some(()).ok_or(format!("at least {SHORTEST_SECRET} bytes are needed")));
        let kept = !secret.is_empty() || !security.secret_file.is_empty();
        check("security.secret_file", kept.then_some(()).ok_or("a file is needed where there is no secret".to_owned()));
        check("mail.from", mail.from.parse::<Mailbox>().map(drop).map_err(|wrong| format!("{:?}: {wrong}", mail.from)));
        let delivers = mail.delivery == Delivery::Smtp;
        check("mail.url", if delivers { mail_server(mail.url.expose_secret()) } else { Ok(()) });
        check("picks.key_store", key_store(picks));
        check("log.filter", EnvFilter::try_new(&log.filter).map(drop).map_err(|wrong| wrong.to_string()));
        wrong
    }

    fn out_of_range(&self) -> Vec<Wrong> {
        let Self { server, live, database, security, mail, retention, .. } = self;
        let size = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let ranges = [
            ("server.workers", size(server.workers), 0..=1024),
            ("server.body_limit", size(server.body_limit), 4096..=16 << 20),
            ("server.upload_limit", size(server.upload_limit), 65_536..=64 << 20),
            ("server.leave_seconds", server.leave_seconds, 0..=600),
            ("server.shutdown_seconds", server.shutdown_seconds, 0..=3600),
            ("server.connections_per_address", size(server.connections_per_address), 16..=1_000_000),
            ("server.intake_limit", size(server.intake_limit), 16 << 20..=64 << 30),
            ("server.patience_seconds", server.patience_seconds, 1..=600),
            ("live.heartbeat_seconds", live.heartbeat_seconds, 1..=3600),
            ("database.connections", database.connections.into(), 1..=10_000),
            ("security.hashings", size(security.hashings), 1..=1024),
            ("security.sign_in_failures", security.sign_in_failures, 1..=10_000),
            ("security.sign_in_rest_seconds", count(security.sign_in_rest_seconds), 1..=604_800),
            ("security.auth_requests_per_minute", security.auth_requests_per_minute.into(), 1..=10_000_000),
            ("security.idle_hours", security.idle_hours.into(), 1..=87_600),
            ("security.administrator_idle_hours", security.administrator_idle_hours.into(), 1..=87_600),
            ("mail.timeout_seconds", mail.timeout_seconds, 1..=3600),
            ("mail.tries", count(mail.tries.into()), 1..=100_000),
            ("mail.refusals", count(mail.refusals.into()), 1..=100_000),
            ("mail.workers", size(mail.workers), 1..=1024),
            ("retention.letters_days", retention.letters_days.into(), 0..=36_500),
            ("retention.replays_hours", retention.replays_hours.into(), 1..=8_760),
        ];
        let outside = ranges.into_iter().filter(|(_, value, range)| !range.contains(value));
        outside
            .map(|(key, _, range)| (key.to_owned(), format!("must be {} to {}", range.start(), range.end())))
            .collect()
    }
}

fn address_and_port(bind: &str) -> Result<(), String> {
    let (host, port) = bind.rsplit_once(':').unwrap_or_default();
    let fits = !host.is_empty() && port.parse::<u16>().is_ok();
    fits.then_some(()).ok_or_else(|| format!("{bind:?} is no address and port (127.0.0.1:8080)"))
}

/// Links are made by putting paths behind it, and a browser's Origin is compared with it.
fn public_address(url: &str) -> Result<(), String> {
    if url.is_empty() {
        return Ok(());
    }
    let plain = url.parse::<Url>().is_ok_and(|read| {
        let own = read.username().is_empty() && read.password().is_none();
        matches!(read.scheme(), "http" | "https")
            && read.has_host()
            && own
            && read.path() == "/"
            && read.query().is_none()
            && read.fragment().is_none()
    });
    plain.then_some(()).ok_or_else(|| format!("{url:?} is not https:// (or http://) and a host, without a path"))
}

fn key_store(picks: &PicksSettings) -> Result<(), String> {
    let is_known = match picks.key_server() {
        Some(address) => redis::Client::open(address.expose_secret()).is_ok(),
        // An address of another kind is no folder: it would be made, hold the keys, and be called like the password.
        None => !picks.key_store.expose_secret().contains("://"),
    };
    // Never shown: it holds a password.
    is_known.then_some(()).ok_or_else(|| "is not redis://HOST:PORT/NUMBER".to_owned())
}

fn mail_server(url: &str) -> Result<(), String> {
    let known = url.parse::<Url>().is_ok_and(|read| matches!(read.scheme(), "smtp" | "smtps") && read.has_host());
    // Never shown: it holds a password.
    known.then_some(()).ok_or_else(|| "is not smtp://HOST or smtps://HOST".to_owned())
}
