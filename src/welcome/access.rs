//! Whose invitation it is to take back, as an argument.

use actix_web::{FromRequest, HttpRequest, dev};
use futures_util::future::LocalBoxFuture;
use sea_orm::EntityTrait;
use uuid::Uuid;

use crate::accounts::SignedIn;
use crate::app::House;
use crate::authorize_first;
use crate::error::{Error, Refused};
use crate::invitations::invitation;
use crate::organizations::access::acts_for;
use crate::organizations::{organization, staff};

/// An organizer of the union that sent the invitation in the path; of an invitation to a role at the
/// union or at a unit an administrator, too.
#[derive(Debug, Clone)]
pub struct Inviter {
    pub account: SignedIn,
    pub invitation: Uuid,
}

impl FromRequest for Inviter {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, _: &mut dev::Payload) -> Self::Future {
        let request_again = request.clone();
        authorize_first::authorize(request, async move {
            let account = SignedIn::of(&request_again).await?;
            let id = request_again.match_info().get("invitation").and_then(|id| id.parse::<Uuid>().ok());
            let id = id.ok_or_else(Refused::not_found)?;
            let house = request_again.app_data::<House>().ok_or_else(Refused::not_found)?;
            let theirs = house.run(async move |app| {
                let db = app.database.reader();
                let sent = invitation::Entity::find_by_id(id).one(db).await?.ok_or_else(Refused::not_found)?;
                if sent.kind.is_of_event() {
                    return staff::admits(db, account.account_id, sent.organization_id).await;
                }
                let union = organization::Entity::find_by_id(sent.organization_id).one(db).await?;
                acts_for(db, &account, &union.ok_or_else(Refused::not_found)?).await
            });
            if theirs.await? { Ok(Self { account, invitation: id }) } else { Err(Refused::not_found().into()) }
        })
    }
}
