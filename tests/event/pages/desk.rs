//! The desk: devices that are let in and shut out, and what they may do.

use queqiao::accounts::token;
use queqiao::audit::entry;
use queqiao::events::crew::Role;
use queqiao::events::device;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use reqwest::Method;
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::fixtures::browser::{Browser, between, header};
use crate::fixtures::door::guests;
use crate::fixtures::door::{DEVICES, DOOR, code_of, paired, scan};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};
use crate::fixtures::person::Answer;

async fn devices(evening: &Evening) -> Vec<device::Model> {
    device::Entity::find().all(evening.app.database.reader()).await.unwrap()
}

fn heard(answer: &Answer) -> (u16, &str) {
    (answer.status, answer.json["result"].as_str().unwrap_or_else(|| answer.code()))
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_phone_becomes_a_desk_by_scanning_a_code(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let guest = guests(&evening, "men", 1).await.remove(0);
    let office = Browser::of(&evening, &evening.organizer).await;
    let invited = office.send("/office/e/qixi/devices", &[]).await;
    assert_eq!(invited.status(), 303);
    let invitation = header(&invited, "location").to_owned();
    let (status, page) = office.get(&invitation).await;
    assert!(status == 200 && page.contains("data-open"), "{page}");
    let url = between(&page, "<code id=\"invitation-url\">", "</code>");
    let path = url.strip_prefix(&evening.address).unwrap().to_owned();

    let mut phone = Browser::open(&evening);
    for _ in 0..2 {
        let looked = phone.request(Method::GET, &path).send().await.unwrap();
        assert_eq!((looked.status().as_u16(), header(&looked, "referrer-policy")), (200, "no-referrer"));
    }
    assert!(devices(&evening).await[0].paired_at.is_none(), "looking at the address pairs nothing");
    let named = phone.send(&path, &[("name", "东门<b>1</b>")]).await;
    assert_eq!((named.status().as_u16(), header(&named, "location")), (303, "/e/qixi/desk"));
    let cookie = header(&named, "set-cookie").to_owned();
    assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
    phone.cookie = cookie.split(';').next().map(str::to_owned);

    let (status, page) = office.get("/office/e/qixi/devices").await;
    assert!(status == 200 && page.contains("东门&#60;b&#62;1"), "{page}");
    let (_, page) = office.get(&invitation).await;
    assert!(!page.contains("data-open") && !page.contains("/pair/"), "{page}");
    let row = devices(&evening).await.remove(0);
    let token = phone.cookie.as_deref().unwrap().split('=').nth(1).unwrap();
    assert!(row.token_digest.is_some() && row.token_digest == token::digest(token), "kept as a digest");

    let scanned = phone.request(Method::POST, DOOR).header("Sec-Fetch-Site", "same-origin");
    let scanned = scanned.json(&scan(&code_of(&guest).await, "东门<b>1</b>", 1)).send().await.unwrap();
    assert_eq!(scanned.status(), 200);
    let heard: Value = scanned.json().await.unwrap();
    assert_eq!((&heard["result"], &heard["participant"]["badge"]), (&json!("admitted"), &json!("男001")));
    let deeds = entry::Entity::find().all(evening.app.database.reader()).await.unwrap();
    for deed in ["device_invited", "device_paired"] {
        assert!(deeds.iter().any(|entry| entry.action == deed), "{deed}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_phones_that_scan_one_code_one_becomes_a_desk(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let invited = evening.organizer.post(DEVICES, json!({})).await;
    let phones = (0..12).map(|phone| {
        let wish = json!({"token": invited.json["token"], "name": format!("手机 {phone}")});
        let visitor = evening.visitor();
        tokio::spawn(async move { visitor.post("/api/v1/devices/pair", wish).await })
    });
    let mut statuses = Vec::new();
    for phone in phones.collect::<Vec<_>>() {
        let answer = phone.await.unwrap();
        assert!(answer.status == 201 || answer.code() == "no_invitation", "{}", answer.text());
        statuses.push(answer.status);
    }
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_invitation_ends_by_the_clock_and_by_an_organizer(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let [late, void] =
        [evening.organizer.post(DEVICES, json!({})).await, evening.organizer.post(DEVICES, json!({})).await];
    let gone = evening.organizer.delete(&format!("{DEVICES}/{}", void.json["id"].as_str().unwrap())).await;
    assert_eq!(gone.status, 204, "{}", gone.text());
    evening.clock.advance(chrono::Duration::minutes(11));
    for invited in [&late, &void] {
        let path = format!("/pair/{}", invited.json["token"].as_str().unwrap());
        let (status, page) = Browser::open(&evening).get(&path).await;
        assert!(status == 404 && page.contains("这个配对码不能用了"), "{page}");
        let wish = json!({"token": invited.json["token"], "name": "东门"});
        let refused = evening.visitor().post("/api/v1/devices/pair", wish).await;
        assert_eq!((refused.status, refused.code()), (404, "no_invitation"));
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_devices_in_use_do_not_share_a_name(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    paired(&evening, "东门").await;
    let invited = evening.organizer.post(DEVICES, json!({})).await;
    let path = format!("/pair/{}", invited.json["token"].as_str().unwrap());
    let phone = Browser::open(&evening);
    for (name, message) in [(" 东门 ", "已经有一台设备叫这个名字了"), ("", "不能空着")] {
        let refused = phone.send(&path, &[("name", name)]).await;
        assert_eq!(refused.status(), 422);
        let page = refused.text().await.unwrap();
        assert!(page.contains(message) && page.contains(&format!("value=\"{name}\"")), "{page}");
        assert!(page.contains("aria-invalid"), "{page}");
    }
    let first = devices(&evening).await.into_iter().find(|device| device.name.is_some()).unwrap();
    assert_eq!(evening.organizer.delete(&format!("{DEVICES}/{}", first.id)).await.status, 204);
    assert_eq!(phone.send(&path, &[("name", "东门")]).await.status(), 303, "the name is free again");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_device_that_was_shut_out_gets_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let guests = guests(&evening, "women", 2).await;
    let device = paired(&evening, "东门").await;
    assert_eq!(heard(&device.post(DOOR, scan(&code_of(&guests[0]).await, "东门", 1)).await), (200, "admitted"));
    let id = devices(&evening).await[0].id;
    let office = Browser::of(&evening, &evening.organizer).await;
    let revoked = office.send(&format!("/office/e/qixi/devices/{id}/revoke"), &[]).await;
    assert_eq!((revoked.status().as_u16(), header(&revoked, "location")), (303, "/office/e/qixi/devices"));
    for (path, body) in [
        (DOOR.to_owned(), scan(&code_of(&guests[1]).await, "东门", 2)),
        // What it was answered before it is not told again either.
        (DOOR.to_owned(), scan(&code_of(&guests[0]).await, "东门", 1)),
        (format!("{DOOR}/batch"), json!({"scans": [scan("X", "东门", 3)]})),
        (format!("{DOOR}/search"), json!({"name": "guest"})),
    ] {
        let refused = device.post(&path, body).await;
        assert_eq!(refused.status, 401, "{path}: {}", refused.text());
    }
    assert_eq!(device.get(&format!("{DOOR}/counts")).await.status, 401);
    assert_eq!(device.get(&format!("{DOOR}/roster")).await.status, 401);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_device_checks_in_for_its_event_and_does_nothing_else(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let guest = guests(&evening, "men", 1).await.remove(0);
    let (device, other) = (paired(&evening, "东门").await, paired(&evening, "西门").await);
    // Every call there is, but for those of the desk itself.
    let document = evening.visitor().get("/api/v1/openapi.json").await.json;
    let mut requests = 0;
    for (pattern, methods) in document["paths"].as_object().unwrap() {
        for (method, call) in methods.as_object().unwrap() {
            let open = call["security"].as_array().is_none_or(|needs| needs.is_empty() || needs.contains(&json!({})));
            let who = call["description"].as_str().unwrap_or_default();
            if open
                || who.contains("Who: desk")
                || call["summary"].as_str().is_some_and(|who| who.contains("Who: desk"))
            {
                continue;
            }
            let path = pattern.replace("{event}", "qixi").replace("{n}", "1").replace(['{', '}'], "");
            let request = device.request(method.to_uppercase().parse().unwrap(), &path);
            let refused = device.send(request.json(&json!({}))).await;
            assert!([401, 403].contains(&refused.status), "{method} {pattern}: {} {}", refused.status, refused.text());
            requests += 1;
        }
    }
    assert!(requests > 80, "{requests}");
    // Nor under another's name, nor at another event, nor as a page.
    let code = code_of(&guest).await;
    let refused = device.post(DOOR, scan(&code, "西门", 7)).await;
    assert_eq!(heard(&refused), (403, "not_your_name"));
    let queued = device.post(&format!("{DOOR}/batch"), json!({"scans": [scan(&code, "西门", 8)]})).await;
    assert_eq!(queued.json["items"][0]["status"], 403, "{}", queued.text());
    assert_eq!(device.post("/api/v1/events/other/check-ins", scan(&code, "东门", 9)).await.status, 401);
    for path in ["/office/e/qixi/devices", "/me", "/admin/outbox"] {
        let mut browser = Browser::open(&evening);
        browser.cookie = device.token.as_ref().map(|token| format!("queqiao-desk={token}"));
        let (status, _) = browser.get(path).await;
        assert!([303, 401, 403, 404].contains(&status), "{path}: {status}");
    }
    // An undo is the own device's.
    let entered = device.post(DOOR, scan(&code, "东门", 10)).await;
    let undo = format!("{DOOR}/{}/undo", entered.json["attempt"].as_str().unwrap());
    let wish = |device: &str| json!({"nonce": format!("{:032x}", 11), "device": device, "reason": "认错人"});
    assert_eq!(heard(&other.post(&undo, wish("东门")).await), (403, "not_your_name"));
    assert_eq!(heard(&other.post(&undo, wish("西门")).await), (403, "not_your_scan"));
    assert_eq!(device.post(&undo, wish("东门")).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn another_site_cannot_use_a_desks_cookie(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let guest = guests(&evening, "men", 1).await.remove(0);
    let device = paired(&evening, "东门").await;
    let mut browser = Browser::open(&evening);
    browser.cookie = device.token.as_ref().map(|token| format!("queqiao-desk={token}"));
    let wish = scan(&code_of(&guest).await, "东门", 1);
    for site in [Some("cross-site"), Some("same-site"), None] {
        let mut request = browser.request(Method::POST, DOOR).json(&wish);
        if let Some(site) = site {
            request = request.header("Sec-Fetch-Site", site);
        }
        let refused = request.send().await.unwrap();
        assert_eq!(refused.status(), 403, "{site:?}");
    }
    let own = browser.request(Method::POST, DOOR).json(&wish).header("Sec-Fetch-Site", "same-origin");
    assert_eq!(own.send().await.unwrap().json::<Value>().await.unwrap()["result"], "admitted");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn devices_are_their_unions_own_business(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let device = paired(&evening, "东门").await;
    let id = devices(&evening).await[0].id;
    let (stranger, desk) = (evening.stranger().await, evening.crew(Role::Desk).await);
    for person in [&stranger, &desk] {
        let browser = Browser::of(&evening, person).await;
        for path in ["/office/e/qixi/devices".to_owned(), format!("/office/e/qixi/devices/{id}")] {
            let (status, page) = browser.get(&path).await;
            assert!(status == 403 && !page.contains("东门"), "{path}: {status}");
        }
        assert_eq!(person.post(DEVICES, json!({})).await.status, 403);
        assert_eq!(person.delete(&format!("{DEVICES}/{id}")).await.status, 403);
    }
    assert_eq!(evening.organizer.delete(&format!("{DEVICES}/{}", evening.event.id)).await.status, 404);
    // A desk that lies in a drawer opens nothing at the next event.
    assert_eq!(device.get(&format!("{DOOR}/counts")).await.status, 200);
    evening.clock.advance(hours(24 * 4));
    evening.move_to(Phase::Closed).await;
    evening.clock.advance(hours(24 * 4));
    assert_eq!(device.get(&format!("{DOOR}/counts")).await.status, 401);
}

/// Whoever has no seat once the doors are open gets none: neither the words at the desk nor the house say otherwise.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_desk_promises_nothing_that_nobody_can_do_on_site(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let guest = guests(&evening, "men", 1).await.remove(0);
    let code = code_of(&guest).await;
    let office = Browser::of(&evening, &evening.organizer).await;
    let (_, page) = office.get("/e/qixi/desk").await;
    let standings = [
        (Status::Waitlisted, "waitlisted", "现场不能递补"),
        (Status::Selected, "unconfirmed", "现场不能补"),
        (Status::Declined, "declined", "现场不能再给"),
        (Status::Withdrawn, "withdrawn", "现场不能再给"),
    ];
    for (place, (status, reason, words)) in (1..).zip(standings) {
        evening.stands(&guest, status).await;
        let answer = evening.organizer.post(DOOR, scan(&code, "东门", place)).await;
        assert_eq!((heard(&answer), &answer.json["reason"]), ((200, "refused"), &json!(reason)), "{}", answer.text());
        let advice = between(&page, &format!("data-name=\"advice-{reason}\">"), "</p>");
        assert!(advice.contains(words), "{reason}: {advice}");
    }
    evening.stands(&guest, Status::Selected).await;
    let reply = guest.post("/api/v1/events/qixi/registrations/me/reply", json!({ "reply": "confirm" })).await;
    assert_eq!((reply.status, reply.code()), (409, "phase_closed"));
    let promotions = "/api/v1/events/qixi/screening/standby/promotions";
    let called = evening.organizer.post(promotions, json!({ "side": "men" })).await;
    assert_eq!((called.status, called.code()), (409, "phase_closed"));
}
