//! The letter of this room: who invites to what. It is the same whether or not there is an account,
//! and names nobody but who invites.

use askama::Template;

use super::invitation::{self, Kind, LIFETIME};
use super::invite::Purpose;
use crate::app::App;
use crate::error::Fault;
use crate::language::Language;
use crate::mail::letter::{Action, Draft};
use crate::page::fluent;

#[derive(Template)]
#[template(path = "invitations/invitation.zh.txt", escape = "none")]
struct InvitationZh<'a> {
    union: &'a str,
    what: String,
    days: i64,
}

#[derive(Template)]
#[template(path = "invitations/invitation.en.txt", escape = "none")]
struct InvitationEn<'a> {
    union: &'a str,
    what: String,
    days: i64,
}

/// To what somebody is invited, as the end of a sentence: 担任「…」的签到员.
#[must_use]
pub fn what(language: Language, kind: Kind, thing: &str) -> String {
    fluent::say(language, &format!("invited-to-{}", kind.word()), &[("thing", thing.to_owned().into())])
}

/// The letter, with the link that answers it.
pub fn invitation(app: &App, invitation: &invitation::Model, purpose: &Purpose, token: &str) -> Result<Draft, Fault> {
    let (union, language, days) = (purpose.union.as_str(), invitation.language, LIFETIME.num_days());
    let what = what(language, purpose.kind, &purpose.thing);
    let words = match language {
        Language::Zh => InvitationZh { union, what, days }.render(),
        Language::En => InvitationEn { union, what, days }.render(),
    };
    Ok(Draft {
        kind: "invitation",
        to: invitation.address(app)?,
        account_id: None,
        event_id: invitation.event_id,
        language,
        words: words.map_err(Fault::of)?,
        action: Some(Action {
            label: language.choose("查看邀请", "See the invitation").to_owned(),
            url: app.public_url(&format!("/invitation?token={token}")),
        }),
        attachments: Vec::new(),
        dedupe: Some(format!("invitation:{}:{}", invitation.id, invitation.letters)),
        not_before: None,
    })
}
