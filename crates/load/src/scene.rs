//! A served house in the middle of an evening, and who acts in it: the crew, guests with badges, desks that were
//! paired, people who are about to apply.

use std::time::{Duration, Instant};

use anyhow::Context;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::connection::{Connection, Parts};
use crate::served::{House, Served};

/// Everybody's password in a demonstration.
pub const PASSWORD: &str = "queqiao-demo-2026";
/// How many people a demonstration has.
pub const PEOPLE: usize = 800;
/// The event whose evening it is.
pub const TONIGHT: &str = "/api/v1/events/qixi-tonight";
/// The event whose online phase it is.
pub const ONLINE: &str = "/api/v1/events/yinyuehui";
/// How many people tonight's event was applied to by: the first of all.
const TONIGHTS: usize = 120;
/// Tokens live for a quarter of an hour.
const FRESH: Duration = Duration::from_secs(8 * 60);

/// Somebody who wears a badge tonight.
#[derive(Clone)]
pub struct Guest {
    pub token: String,
    pub badge: String,
    pub is_man: bool,
}

/// The house and everybody's tokens.
pub struct Scene {
    pub served: Served,
    pub organizer: String,
    pub host: String,
    pub desk: String,
    /// Tokens, of `people` of the demonstration.
    pub people: Vec<String>,
    pub guests: Vec<Guest>,
    wanted: usize,
    signed_in: Instant,
    devices: Vec<String>,
    line: Connection,
    made: usize,
}

/// The mail address of the demonstration's person of this place.
#[must_use]
pub fn address_of(place: usize) -> String {
    format!("a{:04}@demo.example", place % PEOPLE + 1)
}

/// The body of a sign-in.
#[must_use]
pub fn credentials(email: &str) -> String {
    json!({ "email": email, "password": PASSWORD }).to_string()
}

fn text(value: &Value, member: &str) -> anyhow::Result<String> {
    Ok(value.get(member).and_then(Value::as_str).with_context(|| format!("no {member} in {value}"))?.to_owned())
}

fn items(page: &Value) -> impl Iterator<Item = &Value> {
    page.get("items").and_then(Value::as_array).into_iter().flatten()
}

impl Scene {
    /// Begins to serve, and signs in so many people besides the crew.
    ///
    /// # Errors
    /// Where the house is not as a demonstration leaves it.
    pub async fn open(house: &House, people: usize) -> anyhow::Result<Self> {
        let served = house.serve().await?;
        let line = Connection::to(served.address);
        let [organizer, host, desk] = [const { String::new() }; 3];
        let mut scene = Self {
            served,
            organizer,
            host,
            desk,
            people: Vec::new(),
            guests: Vec::new(),
            wanted: people.max(TONIGHTS),
            signed_in: Instant::now(),
            devices: Vec::new(),
            line,
            made: 0,
        };
        scene.sign_everybody_in().await?;
        Ok(scene)
    }

    /// Signs everybody in again where their tokens will not last another row.
    ///
    /// # Errors
    /// Where somebody is refused.
    pub async fn renew(&mut self) -> anyhow::Result<()> {
        if self.signed_in.elapsed() > FRESH { self.sign_everybody_in().await } else { Ok(()) }
    }

    async fn sign_everybody_in(&mut self) -> anyhow::Result<()> {
        self.signed_in = Instant::now();
        let crew = ["organizer@demo.example", "host@demo.example", "desk@demo.example"].map(str::to_owned);
        let [organizer, host, desk] = self.sign_in(crew.to_vec()).await?.try_into().unwrap_or_default();
        (self.organizer, self.host, self.desk) = (organizer, host, desk);
        self.people = self.sign_in((0..self.wanted).map(address_of).collect()).await?;
        self.guests.clear();
        for token in self.people.iter().take(TONIGHTS) {
            let parts = Parts { bearer: Some(token), ..Parts::default() };
            // Half of those who applied have no seat and no badge.
            if let Ok(badge) = self.line.call("GET", &format!("{TONIGHT}/badges/me"), parts).await {
                let (badge, side) = (text(&badge, "badge")?, text(&badge, "side")?);
                self.guests.push(Guest { token: token.clone(), badge, is_man: side == "men" });
            }
        }
        Ok(())
    }

    /// Four at a time; their tokens in the order of their addresses.
    async fn sign_in(&self, addresses: Vec<String>) -> anyhow::Result<Vec<String>> {
        let mut tasks = JoinSet::new();
        let (number, at_once) = (addresses.len(), 4);
        for first in 0..at_once {
            let mut line = Connection::to(self.served.address);
            let own: Vec<_> = addresses.iter().cloned().enumerate().skip(first).step_by(at_once).collect();
            tasks.spawn(async move {
                let mut tokens = Vec::new();
                for (place, email) in own {
                    let body = credentials(&email);
                    let parts = Parts { body: Some(&body), ..Parts::default() };
                    let granted = line.call("POST", "/api/v1/auth/login", parts).await?;
                    tokens.push((place, text(&granted, "access_token")?));
                }
                anyhow::Ok(tokens)
            });
        }
        let mut tokens = vec![String::new(); number];
        while let Some(own) = tasks.join_next().await {
            for (place, token) in own?? {
                if let Some(slot) = tokens.get_mut(place) {
                    *slot = token;
                }
            }
        }
        Ok(tokens)
    }

