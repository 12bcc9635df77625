//! One person's device: it keeps the tokens and renews them when the quarter of an hour is over. Where
//! nobody used it for so long that its sign-in has ended, its owner signs in again.

use anyhow::Context;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::client::{Answer, Line};

pub struct Phone {
    line: Line,
    /// What its owner signs in with; Null before they have.
    credentials: Value,
    tokens: Mutex<Tokens>,
}

struct Tokens {
    access: String,
    refresh: String,
}

impl Phone {
    /// A phone nobody signed in on yet.
    #[must_use]
    pub fn new(line: &Line) -> Self {
        let nobody = Tokens { access: String::new(), refresh: String::new() };
        Self { line: line.clone(), credentials: Value::Null, tokens: Mutex::new(nobody) }
    }

    /// Signs in.
    ///
    /// # Errors
    /// Where the house does not let the person in.
    pub async fn sign_in(line: &Line, email: &str, password: &str) -> anyhow::Result<Self> {
        let credentials = json!({ "email": email, "password": password });
        let given = line.call(Method::POST, "/auth/login", None, Some(&credentials)).await?.ok()?;
        Ok(Self { line: line.clone(), credentials, tokens: Mutex::new(Tokens::read(&given)?) })
    }

    /// A request that renews the token once where it has run out.
    ///
    /// # Errors
    /// Where no answer came at all.
    pub async fn call(&self, line: &Line, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Answer> {
        let token = self.tokens.lock().await.access.clone();
        let answer = line.call(method.clone(), path, Some(&token), body).await?;
        if answer.status != 401 {
            return Ok(answer);
        }
        let token = self.renew(&token).await?;
        line.call(method, path, Some(&token), body).await
    }

    pub async fn get(&self, line: &Line, path: &str) -> anyhow::Result<Answer> {
        self.call(line, Method::GET, path, None).await
    }

    pub async fn post(&self, line: &Line, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.call(line, Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, line: &Line, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.call(line, Method::PUT, path, Some(body)).await
    }

    /// A token that is good now, for requests made by hand.
    ///
    /// # Errors
    /// Where the house does not renew it.
    pub async fn token(&self) -> anyhow::Result<String> {
        let spent = self.tokens.lock().await.access.clone();
        self.renew(&spent).await
    }

    async fn renew(&self, spent: &str) -> anyhow::Result<String> {
        let mut tokens = self.tokens.lock().await;
        // Somebody else of this device may have renewed it while we waited.
        if tokens.access == spent {
            let body = json!({ "refresh_token": tokens.refresh });
            let line = self.line.step("tokens renewed");
            let mut given = line.call(Method::POST, "/auth/refresh", None, Some(&body)).await?;
            if given.status == 401 && !self.credentials.is_null() {
                given = line.call(Method::POST, "/auth/login", None, Some(&self.credentials)).await?;
            }
            *tokens = Tokens::read(&given.ok()?)?;
        }
        Ok(tokens.access.clone())
    }
}

impl Tokens {
    fn read(given: &Value) -> anyhow::Result<Self> {
        let text = |name: &str| given[name].as_str().map(str::to_owned).with_context(|| format!("no {name}"));
        Ok(Self { access: text("access_token")?, refresh: text("refresh_token")? })
    }
}
