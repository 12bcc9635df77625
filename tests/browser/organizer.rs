//! An organizer makes an event out of nothing, and has badges to hand out in the end.

use std::path::Path;

use chrono::Duration;
use data_encoding::BASE64;
use queqiao::accounts::profile::Gender;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::{self, Status};
use rstest::rstest;
use rust_xlsxwriter::Workbook;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::hall::Hall;
use crate::window::Window;

const APPLICANTS: u32 = 800;
const SEATS: u64 = 300;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_organizer_goes_from_nothing_to_badges_by_keyboard_alone(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::Registration).await else { return };
    let laptop = hall.laptop().await.by_keyboard();
    hall.sign_in(&laptop, &hall.evening.organizer).await;
    laptop.go("/office").await;
    laptop.click("a[href='/office/new']").await;
    laptop.choose("template", "mixer").await;
    laptop.fill("title", "金秋相会").await;
    laptop.fill("starts_at", "2026-10-24T14:00").await;
    laptop.fill("ends_at", "2026-10-24T18:00").await;
    laptop.fill("venue", "工人文化宫").await;
    laptop.click("#drawing .act[value=fill]").await;
    laptop.fill("slug", "jinqiu").await;
    laptop.fill("seats", &SEATS.to_string()).await;
    laptop.click("button[value=publish]").await;
    laptop.arrive("/office/e/jinqiu").await;

    let db = hall.evening.app.database.reader();
    let event = event::by_slug(db, "jinqiu").await.unwrap().unwrap();
    at(&hall, &laptop, event.registration_at).await;
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("报名表.xlsx");
    write_list(&list);
    laptop.go("/office/e/jinqiu/registrations/import").await;
    laptop.attach("input[type=file]", &list).await;
    laptop.choose("approve", "yes").await;
    laptop.click("form[enctype] .act").await;
    laptop.arrive("/office/e/jinqiu/registrations/invitations").await;
    laptop.see("王001").await;
    // Nobody takes part who was not asked: all of them say yes.
    for (side, gender) in [(1, Gender::Male), (0, Gender::Female)] {
        let names: Vec<String> =
            (1..=APPLICANTS).filter(|number| number % 2 == side).map(|number| format!("guest{number:03}")).collect();
        for guest in hall.evening.accounts(&names, gender).await {
            assert_eq!(guest.accepts_all().await, 1);
        }
    }
    laptop.go("/office/e/jinqiu/registrations").await;
    laptop.see(&APPLICANTS.to_string()).await;
    let registered = registration::Entity::of_event(event.id).count(db).await.unwrap();
    assert_eq!(registered, u64::from(APPLICANTS));
    laptop.see("guest001").await;

    at(&hall, &laptop, event.screening_at).await;
    laptop.go("/office/e/jinqiu/screening").await;
    laptop.until_true("document.querySelectorAll('#preview svg').length > 0").await;
    sure(&laptop, "/freeze").await;
    laptop.until_true("!!document.querySelector(\"form[action$='/list']\")").await;
    open(&laptop, "/list").await;
    laptop.fill("draw", "体彩排列五第26254期").await;
    laptop.click("form[action$='/list'] .act").await;
    laptop.until_true("!!document.querySelector('[name=beacon]')").await;
    open(&laptop, "/runs").await;
    laptop.fill("beacon", "4 8 1 5 9").await;
    laptop.click("form[action$='/runs'] .act").await;
    laptop.see("queqiao verify").await;
    assert_eq!(standing(&hall, event.id, Status::Selected).await, SEATS);

    at(&hall, &laptop, event.confirmation_at).await;
    // 300 people reading their mail are another story.
    let txn = hall.evening.app.database.begin_write().await.unwrap();
    registration::Entity::update_many()
        .col_expr(registration::Column::Status, Expr::value(Status::Confirmed))
        .col_expr(registration::Column::DecidedAt, Expr::value(hall.evening.app.now()))
        .filter(registration::Column::EventId.eq(event.id))
        .filter(registration::Column::Status.eq(Status::Selected))
        .exec(&txn)
        .await
        .unwrap();
    txn.commit().await.unwrap();
    laptop.go("/office/e/jinqiu/badges").await;
    laptop.click("form[action='/office/e/jinqiu/badges'] .act").await;
    laptop.see("女150").await;
    laptop.click("#print label:has([name=size])").await;
    laptop.click("#print .act").await;
    laptop.until_true(&format!("document.querySelectorAll('.face').length === {SEATS}")).await;
    let sheets = laptop.run("document.querySelectorAll('.sheet').length").await.as_u64().unwrap();
    let print = json!({ "printBackground": true, "preferCSSPageSize": true });
    let printed = laptop.cdp("Page.printToPDF", print).await;
    let paper = BASE64.decode(printed["data"].as_str().unwrap().as_bytes()).unwrap();
    let pages = String::from_utf8_lossy(&paper).matches("/Type /Page\n").count() as u64;
    assert_eq!(pages, sheets, "every sheet is one page of paper");
}

