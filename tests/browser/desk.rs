//! The desk at the door: a phone that is paired, sees a badge, and goes on when the line is cut.

use std::path::Path;

use chrono::Duration;
use qrcode::{EcLevel, QrCode};
use queqiao::checkin::{attempt, presence};
use queqiao::events::phase::Phase;
use queqiao::language::Language;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;

use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::fixtures::person::Person;
use crate::hall::Hall;
use crate::line::Line;
use crate::window::{ENTER, Screen, Window};

const GUESTS: usize = 21;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_desk_sees_a_badge_and_loses_nothing_when_the_line_is_cut(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let guests = guests(&hall).await;
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("badge.y4m");
    film_of(&badge_url(&guests[0]).await, &film);
    let line = Line::to(&hall.evening.address).await;
    let flags = [
        "--use-fake-device-for-media-stream".to_owned(),
        "--use-fake-ui-for-media-stream".to_owned(),
        format!("--use-file-for-fake-video-capture={}", film.display()),
    ];
    let phone = hall.window_at(&line.address, Screen::Phone, Language::Zh, &flags).await;
    phone.go(&invitation(&hall).await).await;
    phone.fill("name", "东门").await;
    phone.click("#pair-act").await;
    phone.arrive("/e/qixi/desk").await;

    // The badge before the camera, decoded from the picture.
    wait_for_result(&phone, 1, "男001").await;
    phone.until_true("document.getElementById('desk').dataset.shell === 'kept'").await;
    phone.until_true("!!document.getElementById('desk').dataset.roster").await;
    phone.click("#desk-camera-act").await;
    phone.until_true("document.getElementById('desk-video').hidden").await;
    assert_eq!(inside(&hall).await, 1);

    line.cut();
    hall.evening.clock.advance(Duration::minutes(1));
    let count = counted(&phone).await;
    for (place, guest) in (1..).zip(&guests[1..]) {
        wedge(&phone, &code_of(guest).await).await;
        let badge = guest.get("/api/v1/events/qixi/badges/me").await.json["badge"].as_str().unwrap().to_owned();
        wait_for_result(&phone, count + place, &badge).await;
    }
    waiting(&phone, GUESTS - 1).await;
    assert_eq!(inside(&hall).await, 1, "the line is cut");
    // Somebody is in already. The number is typed: the same code counts again only once it has been away.
    let worn = guests[3].get("/api/v1/events/qixi/badges/me").await.json["badge"].as_str().unwrap().to_owned();
    wedge(&phone, &worn.replace('男', "m").replace('女', "w")).await;
    phone.until_true("document.getElementById('desk-result').dataset.state === 'refused'").await;

    // The battery dies; the page comes back from the device itself, and knows.
    phone.reload().await;
    waiting(&phone, GUESTS - 1).await;
    line.mend();
    waiting(&phone, 0).await;
    phone.until_true("document.getElementById('desk').dataset.link === 'up'").await;
    assert_eq!(inside(&hall).await, GUESTS as u64);
    let attempts = attempt::Entity::find().all(hall.evening.app.database.reader()).await.unwrap();
    let admitted = attempts.iter().filter(|attempt| attempt.result == attempt::Verdict::Admitted).count();
    assert_eq!(admitted, GUESTS, "everybody once");
    assert_eq!(attempts.iter().filter(|attempt| attempt.offline).count(), GUESTS - 1);
}

