//! A walk through every page, looking at what no single story looks at: can it be read with assistive
//! technology, in both languages, in the light and in the dark; does it fit the screen; is it light; does
//! the browser complain.

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use queqiao::accounts::account;
use queqiao::app::App;
use queqiao::badges::{badge, code};
use queqiao::chat::line;
use queqiao::checkin::presence;
use queqiao::circle::{member, note};
use queqiao::clock::Clock;
use queqiao::commands::demo::editions::{APPLICANTS, set_scene};
use queqiao::couples::couple;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::introductions::request;
use queqiao::language::Language;
use queqiao::mail::letter;
use queqiao::plaza::contribution;
use queqiao::registrations::registration::{self, Status};
use queqiao::secrets::Secrets;
use queqiao::server;
use queqiao::settings::{SecondFactor, Settings};
use queqiao::units::{unit, unit_contact};
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::axe;
use crate::driver::driver;
use crate::hall::sign_in;
use crate::window::{Screen, Window};

/// The heaviest a page may be over the wire, without photos, in bytes.
const HEAVIEST: i64 = 60_000;

/// The demonstration: 800 applicants, one event in each phase, in the middle of everything.
struct Scene {
    app: Arc<App>,
    address: String,
    window: Window,
    /// Asked for once: the run says once that it is missing.
    axe: Option<&'static str>,
    _folder: tempfile::TempDir,
}