/// Whether leaving the page now would ask first.
async fn asks_before_leaving(window: &Window) -> bool {
    let leave = "(() => { const leaving = new Event('beforeunload', { cancelable: true }); \
        window.dispatchEvent(leaving); return leaving.defaultPrevented; })()";
    window.run(leave).await == json!(true)
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_typed_into_the_settings_is_asked_for_before_it_is_lost(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::Registration).await else { return };
    let laptop = hall.laptop().await;
    hall.sign_in(&laptop, &hall.evening.organizer).await;
    laptop.go("/office/e/qixi/settings").await;
    assert!(!asks_before_leaving(&laptop).await);
    laptop.fill("venue", "市图书馆").await;
    assert!(asks_before_leaving(&laptop).await);
    laptop.click("form.drawing .acts .act").await;
    laptop.see("系统不会自动通知").await;
    assert!(!asks_before_leaving(&laptop).await, "it is saved");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rules_and_letters_that_were_typed_are_asked_for_as_well(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::Registration).await else { return };
    let laptop = hall.laptop().await;
    hall.sign_in(&laptop, &hall.evening.organizer).await;
    for page in ["points", "screening", "mail"] {
        laptop.go(&format!("/office/e/qixi/{page}")).await;
        assert!(!asks_before_leaving(&laptop).await, "{page}");
        laptop
            .run(
                "(() => { const field = document.querySelector(\
                    'form[data-unsaved] :is(input[type=number], input[type=text], input:not([type]), textarea)'); \
                    field.value = '3'; field.dispatchEvent(new Event('input', { bubbles: true })); })()",
            )
            .await;
        assert!(asks_before_leaving(&laptop).await, "{page}");
        // So that the next page opens without a question.
        laptop.run("document.querySelector('form[data-unsaved]').dispatchEvent(new Event('submit'))").await;
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_letter_is_seen_while_it_is_written(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::Registration).await else { return };
    let laptop = hall.laptop().await;
    hall.sign_in(&laptop, &hall.evening.organizer).await;
    laptop.go("/office/e/qixi/mail").await;
    let steps = laptop.run("history.length").await;
    laptop.fill("text", "两点在门口集合").await;
    // The frame it was blank in is another one by then.
    laptop.until_true("!document.querySelector('iframe[name=letter]').hasAttribute('src')").await;
    laptop.until_within("iframe[name=letter]", "document.body.innerText.includes('两点在门口集合')").await;
    // It goes on following, also in words that are filled in for whoever reads it.
    laptop.fill("text", "{昵称}，三点在门口集合").await;
    laptop.until_within("iframe[name=letter]", "document.body.innerText.includes('三点在门口集合')").await;
    laptop.until_within("iframe[name=letter]", "!document.body.innerText.includes('{昵称}')").await;
    assert_eq!(laptop.run("history.length").await, steps, "nothing to go back through");
}

/// An hour after a phase began, signed in again: weeks have passed.
async fn at(hall: &Hall, window: &Window, began: Option<chrono::DateTime<chrono::Utc>>) {
    hall.evening.clock.set(began.unwrap() + Duration::hours(1));
    hall.sign_in(window, &hall.evening.again(&hall.evening.organizer)).await;
}

/// Opens what asks once, and says yes.
async fn sure(window: &Window, action: &str) {
    open(window, action).await;
    window.click(&format!("form[action$='{action}'] .act")).await;
}

async fn open(window: &Window, action: &str) {
    let form = format!("document.querySelector(\"form[action$='{action}']\")");
    window.until_true(&format!("!!{form}")).await;
    if window.run(&format!("{form}.closest('details').open")).await != json!(true) {
        window.click(&format!("details:has(form[action$='{action}']) summary")).await;
    }
}

async fn standing(hall: &Hall, event_id: sea_orm::prelude::Uuid, status: Status) -> u64 {
    let standing = registration::Entity::of_event(event_id).filter(registration::Column::Status.eq(status));
    standing.count(hall.evening.app.database.reader()).await.unwrap()
}

/// As a union's own list looks.
fn write_list(file: &Path) {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.write_row(0, 0, ["姓名", "性别", "邮箱", "单位"]).unwrap();
    for number in 1..=APPLICANTS {
        let side = if number % 2 == 0 { "女" } else { "男" };
        let (name, mail) = (format!("王{number:03}"), format!("guest{number:03}@example.com"));
        sheet.write_row(number, 0, [name.as_str(), side, &mail, &format!("第{}单位", number % 126 + 1)]).unwrap();
    }
    book.save(file).unwrap();
}
