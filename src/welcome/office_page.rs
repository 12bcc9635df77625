//! Where whoever invited takes an invitation back or sends it again; the lists with the buttons stand
//! on the pages of the rooms that invite.

use actix_web::{HttpResponse, post};

use super::access::Inviter;
use super::refusals::ENOUGH_LETTERS;
use super::send_again::send_again;
use super::withdraw::withdraw;
use crate::app::House;
use crate::error::Error;
use crate::error::refusal::TOO_MANY_REQUESTS;
use crate::invitations::refusals::INVITATION_OVER;
use crate::page::form::Form;
use crate::page::{flash, own_path};

/// Who: organizer of the union that sent it, administrator where it is the union's or a unit's.
#[post("/office/invitations/{invitation}/withdraw")]
pub async fn withdrawn(house: House, by: Inviter, form: Form) -> Result<HttpResponse, Error> {
    let taken_back = house.run(async move |app| withdraw(&app, &by).await);
    back(&form, taken_back.await, "invitation-withdrawn")
}

/// Who: organizer of the union that sent it, administrator where it is the union's or a unit's.
#[post("/office/invitations/{invitation}/again")]
pub async fn sent_again(house: House, by: Inviter, form: Form) -> Result<HttpResponse, Error> {
    let sent = house.run(async move |app| send_again(&app, &by).await.map(drop));
    back(&form, sent.await, "invitation-sent-again")
}

/// To the list the button stands in, which says what became of it.
fn back(form: &Form, done: Result<(), Error>, key: &str) -> Result<HttpResponse, Error> {
    let to = own_path(Some(form.value("back")));
    let to = if to.starts_with("/office/") { to } else { "/office" };
    match done {
        Ok(()) => flash::see_saying(to, key),
        Err(error) if error.is(INVITATION_OVER) => flash::see_saying(to, "invitation-over"),
        Err(error) if error.is(ENOUGH_LETTERS) => flash::see_saying(to, "invitation-enough-letters"),
        Err(error) if error.is(TOO_MANY_REQUESTS) => flash::see_saying(to, "invitation-too-soon"),
        Err(error) => Err(error),
    }
}
