//! What a desk asks.

use chrono::{DateTime, Datelike, SubsecRound, Utc};
use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attempt::Kind;
use crate::body::{one_line, one_line_or_none};
use crate::secrets;

/// One scan, or one number typed by hand.
#[derive(Clone, Debug, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scan {
    /// What the QR says: the bare code or the whole address. This or `badge`.
    #[garde(custom(one_line_or_none(1, 500)))]
    #[schema(max_length = 500)]
    pub code: Option<String>,
    /// A number typed by hand: 男013, m13, 女８; or an applicant number, A0001.
    #[garde(custom(one_line_or_none(1, 20)), custom(one_of_two(&self.code)))]
    #[schema(max_length = 20, example = "男013")]
    pub badge: Option<String>,
    /// 128 random bits, made once a physical scan and kept through every retry.
    #[garde(custom(one_line(16, 64)))]
    #[schema(min_length = 16, max_length = 64)]
    pub nonce: String,
    /// What the desk calls itself.
    #[garde(custom(one_line(1, 64)))]
    #[schema(min_length = 1, max_length = 64)]
    pub device: String,
    #[garde(skip)]
    pub kind: Passage,
    /// When it happened by the desk's clock.
    #[garde(custom(believable))]
    pub at: Option<DateTime<Utc>>,
    /// The person has already gone through: the desk had no link.
    #[garde(skip)]
    #[serde(default)]
    pub offline: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Passage {
    Entry,
    Exit,
}

impl From<Passage> for Kind {
    fn from(passage: Passage) -> Self {
        match passage {
            Passage::Entry => Self::Entry,
            Passage::Exit => Self::Exit,
        }
    }
}

impl Scan {
    /// Tells one scan from another with the same nonce. `offline` is no part of it: a desk whose
    /// answer got lost on the way uploads the very same scan again once it has given up waiting.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        let fields = serde_json::json!([self.code, self.badge, self.kind, self.at]);
        secrets::digest(fields.to_string().as_bytes())
    }

    /// When it happened by the desk's clock, in whole microseconds.
    #[must_use]
    pub fn claimed_at(&self) -> Option<DateTime<Utc>> {
        self.at.map(|at| at.trunc_subsecs(6))
    }
}

fn one_of_two(code: &Option<String>) -> impl Fn(&Option<String>, &()) -> garde::Result {
    let has_code = code.is_some();
    move |badge, ()| match (has_code, badge.is_some()) {
        (true, false) | (false, true) => Ok(()),
        _ => Err(garde::Error::new("code_or_badge|give either code or badge")),
    }
}

/// A broken clock may say 1970; what no database can keep is refused.
pub fn believable(at: &Option<DateTime<Utc>>, (): &()) -> garde::Result {
    match at {
        Some(at) if !(1970..=2200).contains(&at.year()) => Err(garde::Error::new("out_of_range|1970 to 2200")),
        _ => Ok(()),
    }
}
