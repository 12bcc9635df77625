//! How the rehearsal talks to the house: over HTTP like everybody else, with a watch in hand.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use reqwest::Method;
use serde_json::Value;

/// One address, one step's name, and what it took.
#[derive(Clone)]
pub struct Line {
    pub http: reqwest::Client,
    pub address: String,
    step: &'static str,
    watch: Arc<Mutex<Watch>>,
}

/// What the rehearsal measured: times by step, and answers of 500 and above.
#[derive(Default)]
pub struct Watch {
    pub times: BTreeMap<&'static str, Vec<Duration>>,
    pub order: Vec<&'static str>,
    pub errors: Vec<String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub bytes: Vec<u8>,
    /// Null where the body is not JSON.
    pub json: Value,
}

impl Answer {
    /// The body of a success.
    ///
    /// # Errors
    /// Any other status, with the refusal's words.
    pub fn ok(self) -> anyhow::Result<Value> {
        if (200..300).contains(&self.status) {
            return Ok(self.json);
        }
        bail!("{}: {}", self.status, String::from_utf8_lossy(&self.bytes));
    }

    #[must_use]
    pub fn code(&self) -> &str {
        self.json["code"].as_str().unwrap_or_default()
    }
}

impl Line {
    /// # Errors
    /// Where no HTTP client can be made.
    pub fn to(address: String) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .pool_max_idle_per_host(512)
            .pool_idle_timeout(Duration::from_secs(20))
            .timeout(Duration::from_secs(60))
            .build()?;
        Ok(Self { http, address, step: "", watch: Arc::default() })
    }

    /// The same line, its calls counted under another step.
    #[must_use]
    pub fn step(&self, step: &'static str) -> Self {
        let mut watch = self.watch();
        if !watch.order.contains(&step) {
            watch.order.push(step);
        }
        drop(watch);
        Self { step, ..self.clone() }
    }

    /// One request, timed.
    ///
    /// # Errors
    /// Where no answer came at all.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        token: Option<&str>,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let mut request = self.http.request(method.clone(), format!("{}/api/v1{path}", self.address));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        self.send(request, &format!("{method} {path}")).await
    }

    /// A request of the caller's own making, timed.
    ///
    /// # Errors
    /// Where no answer came at all.
    pub async fn send(&self, request: reqwest::RequestBuilder, what: &str) -> anyhow::Result<Answer> {
        let begun = Instant::now();
        let response = request.send().await.with_context(|| what.to_owned())?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.with_context(|| what.to_owned())?.to_vec();
        let mut watch = self.watch();
        watch.times.entry(self.step).or_default().push(begun.elapsed());
        if status >= 500 {
            watch.errors.push(format!("{what}: {status}"));
        }
        drop(watch);
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Answer { status, bytes, json })
    }

    /// What was measured so far.
    pub fn watch(&self) -> std::sync::MutexGuard<'_, Watch> {
        self.watch.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
