//! Who was matched agrees to be shown, on the ballot or afterwards, and exchanges contacts field by
//! field. Every fourth pair has one who does not agree, and every third waits for a "yes" that never comes.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::Context;
use serde_json::json;

use super::choosing::{Matches, would_be_shown};
use super::report::Report;
use super::seats::Guest;
use super::tell;
use super::theatre::Theatre;

/// The pairs of which both agreed to be shown and to be asked later, badge by badge.
///
/// # Errors
/// Where a step is refused.
pub async fn agree_and_exchange(
    theatre: &Theatre,
    inside: &[Arc<Guest>],
    matches: &Matches,
    report: &mut Report,
) -> anyhow::Result<Vec<(String, String)>> {
    tell("couples agree to be shown, and exchange contacts");
    let line = theatre.line.step("contact exchange");
    let places: HashMap<&str, usize> =
        inside.iter().enumerate().map(|(place, guest)| (guest.badge.as_str(), place)).collect();
    let place_of = |badge: &str| places.get(badge).copied().context("a match with somebody who is not here");
    let (mut agreed, mut opened, mut opened_early) = (Vec::new(), 0, 0);
    for (number, ((one, other), id)) in matches.iter().enumerate() {
        let places = [place_of(one)?, place_of(other)?];
        let [his, hers] = places.map(|place| &inside[place].person.phone);
        let both = number % 4 != 3;
        let consent = format!("/matches/{id}/consent");
        his.put(&line, &consent, &json!({ "show": true, "follow_up": true })).await?.ok()?;
        hers.put(&line, &consent, &json!({ "show": both, "follow_up": both })).await?.ok()?;
        if both {
            agreed.push((one.clone(), other.clone()));
            report.stage.agreed_late += usize::from(!places.into_iter().all(would_be_shown));
        }
        let contact = format!("/matches/{id}/contact");
        let first = his.post(&line, &contact, &json!({ "fields": ["email"] })).await?.ok()?;
        opened_early += usize::from(!first["contact"]["theirs"].is_null());
        if number % 3 != 2 {
            let second = hers.post(&line, &contact, &json!({ "fields": ["email"] })).await?.ok()?;
            opened += usize::from(second["contact"]["theirs"]["email"].is_string());
        }
    }
    let wanted = matches.len() - matches.len() / 3;
    let held = opened_early == 0 && opened == wanted;
    let detail = format!("{opened} of {wanted}, {opened_early} early");
    report.promise("contacts open only when both have said yes", held, detail);
    Ok(agreed)
}
