//! An invitation is opened by whoever holds its letter or was named: who looks, and what they are asked.

use actix_web::HttpRequest;
use sea_orm::{ConnectionTrait, EntityTrait};

use super::sight::{self, Sight};
use crate::accounts::consent::{self, Sentence};
use crate::accounts::visit::Visit;
use crate::accounts::{SignedIn, account, profile};
use crate::app::{App, House};
use crate::error::{Error, Refused};
use crate::events::access::id_in_path;
use crate::invitations::invitation::{self, Kind, State};
use crate::invitations::refusals::TOKEN_INVALID;
use crate::language::Language;

/// Who looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Whoever was invited, signed in.
    Myself,
    /// Somebody else.
    Another,
    /// Nobody is signed in, and the address has an account.
    Known,
    /// Nobody is signed in, and the address has none.
    Unknown,
}

/// What the person is asked with accepting.
#[derive(Clone, Debug, Default)]
pub struct RequiredFields {
    pub password: bool,
    pub name: bool,
    pub profile: bool,
    pub born_on: bool,
    pub real_name: bool,
    pub consents: Vec<Sentence>,
}

/// An open invitation, as whoever looks at it may answer it.
pub struct Opened {
    pub sight: Sight,
    pub standing: Standing,
    pub required: RequiredFields,
}

pub(super) async fn open_by_token(house: &House, visit: &Visit, token: &str) -> Result<Option<Opened>, Error> {
    let (token, person, language) = (token.to_owned(), visit.person, visit.page.language);
    let opened = house.run(async move |app| {
        let db = app.database.reader();
        let sent = invitation::find_by_token(db, &app, &token).await?.ok_or(TOKEN_INVALID)?;
        open(db, &app, &sent, person, language).await
    });
    gone(opened.await)
}

pub(super) async fn open_mine(
    house: &House,
    visit: &Visit,
    who: SignedIn,
    request: &HttpRequest,
) -> Result<Option<Opened>, Error> {
    let (id, language) = (id_in_path(request, "invitation")?, visit.page.language);
    let opened = house.run(async move |app| {
        let db = app.database.reader();
        let sent = invitation::Entity::find_by_id(id).one(db).await?.ok_or_else(Refused::not_found)?;
        let opened = open(db, &app, &sent, Some(who), language).await?;
        // To everybody else it is not there.
        if opened.standing == Standing::Myself { Ok(opened) } else { Err(Refused::not_found().into()) }
    });
    gone(opened.await)
}

fn gone(opened: Result<Opened, Error>) -> Result<Option<Opened>, Error> {
    match opened {
        Ok(opened) => Ok(Some(opened)),
        Err(error) if error.is(TOKEN_INVALID) => Ok(None),
        Err(other) => Err(other),
    }
}

async fn open(
    db: &impl ConnectionTrait,
    app: &App,
    sent: &invitation::Model,
    person: Option<SignedIn>,
    language: Language,
) -> Result<Opened, Error> {
    let (standing, account) = match person {
        Some(person) => {
            let account = account::find(db, person.account_id).await?.ok_or_else(Refused::not_signed_in)?;
            (if sent.is_to(app, &account)? { Standing::Myself } else { Standing::Another }, Some(account))
        }
        None => {
            let known = account::Entity::of_email(&app.secrets, &sent.address(app)?).one(db).await?;
            (if known.is_some_and(|account| account.is_claimed()) { Standing::Known } else { Standing::Unknown }, None)
        }
    };
    if sent.state_at(app.now()) != State::Open {
        return Err(TOKEN_INVALID.into());
    }
    let account = account.filter(|_| standing == Standing::Myself);
    let profile = match &account {
        Some(account) => profile::Entity::find_by_id(account.id).one(db).await?,
        None => None,
    };
    let agreed = match &account {
        Some(account) => consent::of_person(db, account.id).await?,
        None => Vec::new(),
    };
    let answers = matches!(standing, Standing::Myself | Standing::Unknown);
    let takes_part = sent.kind == Kind::Participant;
    let is_new = |sentence: &Sentence| !agreed.iter().any(|row| row.sentence == *sentence);
    let mut required = RequiredFields { password: standing == Standing::Unknown, ..RequiredFields::default() };
    if answers && takes_part {
        required.profile = profile.is_none();
        required.born_on = profile.as_ref().is_none_or(|profile| profile.born_on.is_none());
        required.real_name = profile.as_ref().is_none_or(|profile| profile.real_name.is_none());
        required.consents = Sentence::OF_ACCOUNT.into_iter().filter(is_new).chain(Sentence::OF_APPLICATION).collect();
    } else if answers {
        required.name = profile.is_none() && account.as_ref().is_none_or(|account| account.name.is_none());
    }
    Ok(Opened { sight: sight::of(db, app, sent, language).await?, standing, required })
}
