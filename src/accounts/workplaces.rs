//! Where somebody works. The rooms that know stand further down; the roof tells how they are asked.

use std::pin::Pin;
use std::sync::Arc;

use actix_web::HttpRequest;
use uuid::Uuid;

use crate::app::{App, House};
use crate::error::{Error, Fault};
use crate::language::Language;
use crate::page::Work;

type Found = Pin<Box<dyn Future<Output = Result<Vec<Work>, Fault>> + Send>>;

/// How the rooms are asked.
#[derive(Clone, Copy)]
pub struct Workplaces {
    /// Whether it is remembered that somebody works nowhere, as most people do.
    pub are_none: fn(&App, Uuid) -> bool,
    /// In the language of the page.
    pub find: fn(Arc<App>, Uuid, Language) -> Found,
}

/// Where an account works; nowhere where nobody can be asked.
///
/// # Errors
/// Only faults.
pub async fn of_account(request: &HttpRequest, account: Uuid, language: Language) -> Result<Vec<Work>, Error> {
    let wanted = request.app_data::<House>().zip(request.app_data::<Workplaces>().copied());
    let Some((house, Workplaces { are_none, find })) = wanted else { return Ok(Vec::new()) };
    if are_none(house, account) {
        return Ok(Vec::new());
    }
    house.ask(async move |app| find(app, account, language).await).await
}
