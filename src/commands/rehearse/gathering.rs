//! A union sets up its event, and people apply.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, anyhow, ensure};
use chrono::Duration;
use reqwest::Method;
use serde_json::{Value, json};

use super::cast::{self, Applicant, PASSWORD};
use super::client::Line;
use super::phone::Phone;
use super::report::Report;
use super::tell;
use super::theatre::{Theatre, at_once};
use crate::accounts::address::MailAddress;
use crate::accounts::appoint_administrator::{NotAppointed, appoint_administrator};

/// How many phones call at once.
pub const PHONES: usize = 48;
const DESKS: usize = 6;
const ONE_UNITS_MAIL: &str = "example";

/// Everybody who works for the event.
pub struct House<'a> {
    /// Where it all happens.
    pub theatre: &'a Theatre,
    pub event: String,
    pub administrator: Phone,
    pub organizer: Phone,
    pub host: Phone,
    pub desks: Vec<Arc<Phone>>,
    pub volunteer: Phone,
    pub units: Vec<String>,
    unit_ids: HashMap<String, String>,
}

/// An applicant with a phone in hand.
pub struct Person {
    pub cast: Applicant,
    pub phone: Phone,
}

/// An administrator makes a union, an organizer its event.
///
/// # Errors
/// Where a step is refused.
pub async fn staff_and_event<'a>(theatre: &'a Theatre, report: &mut Report) -> anyhow::Result<House<'a>> {
    tell("a union sets up its event");
    let line = theatre.line.step("event set up");
    let tag = &theatre.tag;
    let address = |role: &str| format!("{role}.{tag}@union.example");
    make_administrator(theatre, &address("administrator")).await?;
    let administrator = Phone::sign_in(&line, &address("administrator"), PASSWORD).await?;
    let mut house = House {
        theatre,
        event: format!("qixi-{tag}"),
        organizer: Phone::new(&line),
        host: Phone::new(&line),
        volunteer: Phone::new(&line),
        desks: Vec::new(),
        administrator,
        units: cast::units(cast::unit_count(theatre.seats)),
        unit_ids: HashMap::new(),
    };
    let union = json!({ "slug": format!("union-{tag}"), "name": "燕缘际会工会联合会" });
    house.administrator.post(&line, "/organizations", &union).await?.ok()?;
    let grant = json!({ "email": address("organizer"), "role": "organizer" });
    house.administrator.post(&line, &format!("/organizations/union-{tag}/staff"), &grant).await?.ok()?;
    come(theatre, &line, &[address("organizer")]).await?;
    house.organizer = Phone::sign_in(&line, &address("organizer"), PASSWORD).await?;
    import_units(&line, &mut house).await?;
    report.units = house.unit_ids.len();
    ensure!(report.units == house.units.len(), "{} of {} units were imported", report.units, house.units.len());
    draw_up(&line, &house).await?;
    let desks: Vec<String> = (1..=DESKS).map(|desk| format!("desk{desk}")).collect();
    let roles: Vec<&str> = ["host", "volunteer"].into_iter().chain(desks.iter().map(String::as_str)).collect();
    for role in &roles {
        let grant = json!({ "email": address(role), "role": role.trim_end_matches(char::is_numeric) });
        house.organizer.post(&line, &format!("/events/{}/crew", house.event), &grant).await?.ok()?;
    }
    come(theatre, &line, &roles.iter().map(|role| address(role)).collect::<Vec<_>>()).await?;
    house.host = Phone::sign_in(&line, &address("host"), PASSWORD).await?;
    house.volunteer = Phone::sign_in(&line, &address("volunteer"), PASSWORD).await?;
    for desk in &desks {
        house.desks.push(Arc::new(Phone::sign_in(&line, &address(desk), PASSWORD).await?));
    }
    Ok(house)
}

/// Those who are invited to work have no account yet: each opens their letter and chooses a password,
/// which accepts.
async fn come(theatre: &Theatre, line: &Line, people: &[String]) -> anyhow::Result<()> {
    let letters = theatre.letters_of("invitation").await?;
    for person in people {
        verify(line, letters.get(person)).await?;
    }
    Ok(())
}

