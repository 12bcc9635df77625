//! A desk has its link back and sends what it scanned meanwhile.

use anyhow::anyhow;
use chrono::{DateTime, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa::openapi::schema::{AnyOfBuilder, Array, ArrayBuilder, Object, Ref, SchemaType};

use super::admit::{Request, admit_all};
use super::scan::{Scan, believable};
use super::scan_answer::Answer;
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
    #[schema(schema_with = entries)]
    pub scans: Vec<Value>,
    /// The desk's clock while it sends: tells a wrong clock from a long queue.
    #[garde(custom(believable))]
    pub sent_at: Option<DateTime<Utc>>,
}

/// Scans, and whatever else may stand among them: it is answered in its place with what is wrong with it.
fn entries() -> Array {
    let entry = AnyOfBuilder::new().item(Ref::from_schema_name("Scan")).item(Object::with_type(SchemaType::AnyValue));
    let about = "1 to 200; each is judged by itself, and one that is not valid does not keep the others out.";
    ArrayBuilder::new().items(entry).min_items(Some(1)).max_items(Some(200)).description(Some(about)).build()
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

/// How many are judged in one transaction.
const TOGETHER: usize = 100;

/// Judges scans in the order they come: a desk that hears nothing sends the whole queue again, and what was
/// recorded the first time is answered the same.
///
/// # Errors
/// Only faults; what was judged before the fault stays recorded.
pub async fn upload(app: &App, desk: &Desk, queue: Queue) -> Result<Vec<Uploaded>, Error> {
    let mut uploaded = Vec::with_capacity(queue.scans.len());
    for entries in queue.scans.chunks(TOGETHER) {
        let read: Vec<Result<Request, Error>> = entries.iter().map(|entry| read(desk, entry, queue.sent_at)).collect();
        let requests: Vec<Request> = read.iter().filter_map(|read| read.as_ref().ok()).cloned().collect();
        let mut judged = admit_all(app, &requests).await?.into_iter();
        for (entry, read) in entries.iter().zip(read) {
            let nonce = entry.get("nonce").and_then(Value::as_str).map(str::to_owned);
            let answered = match read {
                Ok(_) => judged.next().ok_or_else(|| anyhow!("a scan without an answer"))?,
                Err(wrong) => Err(wrong),
            };
            uploaded.push(match answered {
                Ok(bytes) => {
                    let answer = Some(serde_json::from_slice(&bytes).map_err(Fault::of)?);
                    Uploaded { nonce, status: 200, answer, problem: None }
                }
                Err(Error::Refused(refused)) => refusal(nonce, &refused),
                Err(fault) => return Err(fault),
            });
        }
    }
    Ok(uploaded)
}

fn read(desk: &Desk, entry: &Value, sent_at: Option<DateTime<Utc>>) -> Result<Request, Error> {
    let scan: Scan = body::parse(entry.to_string().as_bytes())?;
    desk.speaks_as(&scan.device)?;
    Ok(Request { desk: desk.clone(), scan, sent_at })
}

fn refusal(nonce: Option<String>, refused: &Refused) -> Uploaded {
    Uploaded { nonce, status: refused.refusal.status.as_u16(), answer: None, problem: Some(refused.body()) }
}