    /// Calls as somebody, on a line of the scene's own.
    ///
    /// # Errors
    /// Any refusal.
    pub async fn call(&mut self, method: &str, path: &str, token: &str, body: Option<Value>) -> anyhow::Result<Value> {
        let body = body.map(|body| body.to_string());
        self.line.call(method, path, Parts { bearer: Some(token), headers: "", body: body.as_deref() }).await
    }

    /// A header of what anybody is answered there.
    ///
    /// # Errors
    /// Any refusal.
    pub async fn header(&mut self, path: &str, name: &str) -> anyhow::Result<Option<String>> {
        self.line.call("GET", path, Parts::default()).await?;
        Ok(self.line.header(name))
    }

    /// The tokens of so many devices at tonight's doors.
    ///
    /// # Errors
    /// Any refusal.
    pub async fn devices(&mut self, number: usize) -> anyhow::Result<Vec<String>> {
        while self.devices.len() < number {
            let organizer = self.organizer.clone();
            let invited = self.call("POST", &format!("{TONIGHT}/devices"), &organizer, None).await?;
            let body = json!({ "token": text(&invited, "token")?, "name": device_name(self.devices.len()) });
            let body = body.to_string();
            let parts = Parts { body: Some(&body), ..Parts::default() };
            let paired = self.line.call("POST", "/api/v1/devices/pair", parts).await?;
            self.devices.push(text(&paired, "token")?);
        }
        Ok(self.devices.iter().take(number).cloned().collect())
    }

    /// Lets everybody who has a badge pass a door this way, wherever they are.
    ///
    /// # Errors
    /// Where the desk may not ask.
    pub async fn everybody_passes(&mut self, kind: &str) -> anyhow::Result<()> {
        let device = self.devices(1).await?.concat();
        for guest in self.guests.clone() {
            self.made += 1;
            let nonce = format!("scene-{:032}", self.made);
            let scan = json!({ "badge": guest.badge, "nonce": nonce, "device": device_name(0), "kind": kind });
            self.call("POST", &format!("{TONIGHT}/check-ins"), &device, Some(scan)).await?;
        }
        Ok(())
    }

    /// Has so many new events open for registration; their paths.
    ///
    /// # Errors
    /// Any refusal.
    pub async fn open_events(&mut self, number: usize) -> anyhow::Result<Vec<String>> {
        let organizer = self.organizer.clone();
        // An event that takes applications is ahead.
        let ahead = self.call("GET", "/api/v1/events/jinqiu", &organizer, None).await?;
        let (starts_at, ends_at) = (text(&ahead, "starts_at")?, text(&ahead, "ends_at")?);
        let mut paths = Vec::new();
        for _ in 0..number {
            self.made += 1;
            let slug = format!("rush-{}", self.made);
            let event = json!({
                "organization": "yanyuan", "template": "mixer", "slug": slug, "title": "Rush", "venue": "Hall",
                "starts_at": starts_at, "ends_at": ends_at, "seats": 300, "phases": [],
            });
            self.call("POST", "/api/v1/events", &organizer, Some(event)).await?;
            let path = format!("/api/v1/events/{slug}");
            self.call("POST", &format!("{path}/publish"), &organizer, None).await?;
            let begin = json!({ "phase": "registration", "reason": "load" });
            self.call("POST", &format!("{path}/phase"), &organizer, Some(begin)).await?;
            paths.push(path);
        }
        Ok(paths)
    }

    /// Some unit of the union.
    ///
    /// # Errors
    /// Where there is none.
    pub async fn unit(&mut self) -> anyhow::Result<String> {
        let organizer = self.organizer.clone();
        let units = "/api/v1/units?organization=yanyuan&q=%E5%8C%BB%E9%99%A2";
        let found = self.call("GET", units, &organizer, None).await?;
        text(items(&found).next().context("no unit")?, "id")
    }

    /// Who takes part in the event whose online phase it is.
    ///
    /// # Errors
    /// Any refusal.
    pub async fn online_registrations(&mut self) -> anyhow::Result<Vec<String>> {
        let organizer = self.organizer.clone();
        let page = self.call("GET", &format!("{ONLINE}/registrations?limit=100"), &organizer, None).await?;
        let taking_part = items(&page).filter(|person| person.get("status") == Some(&json!("approved")));
        taking_part.map(|person| text(person, "id")).collect()
    }
}

/// What the device of this place is called.
#[must_use]
pub fn device_name(place: usize) -> String {
    format!("door {}", place + 1)
}
