//! Where somebody goes on who signed in and named no page: to their work, or to their own events.

use actix_web::{HttpResponse, get};

use crate::accounts::SignedIn;
use crate::accounts::visit::Visit;
use crate::error::Error;
use crate::page;

#[get("/start")]
pub async fn start(visit: Visit, who: SignedIn) -> Result<HttpResponse, Error> {
    if who.administrator {
        return Ok(page::see("/admin"));
    }
    let works = visit.page.person.map(|person| person.works).unwrap_or_default();
    Ok(page::see(works.first().map_or("/me", |work| work.address.as_str())))
}
