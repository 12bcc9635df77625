//! What a desk hears.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::Uuid;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::attempt::{Reason, Verdict};
use super::presence::Counts;
use super::review;
use crate::registrations::registration::Side;

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Answer {
    pub result: Verdict,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The attempt on record: what an undo names.
    pub attempt: Uuid,
    /// When the person came or went; of `already_admitted` and `already_left`, when the person did so first.
    pub at: DateTime<Utc>,
    /// Where; of `already_admitted` and `already_left`, where the person did so first.
    pub by_device: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant: Option<GuestView>,
    /// What an organizer will look at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub review: Vec<review::Kind>,
    /// How many are inside now.
    pub counts: Counts,
}

/// What a desk may see of a person: never the real name, never how to reach them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = GuestShown)]
pub struct GuestView {
    /// Null for somebody without a badge.
    #[schema(example = "男013")]
    pub badge: Option<String>,
    pub nickname: String,
    pub side: Side,
    pub unit: String,
    /// The number of the person's group, once there are groups.
    #[schema(example = "3")]
    pub group: Option<String>,
    pub attention: Vec<Attention>,
}

/// What the desk should know before it waves somebody through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Attention {
    /// Gets a badge from the organizer first.
    NoBadge,
    /// Is outside since an exit on record: a second exit needs nobody's look.
    AlreadyLeft,
}