/// As on an iPhone: the browser reads no codes, the phone's own camera does, and opens what it read.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_phones_own_camera_leads_to_the_desk_without_a_link(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let guests = guests(&hall).await;
    let line = Line::to(&hall.evening.address).await;
    let phone = hall.window_at(&line.address, Screen::Phone, Language::Zh, &[]).await;
    phone.go(&invitation(&hall).await).await;
    phone.fill("name", "南门").await;
    phone.click("#pair-act").await;
    phone.arrive("/e/qixi/desk").await;
    phone.until_true("document.getElementById('desk').dataset.shell === 'kept'").await;
    phone.until_true("!!document.getElementById('desk').dataset.roster").await;
    let codes = [code_of(&guests[0]).await, code_of(&guests[1]).await];
    // With a link it is the server's page for this badge, which asks before it lets anybody in.
    phone.go(&format!("/c/{}", codes[0])).await;
    phone.until_true("document.body.textContent.includes('男001') && !document.getElementById('desk')").await;

    line.cut();
    for (count, code) in (1..).zip(&codes) {
        phone.go(&format!("/c/{code}")).await;
        phone.arrive("/e/qixi/desk").await;
        wait_for_result(&phone, 1, &format!("男00{count}")).await;
        phone.until_true("location.hash === ''").await;
        waiting(&phone, count).await;
    }
    phone.go("/c/AAAAAAAAAAAAAAAAAAAAAAAAAA").await;
    phone.until_true("document.getElementById('desk-result')?.dataset.reason === 'not_on_roster'").await;
    assert_eq!(inside(&hall).await, 0, "the line is cut");
    line.mend();
    waiting(&phone, 0).await;
    assert_eq!(inside(&hall).await, 2);

    // A device that is shut out gives this up too.
    let devices = hall.evening.organizer.get("/api/v1/events/qixi/devices").await.json;
    let device = format!("/api/v1/events/qixi/devices/{}", devices["items"][0]["id"].as_str().unwrap());
    assert_eq!(hall.evening.organizer.delete(&device).await.status, 204);
    phone.until_true("document.getElementById('desk').dataset.link === 'shut'").await;
    phone.until_true("navigator.serviceWorker.getRegistrations().then((workers) => workers.length === 0)").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_keyboard_alone_runs_a_desk(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    guests(&hall).await;
    let laptop = hall.laptop().await;
    laptop.go(&invitation(&hall).await).await;
    laptop.tab_to("[name=name]").await;
    laptop.keys(&format!("西门{ENTER}")).await;
    laptop.arrive("/e/qixi/desk").await;
    // No click before the first number; full-width digits and no leading zeros are fine.
    laptop.until_true("document.getElementById('desk').dataset.shell === 'kept'").await;
    laptop.keys(&format!("m2{ENTER}")).await;
    wait_for_result(&laptop, 1, "男002").await;
    laptop.tab_to("#desk-typed").await;
    laptop.keys(&format!("女００３{ENTER}")).await;
    wait_for_result(&laptop, 2, "女003").await;
    laptop.keys(&format!("男2{ENTER}")).await;
    laptop.until_true("document.getElementById('desk-result').dataset.state === 'refused'").await;
    // A slip of the hand is taken back.
    laptop.tab_to("#desk-recent button.undo").await;
    laptop.keys(&ENTER.to_string()).await;
    laptop.until_true("document.getElementById('desk-undo').open").await;
    laptop.tab_to("#desk-reason").await;
    laptop.keys("看错了").await;
    laptop.tab_to("#desk-undo-act").await;
    laptop.keys(" ").await;
    laptop.until_true("!document.getElementById('desk-undo').open").await;
    laptop.until_true("document.getElementById('desk-women').textContent === '0'").await;
    assert_eq!(
        presence::Entity::inside(hall.evening.event.id).count(hall.evening.app.database.reader()).await.unwrap(),
        1
    );
}

pub async fn guests(hall: &Hall) -> Vec<Person> {
    let men = u32::try_from(GUESTS.div_ceil(2)).unwrap();
    let mut guests = hall.evening.participants("men", men, Status::Confirmed).await;
    let women = u32::try_from(GUESTS).unwrap() - men;
    guests.extend(hall.evening.participants("women", women, Status::Confirmed).await);
    let numbered = hall.evening.organizer.post("/api/v1/events/qixi/badges", json!({})).await;
    assert!(numbered.status < 300, "{}", numbered.text());
    guests
}

/// A device that was paired under this name, before the desk's page, which is kept.
pub async fn at_the_desk(hall: &Hall, address: &str, name: &str, screen: Screen, flags: &[String]) -> Window {
    let window = hall.window_at(address, screen, Language::Zh, flags).await;
    window.go(&invitation(hall).await).await;
    window.fill("name", name).await;
    window.click("#pair-act").await;
    window.arrive("/e/qixi/desk").await;
    window.until_true("document.getElementById('desk').dataset.shell === 'kept'").await;
    window
}

