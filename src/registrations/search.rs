//! What an organizer looks for in the roll.

use sea_orm::{JoinType, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use super::registration;
use crate::accounts::profile;
use crate::app::App;
use crate::error::{Error, Fault, FieldError, Refused};
use crate::folding;
use crate::sealed::{self, Sealed};

/// What somebody who searches typed.
pub enum Search {
    Number(i32),
    /// Part of a name, as it was typed.
    Name(String),
}

/// A number said as a number is that number; anything else is looked for in names.
pub fn parse_search(text: &str) -> Result<Search, Error> {
    if text.chars().count() > 60 {
        return Err(Refused::invalid(vec![FieldError::new("q", "too_long", "at most 60 characters")]).into());
    }
    let text = folding::plain(text);
    let digits = text.strip_prefix(['A', 'a']).unwrap_or(&text);
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i32>().ok()).flatten();
    Ok(number.map_or_else(|| Search::Name(text), Search::Number))
}

/// The first numbers among these applications whose nickname or real name holds the words. Real names
/// are sealed, so those of the event, some thousands at most, are opened and looked through here.
pub async fn named(app: &App, rows: Select<registration::Entity>, part: &str, most: u64) -> Result<Vec<i32>, Fault> {
    let people: Vec<(i32, Uuid, String, Option<Sealed>)> = rows
        .select_only()
        .column(registration::Column::Number)
        .columns([profile::Column::AccountId, profile::Column::Nickname, profile::Column::RealName])
        .join(JoinType::InnerJoin, registration::Entity::to_profile())
        .order_by_asc(registration::Column::Number)
        .into_tuple()
        .all(app.database.reader())
        .await?;
    // A real name is its letters; a nickname may be a star.
    let (part, letters) = (folding::compared(part), folding::letters(part));
    let mut found = Vec::new();
    for (number, account, nickname, real_name) in people {
        if found.len() as u64 >= most {
            break;
        }
        let is_meant = (!part.is_empty() && folding::compared(&nickname).contains(&part))
            || sealed::REAL_NAME
                .open_if_any(&app.secrets, &[account], real_name.as_ref())?
                .is_some_and(|name| !letters.is_empty() && folding::letters(&name).contains(&letters));
        if is_meant {
            found.push(number);
        }
    }
    Ok(found)
}