/// Everybody signs up, proves their address, and applies; those the house does not know by their mail
/// domain are approved by the organizer.
///
/// # Errors
/// Where a step is refused.
pub async fn applicants(house: &House<'_>, report: &mut Report) -> anyhow::Result<Vec<Arc<Person>>> {
    let cast = cast::applicants(house.theatre.applicants, house.theatre.seats, &house.theatre.tag, house.theatre.seed);
    tell(&format!("{} people sign up", cast.len()));
    let line = house.theatre.line.step("sign-up");
    at_once(PHONES, cast.clone(), |applicant| {
        let line = line.clone();
        async move { sign_up(&line, &applicant.email, &applicant.nickname, !applicant.man).await }
    })
    .await?;
    let letters = Arc::new(house.theatre.letters_of("verify").await?);
    let line = house.theatre.line.step("mail confirmed");
    at_once(PHONES, cast.clone(), |applicant| {
        let (line, letters) = (line.clone(), Arc::clone(&letters));
        async move { verify(&line, letters.get(&applicant.email)).await }
    })
    .await?;
    tell("they sign in and apply");
    let (signing, applying) = (house.theatre.line.step("sign-in"), house.theatre.line.step("application"));
    let people = at_once(PHONES, cast, |applicant| {
        let (signing, applying) = (signing.clone(), applying.clone());
        let event = house.event.clone();
        let name = house.units.get(applicant.unit).cloned().unwrap_or_default();
        let unit = house.unit_ids.get(&name).cloned().unwrap_or_default();
        async move {
            let phone = Phone::sign_in(&signing, &applicant.email, PASSWORD).await?;
            let path = format!("/events/{event}/registrations");
            phone.post(&applying, &path, &json!({ "unit_id": unit })).await?.ok()?;
            let again = phone.post(&applying, &path, &json!({ "unit_id": unit })).await?;
            ensure!(again.code() == "already_registered", "a second application: {}", again.status);
            Ok(Arc::new(Person { cast: applicant, phone }))
        }
    })
    .await?;
    report.applicants = people.len();
    approve(house, report).await?;
    Ok(people)
}