impl Scene {
    /// None where this machine has no browser.
    async fn set() -> Option<Self> {
        let driver = driver()?;
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let mut settings = Settings::defaults().unwrap();
        settings.database.url = format!("sqlite://{}/queqiao.sqlite3", folder.path().display()).into();
        settings.server.public_url.clone_from(&address);
        settings.server.styleguide = true;
        settings.security.second_factor = SecondFactor::Nobody;
        let now: DateTime<Utc> = "2026-08-22T06:00:00Z".parse().unwrap();
        let app = App::build(settings, Clock::stopped_at(now), Secrets::fresh().unwrap()).await.unwrap();
        set_scene(&app, now, Phase::Screening, APPLICANTS).await.unwrap();
        tokio::spawn(server::open(&app, listener).unwrap());
        let window = Window::open(driver, &address, Screen::Phone, Language::Zh, &[]).await;
        window.cdp("Network.enable", json!({})).await;
        window.cdp("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await;
        Some(Self { app, address, window, axe: axe::source(), _folder: folder })
    }

    async fn account(&self, name: &str) -> Uuid {
        let found = account::Entity::of_email(&self.app.secrets, &format!("{name}@demo.example"));
        found.one(self.app.database.reader()).await.unwrap().unwrap().id
    }

    async fn event(&self, slug: &str) -> event::Model {
        event::by_slug(self.app.database.reader(), slug).await.unwrap().unwrap()
    }

    /// Somebody who stands so at an event.
    async fn standing(&self, slug: &str, status: Status) -> registration::Model {
        let people = registration::Entity::of_event(self.event(slug).await.id);
        let found = people.filter(registration::Column::Status.eq(status)).one(self.app.database.reader()).await;
        found.unwrap().unwrap_or_else(|| panic!("nobody is {status:?} at {slug}"))
    }

    /// An organizer invites a phone to be a desk: the page that shows the code, and what the code says.
    async fn invite_a_device(&self) -> (String, String) {
        self.window.go("/office/e/qixi-tonight/devices").await;
        self.window.click("form[action$='/devices'] .act").await;
        self.window.until_true("!!document.querySelector('#invitation-url')").await;
        let url = self.window.run("document.querySelector('#invitation-url').textContent").await;
        (self.window.path().await, url.as_str().unwrap().trim_start_matches(&self.address).to_owned())
    }

    /// Looks at some pages as somebody, and keeps what is wrong with them.
    async fn round(&self, wrong: &mut BTreeSet<String>, who: &str, person: Option<Uuid>, pages: &[&str]) {
        // What the page before still loads would be refused.
        self.window.go("/healthz").await;
        self.window.cdp("Network.clearBrowserCookies", json!({})).await;
        if let Some(person) = person {
            sign_in(&self.app, &self.window, &self.address, person).await;
        }
        for path in pages {
            let troubles = self.look(path).await;
            wrong.extend(troubles.into_iter().map(|trouble| format!("{path} ({who}) {trouble}")));
        }
    }

    /// What is wrong with a page. Every two of language, light and width meet once.
    async fn look(&self, path: &str) -> Vec<String> {
        let (window, mut wrong) = (&self.window, Vec::new());
        for (tag, lights) in [("zh-CN", ["light", "dark"]), ("en", ["dark", "light"])] {
            let cookie = json!({ "name": "language", "value": tag, "url": self.address });
            window.cdp("Network.setCookie", cookie).await;
            shine(window, lights[0]).await;
            window.resize(Screen::Phone).await;
            window.go(path).await;
            let seen = window
                .run(
                    "(() => { const [page] = performance.getEntriesByType('navigation');
                    const files = performance.getEntriesByType('resource').filter(file => !file.name.includes('/photos/'));
                    const weighs = [page, ...files].toSorted((one, other) => other.transferSize - one.transferSize);
                    const heaviest = weighs.slice(0, 6).map(file => `${new URL(file.name).pathname} ${file.transferSize}`);
                    const sum = weighs.reduce((sum, file) => sum + file.transferSize, 0);
                    return [page.responseStatus, sum, document.documentElement.lang, heaviest.join(', ')]; })()",
                )
                .await;
            let expected = if path.ends_with("/nowhere") { 404 } else { 200 };
            if (&seen[0], &seen[2]) != (&json!(expected), &json!(tag)) {
                wrong.push(format!("answers {} in {}", seen[0], seen[2]));
            }
            // Sheets of badges are paper: hundreds of codes are what they are for.
            // The desk brings along what reads badges without a link, once a device.
            let most =
                if path.ends_with("/desk") || path.ends_with("/desk/vouchers") { HEAVIEST + 12_000 } else { HEAVIEST };
            if !path.contains("/print?") && seen[1].as_i64().is_none_or(|bytes| bytes > most) {
                wrong.push(format!("weighs {} bytes: {}", seen[1], seen[3]));
            }
            let projected = path.ends_with("/stage").then_some((Screen::Projector, lights[0]));
            for (screen, light) in [Screen::Phone, Screen::Laptop].into_iter().zip(lights).chain(projected) {
                shine(window, light).await;
                window.resize(screen).await;
                let overhang = window.overhang(screen).await;
                if overhang > 0 {
                    wrong.push(format!("{tag} {screen:?}: {overhang} pixels too wide"));
                }
                if screen == Screen::Phone && !path.contains("/print?") {
                    window.run("document.documentElement.style.fontSize = '200%'").await;
                    let overhang = window.overhang(screen).await;
                    if overhang > 0 {
                        wrong.push(format!("{tag}, letters twice as large: {overhang} pixels too wide"));
                    }
                    window.run("document.documentElement.style.fontSize = ''").await;
                }
                if let Some(axe) = self.axe {
                    let found = axe::violations(window, axe).await;
                    wrong.extend(found.into_iter().map(|violation| format!("{tag} {light} {screen:?}: {violation}")));
                }
            }
            let complaints =
                window.complaints().await.into_iter().filter(|complaint| expected == 200 || !complaint.contains("404"));
            wrong.extend(complaints.map(|complaint| format!("{tag}: {complaint}")));
        }
        wrong
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_page_can_be_read_by_everybody() {
    let Some(scene) = Scene::set().await else { return };
    let mut wrong = BTreeSet::new();
    let unit = unit::Entity::find().one(scene.app.database.reader()).await.unwrap().unwrap();
    let join = format!("/e/jinqiu/join/{}", unit.id);
    let anybody = [
        "/",
        "/e/jinqiu",
        "/e/yinyuehui",
        "/e/qixi",
        "/e/yuandan",
        &join,
        "/sign-in",
        "/sign-in?to=%2Fe%2Fqixi&unsent=yes",
        "/register?to=%2Fe%2Fjinqiu%2Fregister",
        "/forgot",
        "/verify?token=x",
        "/reset?token=x",
        "/styleguide",
    ];
    scene.round(&mut wrong, "anybody", None, &anybody).await;
    participants(&scene, &mut wrong).await;
    circle(&scene, &mut wrong).await;
    staff(&scene, &mut wrong).await;
    administrator(&scene, &mut wrong).await;
    assert!(wrong.is_empty(), "{}", Vec::from_iter(wrong).join("\n"));
}

async fn participants(scene: &Scene, wrong: &mut BTreeSet<String>) {
    let her = scene.account("a0002").await;
    let pages = [
        "/me",
        "/me/profile",
        "/me/data",
        "/me/credit",
        "/me/second-factor",
        "/e/yinyuehui/me",
        "/e/yinyuehui/plaza",
        "/e/yinyuehui/plaza/declarations",
        "/e/yinyuehui/plaza/quizzes",
        "/e/yinyuehui/plaza/portrait",
        "/e/yinyuehui/people",
        "/e/yinyuehui/people/apart",
        "/e/yinyuehui/leaderboard",
        "/e/yinyuehui/points",
        "/e/yinyuehui/badge",
        "/e/qixi/me",
        "/e/qixi/why",
    ];
    scene.round(wrong, "her", Some(her), &pages).await;
    for link in ["a[href*='/plaza/posts/']", "a[href*='/plaza/report/']", "a[href*='/people/']:not([href$=apart])"] {
        scene.window.go("/e/yinyuehui/plaza").await;
        let path = scene.window.run(&format!("document.querySelector(\"main {link}\")?.getAttribute('href')")).await;
        let path = path.as_str().unwrap_or_else(|| panic!("no {link}")).split('#').next().unwrap().to_owned();
        scene.round(wrong, "her", Some(her), &[&path]).await;
    }
    let db = scene.app.database.reader();
    let post = contribution::Entity::of_event(scene.event("yinyuehui").await.id);
    let post = post.filter(contribution::Column::Kind.eq(contribution::Kind::Post)).one(db).await.unwrap().unwrap();
    let author = registration::Entity::find_by_id(post.registration_id).one(db).await.unwrap().unwrap().account_id;
    let take_down = format!("/e/yinyuehui/plaza/take-down/{}", post.id);
    scene.round(wrong, "author", Some(author), &[&take_down, "/e/yinyuehui/plaza/portrait"]).await;
    let newcomer = scene.account("a0800").await;
    scene.round(wrong, "newcomer", Some(newcomer), &["/e/jinqiu", "/e/jinqiu/register", "/me"]).await;
    let line = line::Entity::find().filter(line::Column::RegistrationId.is_not_null());
    let line = line.one(scene.app.database.reader()).await.unwrap().unwrap();
    let report = format!("/e/yinyuehui/chat/all/report/{}", line.id);
    scene.round(wrong, "in the chat", Some(author), &["/e/yinyuehui/chat", &report]).await;
    let outside = scene.standing("yuandan", Status::Waitlisted).await;
    let pages = ["/e/yuandan/me", "/e/yuandan/feedback/online"];
    scene.round(wrong, "not selected", Some(outside.account_id), &pages).await;
    for status in [Status::Selected, Status::Waitlisted, Status::NotSelected] {
        let one = scene.standing("zhongqiu", status).await;
        let pages = ["/e/zhongqiu/me", "/e/zhongqiu/why"];
        scene.round(wrong, &format!("{status:?}"), Some(one.account_id), &pages).await;
    }
    let guest = scene.standing("qixi-tonight", Status::Confirmed).await;
    let pages = ["me", "badge", "plaza", "programme", "dates", "picks", "matches", "confessions", "draws"]
        .map(|page| format!("/e/qixi-tonight/{page}"));
    let pages = pages.each_ref().map(String::as_str);
    scene.round(wrong, "guest", Some(guest.account_id), &pages).await;
}

async fn circle(scene: &Scene, wrong: &mut BTreeSet<String>) {
    let db = scene.app.database.reader();
    let event = scene.event("yuandan").await;
    let joined = member::Entity::of_event(event.id).all(db).await.unwrap();
    let account = async |id: Uuid| registration::Entity::find_by_id(id).one(db).await.unwrap().unwrap().account_id;
    let her = account(joined[0].registration_id).await;
    let written = note::Entity::of_event(event.id).filter(note::Column::RegistrationId.ne(joined[0].registration_id));
    let written = written.filter(note::Column::About.is_null()).one(db).await.unwrap().unwrap();
    let [post, report] = ["notes", "report"].map(|page| format!("/e/yuandan/circle/{page}/{}", written.id));
    let own = ["me", "matches", "circle", "introductions", "chat"].map(|page| format!("/e/yuandan/{page}"));
    let pages: Vec<&str> = own.iter().chain([&post, &report]).map(String::as_str).collect();
    scene.round(wrong, "in the circle", Some(her), &pages).await;
    let outside = presence::Entity::inside(event.id)
        .filter(presence::Column::RegistrationId.is_not_in(joined.iter().map(|member| member.registration_id)));
    let outside = outside.one(db).await.unwrap().unwrap();
    let pages = ["/e/yuandan/me", "/e/yuandan/circle"];
    scene.round(wrong, "outside the circle", Some(account(outside.registration_id).await), &pages).await;
    let pages = ["reported", "shown", "hidden"].map(|show| format!("/office/e/yuandan/circle?show={show}"));
    let pages = [&pages[0], &pages[1], &pages[2], "/office/e/qixi/circle"];
    scene.round(wrong, "organizer", Some(scene.account("organizer").await), &pages).await;
}

async fn staff(scene: &Scene, wrong: &mut BTreeSet<String>) {
    let db = scene.app.database.reader();
    let worn = badge::Entity::of_event(scene.event("qixi-tonight").await.id).one(db).await.unwrap().unwrap();
    let applicant = scene.standing("jinqiu", Status::Applied).await;
    let unit = unit::Entity::find().one(db).await.unwrap().unwrap();
    let looked_after = unit_contact::Entity::find().one(db).await.unwrap().unwrap();
    let pages: Vec<String> = [
        "/office",
        "/office/new",
        "/office/o/yanyuan/units",
        "/office/o/yanyuan/goods",
        "/office/o/yanyuan/vouchers",
        "/office/o/yanyuan/shops",
        "/office/e/qixi-tonight/draws",
        "/office/e/jinqiu",
        "/office/e/jinqiu/settings",
        "/office/e/jinqiu/copy",
        "/office/e/jinqiu/postpone",
        "/office/e/jinqiu/posters",
        "/office/e/jinqiu/posters/print?paper=a3",
        "/office/e/yinyuehui/chat",
        "/office/e/yinyuehui/chat?show=shown",
        "/office/e/jinqiu/points",
        "/office/e/jinqiu/registrations",
        "/office/e/jinqiu/registrations/import",
        "/office/e/jinqiu/staff",
        "/office/e/jinqiu/audit",
        "/office/e/jinqiu/mail",
        "/office/e/yinyuehui/moderation",
        "/office/e/yinyuehui/quizzes",
        "/office/e/qixi/screening",
        "/office/e/zhongqiu/screening",
        "/office/e/zhongqiu/standby",
        "/office/e/qixi-tonight/badges",
        "/office/e/qixi-tonight/badges/print?size=card",
        "/office/e/qixi-tonight/dates",
        "/office/e/qixi-tonight/dates/print?",
        "/office/e/qixi-tonight/devices",
        "/office/e/qixi-tonight/reviews",
        "/office/e/qixi-tonight/groups",
        "/office/e/yuandan/report",
        "/office/o/yanyuan/report?year=2026",
        "/office/o/yanyuan/report?year=2000",
        "/office/o/yanyuan/report/tree?year=2026",
        "/e/qixi-tonight/console",
        "/e/qixi-tonight/stage",
    ]
    .into_iter()
    .map(str::to_owned)
    .chain([
        format!("/office/e/jinqiu/registrations/{}", applicant.id),
        format!("/office/o/yanyuan/units/{}", unit.id),
        format!("/office/e/qixi-tonight/badges/{}", worn.worn()),
        "/office/nowhere".to_owned(),
    ])
    .collect();
    let pages: Vec<&str> = pages.iter().map(String::as_str).collect();
    scene.round(wrong, "organizer", Some(scene.account("organizer").await), &pages).await;
    let (invitation, pairing) = scene.invite_a_device().await;
    scene.round(wrong, "organizer", Some(scene.account("organizer").await), &[&invitation]).await;
    scene.round(wrong, "a phone to pair", None, &[&pairing]).await;
    scene.round(wrong, "a machine to be a screen", None, &["/screen"]).await;
    let employer = format!("/unit/{}", looked_after.unit_id);
    scene.round(wrong, "contact", Some(scene.account("contact").await), &["/unit", &employer]).await;
    let code = code::valid_for(db, worn.id).await.unwrap().unwrap().open(&scene.app).unwrap();
    let pages = ["/e/qixi-tonight/desk", "/e/qixi-tonight/desk/vouchers", &format!("/c/{}", code.as_str()), "/me"];
    scene.round(wrong, "desk", Some(scene.account("desk").await), &pages).await;
    let followed = couple::Entity::find_standing().filter(couple::Column::FollowUpSince.is_not_null());
    let followed = followed.one(db).await.unwrap().unwrap();
    let case = format!("/volunteer/c/{}", followed.id);
    let pages = ["/volunteer", "/volunteer/e/yuandan", "/volunteer/introductions", "/volunteer/calendar", &case];
    scene.round(wrong, "volunteer", Some(scene.account("volunteer").await), &pages).await;
    let own = registration::Entity::find_by_id(followed.lo_id).one(db).await.unwrap().unwrap().account_id;
    let letters = format!("/e/yuandan/matches/{}/letters", followed.match_id);
    scene.round(wrong, "one of the two", Some(own), &[&letters]).await;
    scene.round(wrong, "whoever holds a letter", None, &["/answered"]).await;
    let asking = request::Entity::find().one(db).await.unwrap().unwrap().account_id;
    scene.round(wrong, "who asks for an introduction", Some(asking), &["/e/yuandan/introductions"]).await;
}

async fn administrator(scene: &Scene, wrong: &mut BTreeSet<String>) {
    let letter = letter::Entity::find().one(scene.app.database.reader()).await.unwrap().unwrap();
    let kept = format!("/admin/outbox/{}", letter.id);
    let pages = [
        "/admin",
        "/admin/unions",
        "/admin/accounts",
        "/admin/outbox",
        "/admin/audit",
        "/admin/second-factors",
        &kept,
        "/office/o/yanyuan/staff",
    ];
    scene.round(wrong, "administrator", Some(scene.account("administrator").await), &pages).await;
}

async fn shine(window: &Window, light: &str) {
    let features = json!([{ "name": "prefers-color-scheme", "value": light },
        { "name": "prefers-reduced-motion", "value": "reduce" }]);
    window.cdp("Emulation.setEmulatedMedia", json!({ "features": features })).await;
}
