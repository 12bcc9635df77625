//! What can be configured. Read once, in `main`; nobody else looks at the environment.

use std::path::Path;

use anyhow::{Context, bail};
use config::{Config, Environment, File, FileFormat};
use secrecy::SecretString;
use serde::Deserialize;

/// The documented defaults are the defaults: this file is what runs when nothing overrides it.
const DEFAULTS: &str = include_str!("../config/default.toml");

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
    pub shutdown_seconds: u64,
    pub trusted_proxies: Vec<String>,
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
    pub auth_requests_per_minute: u32,
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

impl Settings {
    /// The defaults, then `config/{QUEQIAO_ENV}.toml` where there is one, then `QUEQIAO__…`
    /// variables. The error names the key.
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
        builder.add_source(variables).build().and_then(Config::try_deserialize).context("configuration")
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

    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let source = format!("{DEFAULTS}\n[sever]\nbind = \"x\"\n");
        let config = Config::builder().add_source(File::from_str(&source, FileFormat::Toml));
        let refused = config.build().unwrap().try_deserialize::<Settings>().unwrap_err();
        assert!(refused.to_string().contains("sever"), "{refused}");
    }
}
