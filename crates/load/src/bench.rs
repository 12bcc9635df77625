//! The order of a run, on one database.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use anyhow::ensure;

use crate::Plan;
use crate::connection::Connection;
use crate::floor::{Floor, Work};
use crate::listeners;
use crate::process;
use crate::rows::{Applications, Awards, Same, Scans, SignIns};
use crate::scene::{Scene, TONIGHT};
use crate::served::House;
use crate::table::{HEAD, Row, format_ms, grouped, median, percentiles};
use crate::turn::{Outcome, Pace, Supply, drive};

/// How many ask at once where nothing else is said.
const AT_ONCE: usize = 32;
/// Of the path beside which people sign in.
const BESIDE_A_SECOND: f64 = 200.0;
const MB: f64 = 1_048_576.0;

/// The floor and the table of one database.
pub struct Bench<'a> {
    plan: &'a Plan,
    floor: Floor,
    postmaster: Option<u32>,
    refusals: Vec<String>,
    /// What the tables that follow say, line by line.
    others: Vec<String>,
}

impl<'a> Bench<'a> {
    /// Before its first row.
    #[must_use]
    pub fn new(plan: &'a Plan, floor: Floor, postmaster: Option<u32>) -> Self {
        Self { plan, floor, postmaster, refusals: Vec::new(), others: Vec::new() }
    }

    fn is_wanted(&self, name: &str) -> bool {
        self.plan.rows.is_empty() || self.plan.rows.iter().any(|row| name.contains(row.as_str()))
    }

    /// Measures everything that is wanted, and prints it as it comes.
    ///
    /// # Errors
    /// Where the house is not as a demonstration leaves it.
    pub async fn run(mut self, house: &House) -> anyhow::Result<()> {
        eprintln!("setting the scene …");
        let busy = process::load_average()?;
        self.others.push(format!("| others at work on this machine when it began (load average) | {busy} |"));
        house.set_scene()?;
        self.starts(house).await?;
        let mut scene = Scene::open(house, self.plan.people).await?;
        self.listeners(&mut scene).await?;
        print!("{HEAD}");
        self.reads(&mut scene).await?;
        self.writes(&mut scene).await?;
        self.sign_ins(&mut scene).await?;
        if self.is_wanted("resident") {
            let resident = process::resident(scene.served.id())? as f64 / MB;
            self.others.push(format!("| resident after all rows, MB | {resident:.0} |"));
        }
        println!("\n| what else | |\n|---|--:|");
        for line in &self.others {
            println!("{line}");
        }
        for refusal in &self.refusals {
            println!("\n{refusal}");
        }
        scene.served.stop()
    }

    async fn reads(&mut self, scene: &mut Scene) -> anyhow::Result<()> {
        for (name, path, headers, status) in [
            ("`/healthz`", "/healthz", "", 200),
            ("a path that is not there", "/no/such/path", "", 404),
            ("event as JSON, signed out", "/api/v1/events/qixi", "", 200),
            ("event as page, signed out", "/e/qixi", "", 200),
            ("event as page, compressed", "/e/qixi", "accept-encoding: gzip\r\n", 200),
            ("front page, signed out", "/", "", 200),
        ] {
            self.row(scene, name, AT_ONCE, None, Same::of_anybody(path, headers, status)).await?;
        }
        for (name, path) in
            [("event as JSON, unchanged", "/api/v1/events/qixi"), ("event as page, unchanged", "/e/qixi")]
        {
            match scene.header(path, "etag").await? {
                Some(tag) => {
                    let headers = format!("if-none-match: {tag}\r\n");
                    self.row(scene, name, AT_ONCE, None, Same::of_anybody(path, &headers, 304)).await?;
                }
                None if self.is_wanted(name) => self.others.push(format!("| {name} | no `ETag` is sent |")),
                None => {}
            }
        }
        for (name, path) in [
            ("`GET /me`", "/api/v1/me".to_owned()),
            ("my dates", format!("{TONIGHT}/dates/me")),
            ("my badge", format!("{TONIGHT}/badges/me")),
            ("where I stand", format!("{TONIGHT}/registrations/me")),
            ("my journey, page", "/me".to_owned()),
            ("my event, page", "/e/qixi-tonight/me".to_owned()),
            ("leaderboard of 800, page", "/e/qixi/leaderboard".to_owned()),
            ("leaderboard of 800, JSON", "/api/v1/events/qixi/leaderboard?side=men".to_owned()),
        ] {
            scene.renew().await?;
            let tokens: Vec<String> = scene.guests.iter().map(|guest| guest.token.clone()).collect();
            let reads = Same::of_people(&path, tokens.iter().map(String::as_str));
            self.row(scene, name, AT_ONCE, None, reads).await?;
        }
        let desk = scene.desk.clone();
        let counts = Same::of_people(&format!("{TONIGHT}/check-ins/counts"), [desk.as_str()]);
        self.row(scene, "counts at the desk", AT_ONCE, None, counts).await
    }

