//! The letter of this room: who invites to what. It is the same whether or not there is an account,
//! and names nobody but who invites.

use super::invitation::{self, Kind, LIFETIME};
use super::invite::Purpose;
use crate::accounts::recipient::Recipient;
use crate::app::App;
use crate::error::Fault;
use crate::language::Language;
use crate::mail::letter::{Letter, letter_words};
use crate::page::fluent;

letter_words! {
    Invitation<'a> { union: &'a str, what: String, days: i64 }
    "invitations/invitation.zh.txt" "invitations/invitation.en.txt"
}

/// To what somebody is invited, as the end of a sentence: 担任「…」的签到员.
#[must_use]
pub fn what(language: Language, kind: Kind, thing: &str) -> String {
    fluent::say(language, &format!("invited-to-{}", kind.word()), &[("thing", thing.to_owned().into())])
}

/// The letter, with the link that answers it.
pub fn invitation(app: &App, invitation: &invitation::Model, purpose: &Purpose, token: &str) -> Result<Letter, Fault> {
    let to = Recipient::without_account(invitation.address(app)?, invitation.language);
    let what = what(to.language, purpose.kind, &purpose.thing);
    let text = Invitation { union: &purpose.union, what, days: LIFETIME.num_days() };
    Ok(Letter {
        event_id: invitation.event_id,
        dedupe: Some(format!("invitation:{}:{}", invitation.id, invitation.letters)),
        ..Letter::new(app, "invitation", &to, text, &format!("/invitation?token={token}"))?
    })
}
