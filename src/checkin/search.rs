//! A guest without a phone says a name, and the desk finds the badge.
//!
//! People say the name they are called by, and that is often the real one, so a whole real name is
//! understood. Nothing of it comes back: the answer is what the badge on their chest shows anyway, a
//! number and a nickname, and a real name that was only begun finds nobody, so that no list of names
//! can be spelt out letter by letter. What is left is that a desk who knows somebody's whole name can
//! ask whether they are coming: five rows, whoever asked and whom they found on record.

use garde::Validate;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationDef};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::accounts::{account, profile};
use crate::app::App;
use crate::audit::Deed;
use crate::badges::badge;
use crate::badges::number::Number;
use crate::body::one_line;
use crate::error::{Error, Fault};
use crate::events::access::Desk;
use crate::registrations::registration::{self, Side};
use crate::sealed;
use crate::units::unit::folded;

/// A desk may find somebody, and may not browse.
const MOST_ROWS: usize = 5;

#[derive(Debug, Deserialize, Validate, ToSchema)]
#[schema(as = GuestName)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// From two Chinese characters or three others; less finds nobody.
    #[garde(custom(one_line(0, 40)))]
    #[schema(max_length = 40)]
    pub name: String,
}

/// All that a desk is told: never the real name, though it may be what was asked for.
#[derive(Debug, Serialize, PartialEq, Eq, ToSchema)]
pub struct Hit {
    #[schema(example = "男013")]
    pub badge: String,
    pub nickname: String,
}

/// What came of a search.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GuestsFound)]
pub struct Found {
    pub items: Vec<Hit>,
    pub next: Option<String>,
    /// False where the name was too short to look for: two Chinese characters or three others say enough.
    pub says_enough: bool,
}

/// Finds people with a badge by a part of their nickname or by their whole real name, at most
/// five. Who asked and whom they found is on record; what they typed is not, being personal.
///
/// # Errors
/// Only faults.
pub async fn search(app: &App, desk: &Desk, name: &str) -> Result<Found, Error> {
    let wanted = folded(name);
    if !says_enough(&wanted) {
        return Ok(Found { items: Vec::new(), next: None, says_enough: false });
    }
    let txn = app.database.begin_write().await?;
    let guests = guests(&txn, desk.event.id).await?;
    // Real names stay sealed: a whole one is known by its digest.
    let whole = sealed::REAL_NAME.digest(&app.secrets, name);
    let is_meant =
        |nickname: &str, real_name: Option<&Vec<u8>>| folded(nickname).contains(&wanted) || real_name == Some(&whole);
    let hits: Vec<Hit> = guests
        .into_iter()
        .filter(|(_, _, nickname, real_name)| is_meant(nickname, real_name.as_ref()))
        .take(MOST_ROWS)
        .map(|(side, number, nickname, _)| Hit { badge: Number { side, number }.to_string(), nickname })
        .collect();
    let found: Vec<&str> = hits.iter().map(|hit| hit.badge.as_str()).collect();
    let detail = match desk.device() {
        Some(device) => json!({ "found": found, "device": device.name }),
        None => json!({ "found": found }),
    };
    desk.records(Deed::GuestsSearched).about("event", desk.event.id).with(detail).record(&txn, app).await?;
    txn.commit().await?;
    Ok(Found { items: hits, next: None, says_enough: true })
}

type Guest = (Side, i32, String, Option<Vec<u8>>);

/// Everyone with a badge. Nicknames are compared here and not in the database, because neither of the
/// two folds full-width letters or the case of all alphabets.
async fn guests(db: &impl ConnectionTrait, event_id: Uuid) -> Result<Vec<Guest>, Fault> {
    let on_registration: RelationDef = badge::Entity::belongs_to(registration::Entity)
        .from(badge::Column::RegistrationId)
        .to(registration::Column::Id)
        .into();
    let on_profile: RelationDef = registration::Entity::belongs_to(profile::Entity)
        .from(registration::Column::AccountId)
        .to(profile::Column::AccountId)
        .into();
    let on_account: RelationDef = registration::Entity::belongs_to(account::Entity)
        .from(registration::Column::AccountId)
        .to(account::Column::Id)
        .into();
    let guests = badge::Entity::of_event(event_id)
        .filter(account::Column::ErasedAt.is_null())
        .select_only()
        .columns([badge::Column::Side, badge::Column::Number])
        .columns([profile::Column::Nickname, profile::Column::RealNameDigest])
        .join(JoinType::InnerJoin, on_registration)
        .join(JoinType::InnerJoin, on_account)
        .join(JoinType::InnerJoin, on_profile)
        .order_by_asc(badge::Column::Side)
        .order_by_asc(badge::Column::Number)
        .into_tuple()
        .all(db)
        .await?;
    Ok(guests)
}

fn says_enough(wanted: &str) -> bool {
    let chinese = wanted.chars().filter(|c| is_chinese(*c)).count();
    chinese >= 2 || wanted.chars().count() >= 3
}

/// Han characters: the unified ideographs, their extensions and the compatibility block.
fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_chinese_characters_or_three_others_say_enough() {
        for enough in ["张伟", "欧阳", "abc", "a张伟", "李ab", "𠮷野"] {
            assert!(says_enough(enough), "{enough}");
        }
        for too_little in ["", "张", "ab", "张a", "%%"] {
            assert!(!says_enough(too_little), "{too_little}");
        }
    }
}