    async fn writes(&mut self, scene: &mut Scene) -> anyhow::Result<()> {
        scene.renew().await?;
        let (ballot, picks) = ("sealed ballot", "my picks");
        if self.is_wanted(ballot) || self.is_wanted(picks) {
            scene.everybody_passes("entry").await?;
            let host = scene.host.clone();
            scene.call("POST", &format!("{TONIGHT}/pick-rounds/1/open"), &host, None).await?;
            self.row(scene, ballot, AT_ONCE, Some(Work::Ballot), Same::ballots(&scene.guests)).await?;
            let tokens: Vec<String> = scene.guests.iter().map(|guest| guest.token.clone()).collect();
            let path = format!("{TONIGHT}/pick-rounds/1/picks");
            self.row(scene, picks, AT_ONCE, None, Same::of_people(&path, tokens.iter().map(String::as_str))).await?;
        }
        for desks in [1, 8, 32] {
            if self.is_wanted("check-in") {
                scene.renew().await?;
                let scans = Scans::at(scene, desks).await?;
                self.row(scene, "check-in", desks, Some(Work::CheckIn), scans).await?;
            }
        }
        for at_once in [8, 32] {
            if self.is_wanted("points award") {
                scene.renew().await?;
                let awards = Awards::of(scene, at_once).await?;
                self.row(scene, "points award", at_once, Some(Work::Award), awards).await?;
            }
        }
        let opening = "application at opening";
        for at_once in [32, 256] {
            if self.is_wanted(opening) {
                scene.renew().await?;
                let enough = (5_000.0 * self.plan.last.as_secs_f64()) as usize;
                let applications = Applications::of(scene, enough).await?;
                self.row(scene, opening, at_once, Some(Work::Application), applications).await?;
            }
        }
        Ok(())
    }

