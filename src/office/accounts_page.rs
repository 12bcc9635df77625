//! `/admin/accounts`: an account by its address, what it may do, and its lock.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use chrono_tz::Asia::Shanghai;
use serde_json::json;
use uuid::Uuid;

use super::account_found::{FoundAccount, find, look_up};
use super::accounts_api::lock_it;
use crate::accounts::address::read_address;
use crate::accounts::authenticate::Proof;
use crate::accounts::lock::{AccountLock, unlock};
use crate::accounts::reauthenticate::beside;
use crate::accounts::second_factor::factor;
use crate::accounts::visit::Visit;
use crate::app::House;
use crate::body;
use crate::error::{Error, FieldError, Refused};
use crate::events::crew::Role;
use crate::organizations::access::Administrator;
use crate::page::flash::see_saying;
use crate::page::form::Form;
use crate::page::{self, Page, when};

#[derive(Template)]
#[template(path = "office/accounts.html")]
struct AccountsPage {
    page: Page,
    form: Form,
    /// Whether the administrator's own proof takes a code.
    coded: bool,
    found: Option<Seen>,
}

/// An account that was looked up.
struct Seen {
    account: FoundAccount,
    since: String,
    /// Why and since when it is locked.
    locked: Option<(String, String)>,
    own: bool,
}

impl AccountsPage {
    async fn answer(
        house: &House,
        page: Page,
        by: Administrator,
        form: Form,
        found: Option<FoundAccount>,
    ) -> Result<HttpResponse, Error> {
        let id = by.0.account_id;
        let coded = house.ask(async move |app| factor::is_on(app.database.reader(), id).await).await?;
        let day = |at| when::day(page.language, Shanghai, at, house.now());
        let found = found.map(|account| Seen {
            since: day(account.created_at),
            locked: account.locked.as_ref().map(|lock| (reason(&page, json!(lock.reason)), day(lock.since))),
            own: account.id == id,
            account,
        });
        page::answer(&Self { page, form, coded, found })
    }

    fn role(&self, role: &Role) -> String {
        self.page.t(&format!("role-{}", json!(role).as_str().unwrap_or_default()))
    }

    fn reasons(&self) -> [(&'static str, String); 3] {
        ["compromised", "misconduct", "requested"].map(|name| (name, reason(&self.page, json!(name))))
    }
}

fn reason(page: &Page, name: serde_json::Value) -> String {
    page.t(&format!("account-lock-{}", name.as_str().unwrap_or_default()))
}

/// Who: administrator.
#[get("/admin/accounts")]
pub async fn show_accounts(house: House, visit: Visit, by: Administrator) -> Result<HttpResponse, Error> {
    AccountsPage::answer(&house, visit.page, by, Form::default(), None).await
}

/// Looks one up. Who: administrator.
#[post("/admin/accounts")]
pub async fn looked_up(house: House, visit: Visit, by: Administrator, form: Form) -> Result<HttpResponse, Error> {
    let found = async {
        let address = read_address(form.value("email"))?;
        house.run(async move |app| look_up(&app, &by, &address).await).await.map_err(of_nobody)
    };
    match found.await {
        Ok(found) => AccountsPage::answer(&house, visit.page, by, form, Some(found)).await,
        Err(error) => {
            form.show_again(visit.page, error, |page, form| AccountsPage::answer(&house, page, by, form, None)).await
        }
    }
}

/// Locks it. Who: administrator.
#[post("/admin/accounts/{account}/lock")]
pub async fn locked(
    house: House,
    visit: Visit,
    by: Administrator,
    request: HttpRequest,
    account: Path<Uuid>,
    form: Form,
) -> Result<HttpResponse, Error> {
    let (account, Proof { password, code }) = (*account, Proof::typed(&form, ""));
    let locked = async {
        let wish: AccountLock = body::read(json!({
            "reason": form.value("reason"), "password": password, "code": code,
        }))?;
        lock_it(&house, &request, by, account, wish).await
    };
    match locked.await {
        Ok(()) => see_saying("/admin/accounts", "account-locked"),
        Err(error) => {
            let found = house.run(async move |app| find(app.database.reader(), &app, account).await).await?;
            let again = |page, form| AccountsPage::answer(&house, page, by, form, Some(found));
            form.show_again(visit.page, beside("", error), again).await
        }
    }
}

/// Opens it again. Who: administrator.
#[post("/admin/accounts/{account}/unlock")]
pub async fn unlocked(house: House, by: Administrator, account: Path<Uuid>) -> Result<HttpResponse, Error> {
    house.run(async move |app| unlock(&app, &by.0, *account).await).await?;
    see_saying("/admin/accounts", "account-unlocked")
}

/// Told beside the address.
fn of_nobody(error: Error) -> Error {
    if error.is(crate::error::refusal::NOT_FOUND) {
        Refused::invalid(vec![FieldError::new("email", "no_account", "has no account")]).into()
    } else {
        error
    }
}
