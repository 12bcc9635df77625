//! A desk has its link back and sends what it scanned meanwhile.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::admit::admit;
use super::answer::Answer;
use super::scan::{Scan, believable};
use crate::app::App;
use crate::body;
use crate::error::{Error, Fault, Problem, Refused};
use crate::events::access::Desk;

/// A part of a desk's queue, oldest first.
#[derive(Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// 1 to 200; each is judged by itself, and one that is not valid does not keep the others out.
    #[garde(length(min = 1, max = 200))]
    #[schema(value_type = Vec<Scan>, min_items = 1, max_items = 200)]
    pub scans: Vec<Value>,
    /// The desk's clock while it sends: tells a wrong clock from a long queue.
    #[garde(custom(believable))]
    pub sent_at: Option<DateTime<Utc>>,
}

/// What one scan of a queue was answered, as it would have been alone.
#[derive(Debug, Serialize, ToSchema)]
pub struct Uploaded {
    /// Null where the scan had none.
    pub nonce: Option<String>,
    pub status: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Problem>)]
    pub problem: Option<Value>,
}

/// Judges scans in the order they come, each in a transaction of its own: a desk that hears
/// nothing sends the whole queue again, and what was recorded the first time is answered the same.
///
/// # Errors
/// Only faults; what was judged before the fault stays recorded.
pub async fn upload(app: &Arc<App>, desk: &Desk, queue: Queue) -> Result<Vec<Uploaded>, Error> {
    let mut uploaded = Vec::with_capacity(queue.scans.len());
    for entry in queue.scans {
        let nonce = entry.get("nonce").and_then(Value::as_str).map(str::to_owned);
        uploaded.push(match one(app, desk, &entry, queue.sent_at).await {
            Ok(answer) => Uploaded { nonce, status: 200, answer: Some(answer), problem: None },
            Err(Error::Refused(refused)) => refusal(nonce, &refused),
            Err(fault) => return Err(fault),
        });
    }
    Ok(uploaded)
}

async fn one(app: &App, desk: &Desk, entry: &Value, sent_at: Option<DateTime<Utc>>) -> Result<Answer, Error> {
    let scan: Scan = body::parse(entry.to_string().as_bytes())?;
    let bytes = admit(app, desk, &scan, sent_at).await?;
    Ok(serde_json::from_slice(&bytes).map_err(Fault::of)?)
}

fn refusal(nonce: Option<String>, refused: &Refused) -> Uploaded {
    Uploaded { nonce, status: refused.status.as_u16(), answer: None, problem: Some(refused.body()) }
}
