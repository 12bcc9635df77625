//! What the rows of the table ask.

use crate::connection::{Parts, write_request};
use crate::scene::{Guest, ONLINE, Scene, TONIGHT, address_of, credentials, device_name};
use crate::turn::Supply;

/// The same request of each connection, again and again.
pub struct Same {
    requests: Vec<String>,
    wanted: u16,
}

impl Same {
    /// A path that anybody may ask for.
    #[must_use]
    pub fn of_anybody(path: &str, headers: &str, wanted: u16) -> Self {
        let mut request = String::new();
        write_request(&mut request, "GET", path, Parts { headers, ..Parts::default() });
        Self { requests: vec![request], wanted }
    }

    /// A path of each of these people, a connection a person.
    #[must_use]
    pub fn of_people<'a>(path: &str, tokens: impl IntoIterator<Item = &'a str>) -> Self {
        let read = |token| {
            let mut request = String::new();
            write_request(&mut request, "GET", path, Parts { bearer: Some(token), ..Parts::default() });
            request
        };
        Self { requests: tokens.into_iter().map(read).collect(), wanted: 200 }
    }

    /// Everybody's ballot, for three of the other side.
    #[must_use]
    pub fn ballots(guests: &[Guest]) -> Self {
        let pick = |guest: &Guest| {
            let others = guests.iter().filter(|other| other.is_man != guest.is_man).take(3);
            let badges: Vec<&str> = others.map(|other| other.badge.as_str()).collect();
            let body = serde_json::json!({ "badges": badges }).to_string();
            let mut request = String::new();
            let parts = Parts { bearer: Some(&guest.token), headers: "", body: Some(&body) };
            write_request(&mut request, "PUT", &format!("{TONIGHT}/pick-rounds/1/picks"), parts);
            request
        };
        Self { requests: guests.iter().map(pick).collect(), wanted: 200 }
    }
}

impl Supply for Same {
    fn next(&mut self, connection: usize, request: &mut String) -> bool {
        let Some(own) = self.requests.get(connection % self.requests.len().max(1)) else { return false };
        request.clone_from(own);
        true
    }

    fn is_done(&self, status: u16, _body: &[u8]) -> bool {
        status == self.wanted
    }
}

/// Each desk scans one badge in and out.
pub struct Scans {
    /// A device's token, the badge it holds, and whether that is inside.
    desks: Vec<(String, String, bool)>,
    path: String,
    made: u64,
    row: usize,
}

impl Scans {
    /// So many desks; everybody is outside.
    ///
    /// # Errors
    /// Any refusal.
    pub async fn at(scene: &mut Scene, desks: usize) -> anyhow::Result<Self> {
        scene.everybody_passes("exit").await?;
        let devices = scene.devices(desks).await?;
        let badges = scene.guests.iter().map(|guest| guest.badge.clone());
        let desks = devices.into_iter().zip(badges).map(|(device, badge)| (device, badge, false)).collect::<Vec<_>>();
        let row = desks.len();
        Ok(Self { desks, path: format!("{TONIGHT}/check-ins"), made: 0, row })
    }
}

impl Supply for Scans {
    fn next(&mut self, connection: usize, request: &mut String) -> bool {
        let Some((token, badge, inside)) = self.desks.get_mut(connection) else { return false };
        self.made += 1;
        let kind = if *inside { "exit" } else { "entry" };
        *inside = !*inside;
        let (name, nonce) = (device_name(connection), format!("{:016x}{:016x}", self.row, self.made));
        let body = format!(r#"{{"badge":"{badge}","nonce":"{nonce}","device":"{name}","kind":"{kind}"}}"#);
        write_request(request, "POST", &self.path, Parts { bearer: Some(token), headers: "", body: Some(&body) });
        true
    }

    fn is_done(&self, status: u16, body: &[u8]) -> bool {
        // A scan is answered 200 whatever is wrong with it.
        status == 200 && body.starts_with(br#"{"result":"admitted""#)
    }
}

/// Everybody applies to one event, then to the next.
pub struct Applications {
    people: Vec<String>,
    body: String,
    events: Vec<String>,
    taken: usize,
    /// How many events a turn may use up.
    opened: usize,
}

impl Applications {
    /// Enough for so many applications a turn.
    ///
    /// # Errors
    /// Any refusal.
    pub async fn of(scene: &mut Scene, applications: usize) -> anyhow::Result<Self> {
        let (people, unit) = (scene.people.clone(), scene.unit().await?);
        let opened = applications.div_ceil(people.len()).max(3);
        Ok(Self { people, body: format!(r#"{{"unit_id":"{unit}"}}"#), events: Vec::new(), taken: 0, opened })
    }
}

impl Supply for Applications {
    fn next(&mut self, _connection: usize, request: &mut String) -> bool {
        let (event, person) = (self.taken / self.people.len(), self.taken % self.people.len());
        let (Some(event), Some(token)) = (self.events.get(event), self.people.get(person)) else { return false };
        self.taken += 1;
        let parts = Parts { bearer: Some(token), headers: "", body: Some(&self.body) };
        write_request(request, "POST", &format!("{event}/registrations"), parts);
        true
    }

    fn is_done(&self, status: u16, _body: &[u8]) -> bool {
        status == 201
    }

    async fn refill(&mut self, scene: &mut Scene) -> anyhow::Result<()> {
        self.events = scene.open_events(self.opened).await?;
        self.taken = 0;
        Ok(())
    }
}

/// The organizer enters lines of the ledger, one person at a time.
pub struct Awards {
    organizer: String,
    registrations: Vec<String>,
    path: String,
    made: usize,
    row: usize,
}

impl Awards {
    /// For everybody who takes part online.
    ///
    /// # Errors
    /// Any refusal.
    pub async fn of(scene: &mut Scene, row: usize) -> anyhow::Result<Self> {
        let (organizer, registrations) = (scene.organizer.clone(), scene.online_registrations().await?);
        Ok(Self { organizer, registrations, path: format!("{ONLINE}/ledger/entries"), made: 0, row })
    }
}

impl Supply for Awards {
    fn next(&mut self, _connection: usize, request: &mut String) -> bool {
        let Some(person) = self.registrations.get(self.made % self.registrations.len().max(1)) else { return false };
        self.made += 1;
        let body = format!(
            r#"{{"registrations":["{person}"],"rule":"game","subject":"{}-{}","reason":"load"}}"#,
            self.row, self.made
        );
        let parts = Parts { bearer: Some(&self.organizer), headers: "", body: Some(&body) };
        write_request(request, "POST", &self.path, parts);
        true
    }

    fn is_done(&self, status: u16, body: &[u8]) -> bool {
        status == 201 && body.starts_with(br#"{"entered":1"#)
    }
}

/// One after the other signs in with their password.
#[derive(Default)]
pub struct SignIns {
    made: usize,
}

impl Supply for SignIns {
    fn next(&mut self, _connection: usize, request: &mut String) -> bool {
        self.made += 1;
        let body = credentials(&address_of(self.made));
        write_request(request, "POST", "/api/v1/auth/login", Parts { body: Some(&body), ..Parts::default() });
        true
    }
}
