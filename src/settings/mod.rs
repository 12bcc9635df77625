//! What can be configured. Read once, in `main`; nobody else looks at the environment.

mod validation;

use std::path::Path;

use anyhow::{Context, anyhow, bail};
use config::builder::{ConfigBuilder, DefaultState};
use config::{Config, ConfigError, Environment, File, FileFormat, Value};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// The documented defaults are the defaults: this file is what runs when nothing overrides it.
const DEFAULTS: &str = include_str!("../../config/default.toml");

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
    pub leave_seconds: u64,
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
    pub key_store: SecretString,
    pub key_store_is_volatile: bool,
}

impl PicksSettings {
    /// The address of the server that keeps keys for several hosts; None where they lie in a folder or in memory.
    #[must_use]
    pub fn key_server(&self) -> Option<&SecretString> {
        let schemes = ["redis://", "rediss://", "valkey://", "valkeys://"];
        let address = self.key_store.expose_secret().to_ascii_lowercase();
        schemes.iter().any(|scheme| address.starts_with(scheme)).then_some(&self.key_store)
    }
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
            let lines: Vec<String> = wrong.into_iter().map(|(key, message)| format!("{key}: {message}")).collect();
            anyhow!("{}", lines.join("\n"))
        })
    }

    /// Everything that is wrong, not only what is met first: a value of another type is set aside for
    /// the default and told with those that are out of range.
    fn read(mut config: Config) -> Result<Self, Vec<Wrong>> {
        let unreadable = |message: ConfigError| vec![("configuration".to_owned(), message.to_string())];
        let defaults =
            Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml)).build().map_err(unreadable)?;
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
            config = aside.and_then(ConfigBuilder::<DefaultState>::build).map_err(unreadable)?;
        }
    }

    /// The defaults alone, for tests and rehearsals that override fields in code.
    pub fn defaults() -> anyhow::Result<Self> {
        let source = File::from_str(DEFAULTS, FileFormat::Toml);
        Ok(Config::builder().add_source(source).build()?.try_deserialize()?)
    }
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
        assert_eq!(faulty_keys("picks.key_store = \"redis://:hush@keys:6379/0\""), [""; 0]);
        assert_eq!(faulty_keys("picks.key_store = \"redis://:hush@keys:6379/first\""), ["picks.key_store"]);
        assert_eq!(faulty_keys("picks.key_store = \"redis-sentinel://:hush@keys:6379\""), ["picks.key_store"]);
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
