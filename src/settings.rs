//! What can be configured. Read once, in `main`; nobody else looks at the environment.

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use config::builder::{ConfigBuilder, DefaultState};
use config::{Config, ConfigError, Environment, File, FileFormat, Value};
use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use url::Url;

use crate::network::Networks;

/// The documented defaults are the defaults: this file is what runs when nothing overrides it.
const DEFAULTS: &str = include_str!("../config/default.toml");

/// Bytes of a secret that nobody tries out.
const SHORTEST_SECRET: usize = 32;

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub server: ServerSettings,
    pub clock: ClockSettings,
    pub live: LiveSettings,
    pub database: DatabaseSettings,
    pub security: SecuritySettings,
    pub mail: MailSettings,
    pub retention: RetentionSettings,
    pub picks: PicksSettings,
    pub log: LogSettings,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerSettings {
    pub bind: String,
    pub public_url: String,
    pub workers: usize,
    pub body_limit: usize,
    pub upload_limit: usize,
    pub answer_seconds: u64,
    pub shutdown_seconds: u64,
    pub trusted_proxies: Vec<String>,
    pub connections_per_address: usize,
    pub intake_limit: usize,
    pub patience_seconds: u64,
    pub metrics_token: SecretString,
    pub styleguide: bool,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockSettings {
    pub confirm_minutes: u32,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveSettings {
    pub heartbeat_seconds: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSettings {
    pub url: SecretString,
    pub connections: u32,
    pub wait_seconds: u64,
    pub connect_seconds: u64,
    pub lock_seconds: u64,
    pub statement_seconds: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SecuritySettings {
    pub secret: SecretString,
    pub secret_beside: SecretString,
    pub secret_file: String,
    pub house: String,
    pub hashings: usize,
    pub sign_in_failures: u64,
    pub sign_in_rest_seconds: i64,
    pub sign_in_guesses_a_day: u64,
    pub auth_requests_per_minute: u32,
    pub second_factor: SecondFactor,
    pub idle_hours: u32,
    pub administrator_idle_hours: u32,
    pub leaked_passwords: String,
}

/// Of whom the house demands a second factor.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    Administrators,
    Nobody,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    Kept,
    Smtp,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    pub delivery: Delivery,
    pub url: SecretString,
    pub ca_file: String,
    pub from: String,
    pub timeout_seconds: u64,
    pub answer_seconds: u64,
    pub lease_seconds: u64,
    pub tries: i32,
    pub refusals: i32,
    pub workers: usize,
    pub recall_seconds: u64,
}

impl MailSettings {
    /// Whether letters stay in the outbox: then none of them is sent.
    #[must_use]
    pub fn keeps_letters(&self) -> bool {
        self.delivery == Delivery::Kept
    }
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionSettings {
    pub letters_days: u32,
    pub replays_hours: u32,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PicksSettings {
    pub key_dir: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogSettings {
    pub filter: String,
    pub format: LogFormat,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    Text,
    Json,
}

/// What is wrong with which setting.
pub type Wrong = (String, String);

impl Settings {
    /// The defaults, then `config/{QUEQIAO_ENV}.toml` where there is one, then `QUEQIAO__…`
    /// variables. The error names every key that is wrong, a line each.
    pub fn load() -> anyhow::Result<Self> {
        #[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
        let environment = std::env::var("QUEQIAO_ENV").unwrap_or_default();
        let mut builder = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if !environment.is_empty() {
            let path = format!("config/{environment}.toml");
            if !Path::new(&path).exists() {
                bail!("QUEQIAO_ENV={environment}: there is no {path}");
            }
            builder = builder.add_source(File::new(&path, FileFormat::Toml));
        }
        let variables = Environment::with_prefix("QUEQIAO")
            .prefix_separator("__")
            .separator("__")
            .try_parsing(true)
            .list_separator(",")
            .with_list_parse_key("server.trusted_proxies");
        Self::read(builder.add_source(variables).build().context("configuration")?).map_err(|wrong| {
            let lines: Vec<String> = wrong.into_iter().map(|(key, words)| format!("{key}: {words}")).collect();
            anyhow!("{}", lines.join("\n"))
        })
    }

    /// Everything that is wrong, not only what is met first: a value of another type is set aside for
    /// the default and told with those that are out of range.
    fn read(mut config: Config) -> Result<Self, Vec<Wrong>> {
        let told = |words: ConfigError| vec![("configuration".to_owned(), words.to_string())];
        let defaults =
            Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml)).build().map_err(told)?;
        let mut wrong = Vec::new();
        loop {
            let refused = match serde_path_to_error::deserialize::<_, Self>(config.clone()) {
                Ok(settings) => {
                    let known: Vec<String> = wrong.iter().map(|(key, _): &Wrong| key.clone()).collect();
                    wrong.extend(settings.judge().into_iter().filter(|(key, _)| !known.contains(key)));
                    return if wrong.is_empty() { Ok(settings) } else { Err(wrong) };
                }
                Err(refused) => refused,
            };
            let key = refused.path().to_string();
            let default = defaults.get::<Value>(&key).ok().filter(|_| !wrong.iter().any(|(known, _)| *known == key));
            wrong.push((key.clone(), refused.into_inner().to_string()));
            // A key that is not in the defaults cannot be set aside: what follows from it stays untold.
            let Some(default) = default else { return Err(wrong) };
            let aside = Config::builder().add_source(config).set_override(&key, default);
            config = aside.and_then(ConfigBuilder::<DefaultState>::build).map_err(told)?;
        }
    }

    /// The defaults alone, for tests and rehearsals that override fields in code.
    pub fn defaults() -> anyhow::Result<Self> {
        let source = File::from_str(DEFAULTS, FileFormat::Toml);
        Ok(Config::builder().add_source(source).build()?.try_deserialize()?)
    }

    /// What of the right type cannot be meant.
    #[must_use]
    pub fn judge(&self) -> Vec<Wrong> {
        let mut wrong = self.out_of_range();
        let Self { server, database, security, mail, log, .. } = self;
        let mut check = |key: &str, outcome: Result<(), String>| {
            if let Err(words) = outcome {
                wrong.push((key.to_owned(), words));
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
            ("mail.recall_seconds", mail.recall_seconds, 0..=3600),
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

fn mail_server(url: &str) -> Result<(), String> {
    let known = url.parse::<Url>().is_ok_and(|read| matches!(read.scheme(), "smtp" | "smtps") && read.has_host());
    // Never shown: it holds a password.
    known.then_some(()).ok_or_else(|| "is not smtp://HOST or smtps://HOST".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_defaults_are_complete() {
        assert_eq!(Settings::defaults().unwrap().server.bind, "127.0.0.1:8080");
    }

    fn faulty_keys(own: &str) -> Vec<String> {
        let source = |text| File::from_str(text, FileFormat::Toml);
        let config = Config::builder().add_source(source(DEFAULTS)).add_source(source(own)).build().unwrap();
        Settings::read(config).err().unwrap_or_default().into_iter().map(|(key, _)| key).collect()
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once_by_its_key() {
        assert_eq!(faulty_keys(""), [""; 0]);
        let own = r#"
            server.trusted_proxies = ["10.0.0.1", "10.0.0/8"]
            server.workers = "many"
            server.body_limit = 0
            server.public_url = "queqiao.example"
            server.bind = "8080"
            database.connections = 0
            security.secret = "short"
            security.hashings = -1
            mail.from = "nobody"
            log.format = "xml"
            log.filter = "queqiao=loud"
            retention.replays_hours = 0
        "#;
        let mut keys = faulty_keys(own);
        keys.sort();
        let wanted = [
            "database.connections",
            "log.filter",
            "log.format",
            "mail.from",
            "retention.replays_hours",
            "security.hashings",
            "security.secret",
            "server.bind",
            "server.body_limit",
            "server.public_url",
            "server.trusted_proxies",
            "server.workers",
        ];
        assert_eq!(keys, wanted);
        assert_eq!(faulty_keys("server.public_url = \"https://queqiao.example/singles\""), ["server.public_url"]);
        assert_eq!(faulty_keys("server.public_url = \"https://queqiao.example:8443\""), [""; 0]);
        assert_eq!(faulty_keys("mail.delivery = \"smtp\""), ["mail.url"]);
        assert_eq!(faulty_keys("sever.bind = \"x\""), ["sever"]);
    }

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let source = format!("{DEFAULTS}\n[sever]\nbind = \"x\"\n");
        let config = Config::builder().add_source(File::from_str(&source, FileFormat::Toml));
        let refused = config.build().unwrap().try_deserialize::<Settings>().unwrap_err();
        assert!(refused.to_string().contains("sever"), "{refused}");
    }
}