    /// One line: the floor and the service in turns, then what comes due at half the rate.
    async fn row<S: Supply + 'static>(
        &mut self,
        scene: &mut Scene,
        name: &str,
        at_once: usize,
        work: Option<Work>,
        supply: S,
    ) -> anyhow::Result<()> {
        if !self.is_wanted(name) {
            return Ok(());
        }
        let last = self.plan.last;
        let supply = Rc::new(RefCell::new(supply));
        let mut connections: Vec<_> = (0..at_once).map(|_| Connection::to(scene.served.address)).collect();
        refill(&supply, scene).await?;
        drive(&mut connections, &supply, Pace::Closed((last / 2).min(Duration::from_millis(500)))).await?;
        let (server, database) = (scene.served.id(), self.postmaster);
        let taken = || -> anyhow::Result<[Duration; 3]> {
            let database = database.map(process::time_taken_by_family).transpose()?.unwrap_or_default();
            Ok([process::time_taken(server)?, database, process::time_taken(std::process::id())?])
        };
        let mut row = Row {
            name: name.to_owned(),
            at_once,
            floor: Vec::new(),
            service: Vec::new(),
            closed: Outcome::nothing()?,
            open: Outcome::nothing()?,
            server: Duration::ZERO,
            database: database.map(|_| Duration::ZERO),
            generator: Duration::ZERO,
        };
        for _ in 0..self.plan.turns {
            if let Some(work) = work {
                row.floor.push(self.floor.turn(work, at_once, last).await?.a_second());
            }
            refill(&supply, scene).await?;
            let [server, database, generator] = taken()?;
            let turn = drive(&mut connections, &supply, Pace::Closed(last)).await?;
            let after = taken()?;
            row.server += after[0].saturating_sub(server);
            row.database = row.database.map(|sum| sum + after[1].saturating_sub(database));
            row.generator += after[2].saturating_sub(generator);
            row.service.push(turn.a_second());
            row.closed.add(turn)?;
        }
        refill(&supply, scene).await?;
        let half = median(&row.service) / 2.0;
        if half > 0.0 {
            row.open = drive(&mut connections, &supply, Pace::Open(half, last)).await?;
        }
        let refusals = row.refusals();
        ensure!(row.closed.done > 0, "nothing was done: {}", refusals.unwrap_or_default());
        print!("{}", row.line());
        self.refusals.extend(refusals);
        Ok(())
    }

    /// Signing in, and what it does to somebody else's request.
    async fn sign_ins(&mut self, scene: &mut Scene) -> anyhow::Result<()> {
        scene.renew().await?;
        self.row(scene, "sign-in", 8, Some(Work::Password), SignIns::default()).await?;
        let name = "`GET /me` beside sign-ins";
        if !self.is_wanted(name) {
            return Ok(());
        }
        let last = self.plan.last * 2;
        let tokens: Vec<String> = scene.people.iter().take(8).cloned().collect();
        let reads = Same::of_people("/api/v1/me", tokens.iter().map(String::as_str));
        let (reads, sign_ins) = (Rc::new(RefCell::new(reads)), Rc::new(RefCell::new(SignIns::default())));
        let connect = || (0..8).map(|_| Connection::to(scene.served.address)).collect::<Vec<_>>();
        let (mut readers, mut comers) = (connect(), connect());
        let pace = Pace::Open(BESIDE_A_SECOND, last);
        let quiet = drive(&mut readers, &reads, pace).await?;
        let (beside, signed_in) =
            tokio::join!(drive(&mut readers, &reads, pace), drive(&mut comers, &sign_ins, Pace::Closed(last)));
        let (beside, signed_in) = (beside?, signed_in?);
        let (p99, p99_beside) = (quiet.times.value_at_quantile(0.99), beside.times.value_at_quantile(0.99));
        self.others.push(format!(
            "| {name}, {BESIDE_A_SECOND:.0} a second, p50 / p95 / p99 ms: quiet | {} |\n| the same while {} sign in \
             a second | {} |\n| its p99, times | {:.1} |",
            percentiles(&quiet.times),
            grouped(signed_in.a_second()),
            percentiles(&beside.times),
            p99_beside as f64 / p99.max(1) as f64,
        ));
        Ok(())
    }

    /// From nothing to ready, on a database that is there.
    async fn starts(&mut self, house: &House) -> anyhow::Result<()> {
        if !self.is_wanted("start") {
            return Ok(());
        }
        let (mut seconds, mut resident) = (Vec::new(), 0.0);
        for _ in 0..self.plan.turns {
            let served = house.serve().await?;
            seconds.push(served.ready_after.as_secs_f64());
            resident = served.resident as f64 / MB;
            served.stop()?;
        }
        let micros = (median(&seconds) * 1e6) as u64;
        self.others.push(format!("| start to ready on an existing database, ms | {} |", format_ms(micros)));
        self.others.push(format!("| resident then, MB | {resident:.0} |"));
        Ok(())
    }

    /// How soon a hall hears, and what it weighs.
    async fn listeners(&mut self, scene: &mut Scene) -> anyhow::Result<()> {
        if !self.is_wanted("listeners") {
            return Ok(());
        }
        let listeners = self.plan.listeners;
        let heard = listeners::listen(scene, listeners, 10).await?;
        let each = heard.with_them.saturating_sub(heard.before) as f64 / listeners as f64 / 1024.0;
        self.others.push(format!("| resident with {listeners} listeners, MB | {:.0} |", heard.with_them as f64 / MB));
        self.others.push(format!("| each listener, KB | {each:.0} |"));
        self.others.push(format!(
            "| heard after the host's answer, p50 / p95 / p99 ms | {} |\n| heard at all, of {} | {} |",
            percentiles(&heard.times),
            grouped(heard.sent as f64),
            grouped(heard.times.len() as f64),
        ));
        Ok(())
    }
}

/// A turn is over: nobody else holds the supply.
#[expect(clippy::await_holding_refcell_ref, reason = "no connection is at work between two turns")]
async fn refill<S: Supply>(supply: &Rc<RefCell<S>>, scene: &mut Scene) -> anyhow::Result<()> {
    supply.borrow_mut().refill(scene).await
}