async fn approve(house: &House<'_>, report: &mut Report) -> anyhow::Result<()> {
    let line = house.theatre.line.step("approval");
    loop {
        let path = format!("/events/{}/registrations?status=applied&limit=200", house.event);
        let waiting = house.organizer.get(&line, &path).await?.ok()?;
        let ids: Vec<&str> =
            waiting["items"].as_array().into_iter().flatten().filter_map(|item| item["id"].as_str()).collect();
        if ids.is_empty() {
            break;
        }
        let body = json!({ "ids": ids, "decision": "approve", "reason": "在职" });
        let path = format!("/events/{}/registrations/decisions", house.event);
        house.organizer.post(&line, &path, &body).await?.ok()?;
    }
    let mut approved = 0;
    let mut cursor = String::new();
    loop {
        let path = format!("/events/{}/registrations?status=approved&limit=200{cursor}", house.event);
        let page = house.organizer.get(&line, &path).await?.ok()?;
        approved += page["items"].as_array().map_or(0, Vec::len);
        match page["next"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    report.approved = approved;
    report.promise(
        "everybody who applied once is registered once",
        approved == house.theatre.applicants,
        format!("{approved} approved"),
    );
    Ok(())
}

async fn sign_up(line: &Line, email: &str, nickname: &str, woman: bool) -> anyhow::Result<()> {
    let gender = if woman { "female" } else { "male" };
    let body = json!({ "email": email, "nickname": nickname, "gender": gender });
    let answer = line.call(Method::POST, "/auth/register", None, Some(&body)).await?;
    ensure!(answer.status == 202, "sign-up: {} {}", answer.status, String::from_utf8_lossy(&answer.bytes));
    Ok(())
}

/// Follows the link in the newest letter, and chooses a password.
async fn verify(line: &Line, letters: Option<&Vec<String>>) -> anyhow::Result<()> {
    let letter = letters.and_then(|letters| letters.last()).context("no letter to confirm the address came")?;
    let token = letter.rsplit("token=").next().and_then(|rest| rest.split_whitespace().next());
    let body = json!({ "token": token.context("no token in the letter")?, "password": PASSWORD });
    line.call(Method::POST, "/auth/verify", None, Some(&body)).await?.ok()?;
    Ok(())
}

async fn make_administrator(theatre: &Theatre, email: &str) -> anyhow::Result<()> {
    let address = MailAddress::read(email).map_err(|_| anyhow!("{email} is no address"))?;
    let appointed = appoint_administrator(&theatre.app, &address, PASSWORD).await;
    appointed.map_err(|error| anyhow!("the administrator: {error}"))?.map_err(|refused| match refused {
        NotAppointed::Weak(weak) => anyhow!("the administrator: {}", weak.advice()),
        NotAppointed::Already => anyhow!("there is an administrator already"),
    })
}

async fn import_units(line: &Line, house: &mut House<'_>) -> anyhow::Result<()> {
    // As Excel in China writes it.
    let mut table = String::from("单位名称,邮箱域名\r\n");
    for (number, name) in house.units.iter().enumerate() {
        // Two units in three can be recognised by the mail domain of their people.
        let domain = if number % 3 == 0 { String::new() } else { format!("u{number}.{ONE_UNITS_MAIL}") };
        table.push_str(&format!("{name},{domain}\r\n"));
    }
    let (bytes, _, _) = encoding_rs::GB18030.encode(&table);
    let path = format!("{}/api/v1/units/import?organization=union-{}", line.address, house.theatre.tag);
    let token = house.organizer.token().await?;
    let request = line.http.post(path).bearer_auth(token).header("content-type", "text/csv").body(bytes.into_owned());
    line.send(request, "POST /units/import").await?.ok()?;
    for name in &house.units {
        let path = format!("/units?organization=union-{}&q={name}", house.theatre.tag);
        let found = house.organizer.get(line, &path).await?.ok()?;
        let items = found["items"].as_array().context("no items")?;
        let unit = items.iter().find(|unit| unit["name"] == json!(name)).context("a unit is missing")?;
        house.unit_ids.insert(name.clone(), unit["id"].as_str().context("no id")?.to_owned());
    }
    Ok(())
}

/// Registration at once, a week of it; five days online; the evening two weeks later.
async fn draw_up(line: &Line, house: &House<'_>) -> anyhow::Result<()> {
    let now = house.theatre.clock.now();
    let day = |days: i64| (now + Duration::days(days)).to_rfc3339();
    let half = house.theatre.seats / 2;
    let phases: Vec<Value> = [
        ("registration", day(1)),
        ("online", day(7)),
        ("screening", day(12)),
        ("confirmation", day(13)),
        ("on_site", day(20)),
        ("closed", day(21)),
    ]
    .into_iter()
    .map(|(phase, at)| json!({ "phase": phase, "starts_at": at }))
    .collect();
    let event = json!({
        "organization": format!("union-{}", house.theatre.tag),
        "template": "mixer",
        "slug": house.event,
        "title": "燕缘际会·七夕",
        "title_en": "Qixi Night",
        "summary": "五天线上互动,一晚线下相见。",
        "venue": "市工人文化宫",
        "starts_at": (now + Duration::days(20) + Duration::hours(2)).to_rfc3339(),
        "ends_at": (now + Duration::days(20) + Duration::hours(6)).to_rfc3339(),
        "seats": house.theatre.seats,
        "phases": phases,
        "hosts": [
            { "role": "organizer", "name": "市总工会" },
            { "role": "co_organizer", "name": "燕缘际会工会联合会" },
        ],
        "screening": {
            "fallback": "none",
            "side": { "men": { "min": half, "max": half }, "women": { "min": half, "max": half } },
            "unit_side": { "max": 3 },
        },
        "dates": { "rounds": 8, "minutes": 8, "pause_seconds": 90 },
        "picks": { "limit": 3 },
        "stage": { "confessions": { "each": 1, "answer_minutes": 5 } },
        "circle": { "days": 30 },
    });
    house.organizer.post(line, "/events", &event).await?.ok()?;
    house.organizer.post(line, &format!("/events/{}/publish", house.event), &json!({})).await?.ok()?;
    house.theatre.time_passes(Duration::days(1)).await;
    Ok(())
}
