//! What somebody says who accepts, and where it goes.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use garde::Validate;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::accounts::account;
use crate::accounts::consent::{Agreed, Sentence};
use crate::accounts::nickname::nickname_rule;
use crate::accounts::profile::Gender;
use crate::app::App;
use crate::body::one_line;
use crate::database::Write;
use crate::error::Error;
use crate::events::appoint_crew;
use crate::folding;
use crate::happening::What;
use crate::invitations::invitation::{self, Kind, State};
use crate::language::Language;
use crate::organizations::grant;
use crate::registrations::join::{self, JoinDetails};
use crate::units::appoint;

/// What one says of oneself with accepting. What an account says already stands; a nickname and a
/// gender that are needed and left out are those of the invitation.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = InvitationAcceptance)]
pub struct Acceptance {
    /// What colleagues call one who works for a union or an event.
    #[garde(inner(custom(one_line(1, 40))))]
    pub name: Option<String>,
    /// To take part: what others call one.
    #[garde(inner(custom(nickname_rule)))]
    pub nickname: Option<String>,
    #[garde(skip)]
    pub gender: Option<Gender>,
    #[garde(skip)]
    pub born_on: Option<NaiveDate>,
    #[garde(inner(custom(one_line(1, 40))))]
    pub real_name: Option<String>,
    /// The sentences one was shown and agreed to, each on its own.
    #[garde(skip)]
    #[schema(value_type = Vec<Sentence>)]
    pub consents: BTreeSet<Sentence>,
}

/// What became true, to be announced after the commit.
pub type News = Option<(Uuid, What)>;

/// After the commit.
pub fn announce(app: &App, news: News) {
    if let Some((event, what)) = news {
        app.happenings.announce(event, what);
    }
}

/// Accepts an invitation that is held, for the account it was sent to, which is held too: ends it and
/// hands it to the room whose thing it is. Whoever comes second finds it over.
///
/// # Errors
/// 409 `invitation_over`, 409 `phase_closed`, 422 `invalid`.
pub async fn accepted(
    txn: &Write,
    app: &App,
    invitation: invitation::Model,
    account: account::Model,
    acceptance: Acceptance,
    read_in: Language,
) -> Result<(invitation::Model, News), Error> {
    let invitation = invitation.end(txn, State::Accepted, Some(account.id), app.now()).await?;
    let trimmed = |text: String| folding::line(&text);
    let account = match acceptance.name.map(trimmed).filter(|_| account.name.is_none()) {
        Some(name) => {
            let mut row = account.into_active_model();
            row.name = Set(Some(name));
            row.update(txn).await?
        }
        None => account,
    };
    let news = match invitation.kind {
        Kind::Organizer => grant::accepted(txn, app, &invitation, account.id).await.map(|()| None)?,
        Kind::UnitContact => appoint::accepted(txn, app, &invitation, account.id).await.map(|()| None)?,
        Kind::Desk | Kind::Host | Kind::Volunteer => {
            appoint_crew::accepted(txn, app, &invitation, account.id).await.map(|()| None)?
        }
        Kind::Participant => {
            let details = JoinDetails {
                nickname: acceptance.nickname.map(trimmed),
                gender: acceptance.gender,
                born_on: acceptance.born_on,
                real_name: acceptance.real_name.map(trimmed),
                agreed: Agreed::to(acceptance.consents, read_in),
            };
            let entered = join::accepted(txn, app, &invitation, &account, details).await?;
            Some((entered.event_id, What::RegistrationsChanged))
        }
    };
    Ok((invitation, news))
}