/// Where the QR that an organizer shows leads, as the organizer's own page says.
async fn invitation(hall: &Hall) -> String {
    let office = hall.laptop().await;
    hall.sign_in(&office, &hall.evening.organizer).await;
    office.go("/office/e/qixi/devices").await;
    office.click("form[action$='/devices'] button").await;
    office.until_true("!!document.getElementById('invitation-url')").await;
    let address = office.run("document.getElementById('invitation-url').textContent").await;
    let (_, path) = address.as_str().unwrap().split_once("/pair/").unwrap();
    format!("/pair/{}", path.trim())
}

pub async fn code_of(guest: &Person) -> String {
    guest.get("/api/v1/events/qixi/badges/me").await.json["code"].as_str().unwrap().to_owned()
}

/// A scanner that types, whatever has the focus.
pub async fn wedge(window: &Window, code: &str) {
    window.keys(&format!("{code}{ENTER}")).await;
}

pub async fn counted(window: &Window) -> usize {
    let count = window.run("document.getElementById('desk-result').dataset.count").await;
    count.as_str().unwrap().parse().unwrap()
}

/// Waits for the n-th result: this badge, let in.
pub async fn wait_for_result(window: &Window, count: usize, badge: &str) {
    let script = format!(
        "(() => {{ const {{ state, count }} = document.getElementById('desk-result').dataset;
            return count >= '{count}' - 0 && ['admitted', 'review'].includes(state)
                && document.getElementById('desk-number').textContent.includes('{badge}'); }})()"
    );
    window.until_true(&script).await;
}

pub async fn waiting(window: &Window, count: usize) {
    window.until_true(&format!("document.getElementById('desk')?.dataset.waiting === '{count}'")).await;
}

pub async fn inside(hall: &Hall) -> u64 {
    presence::Entity::inside(hall.evening.event.id).count(hall.evening.app.database.reader()).await.unwrap()
}

/// What the QR on a guest's badge page leads to.
pub async fn badge_url(guest: &Person) -> String {
    let mine = guest.get("/api/v1/events/qixi/badges/me").await;
    mine.json["url"].as_str().unwrap().to_owned()
}

/// A second of a badge held before a camera: grey, 640 × 480, uncompressed.
pub fn film_of(url: &str, film: &Path) {
    const WIDTH: usize = 640;
    const HEIGHT: usize = 480;
    const MARGIN: usize = 4;
    let code = QrCode::with_error_correction_level(url, EcLevel::Q).unwrap();
    let (modules, across) = (code.to_colors(), code.width());
    let (wide, high) = (across + 2 * MARGIN, across + 2 * MARGIN);
    let bright = |x: usize, y: usize| {
        let inside = (MARGIN..MARGIN + across).contains(&x) && (MARGIN..MARGIN + across).contains(&y);
        let dark = inside && modules[(y - MARGIN) * across + x - MARGIN] == qrcode::Color::Dark;
        if dark { 0 } else { 255 }
    };
    // As large as fits, with air around it.
    let side = HEIGHT - 80;
    let (left, top) = ((WIDTH - side) / 2, (HEIGHT - side) / 2);
    let mut luma = vec![230; WIDTH * HEIGHT];
    for y in 0..side {
        for x in 0..side {
            luma[(top + y) * WIDTH + left + x] = bright(x * wide / side, y * high / side);
        }
    }
    let mut bytes = format!("YUV4MPEG2 W{WIDTH} H{HEIGHT} F10:1 Ip A1:1 C420jpeg\n").into_bytes();
    for _ in 0..10 {
        bytes.extend_from_slice(b"FRAME\n");
        bytes.extend_from_slice(&luma);
        bytes.extend(std::iter::repeat_n(128, WIDTH * HEIGHT / 2));
    }
    std::fs::write(film, bytes).unwrap();
}
