//! Three processes of one house as they stand on three hosts, each at an address of its own on the loopback network:
//! HAProxy before them with the very file that is shipped, a PostgreSQL with a standby that must have everything
//! before anybody is answered, a Redis for the keys, a mail server.

use std::net::TcpListener;
use std::process::{Command, Stdio};

use queqiao::events::phase::Phase;
use queqiao_throwaway_postgres::{Durability, Server};
use serde_json::json;

use crate::component::{Component, program};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::Hall;
use crate::fixtures::mail_server::{MailServer, Mood};
use crate::fixtures::person::{Answer, Person};
use crate::fixtures::process::{self, Process};
use crate::fixtures::until::until;
use crate::fixtures::wire::{self, Wire};
use crate::redis::Redis;

pub const HOSTS: usize = 3;
/// Pairs in the hall: three who pick, two who go in and out at the desk.
pub const PAIRS: u32 = 5;

pub struct Rig {
    pub hall: Hall,
    pub hosts: Vec<Host>,
    /// Where HAProxy answers.
    pub doors: String,
    pub redis: Redis,
    pub mail: MailServer,
    /// One takes writes, and the other follows it.
    servers: [Server; 2],
    /// Which one takes writes.
    writes: usize,
    /// How the house reaches them: a line each.
    wires: [Wire; 2],
    proxy: Option<Component>,
    variables: Vec<(&'static str, String)>,
}

/// A process of the house, as it is told to serve.
pub struct Host {
    bind: String,
    pub process: Option<Process>,
}

/// What this machine lacks for these stories, or nothing.
fn missing() -> Vec<&'static str> {
    let there = |names: &[&str]| program(names).is_some();
    let mut missing = Vec::new();
    missing.extend((!there(&["haproxy"])).then_some("haproxy"));
    missing.extend((!there(&["valkey-server", "redis-server"])).then_some("redis-server"));
    missing
}

/// Whether the stories can run here: under CI they must.
pub fn can_run() -> bool {
    let missing = missing();
    let demanded = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(missing.is_empty() || !demanded, "CI runs every story: install {}", missing.join(", "));
    if !missing.is_empty() {
        eprintln!("the stories of several hosts did not run: {} is not installed", missing.join(", "));
    }
    missing.is_empty()
}

fn free(address: &str) -> String {
    TcpListener::bind((address, 0)).unwrap().local_addr().unwrap().to_string()
}

impl Rig {
    /// None where this machine lacks what it takes, which is said.
    pub async fn begin() -> Option<Self> {
        if !can_run() {
            return None;
        }
        let folder = std::env::temp_dir();
        let Some(primary) = Server::start(&folder, Durability::Followed).await.unwrap() else {
            assert!(std::env::var_os("CI").is_none_or(|value| value != "true"), "install postgresql");
            eprintln!("the stories of several hosts did not run: postgresql is not installed");
            return None;
        };
        primary.create("house").await.unwrap();
        let standby = primary.standby(&folder).await.unwrap();
        let servers = [primary, standby];
        let wires = servers.each_ref().map(|server| Wire::to(server.directory().to_str().unwrap()));
        let url = format!(
            "postgres://queqiao@{},{}/house?sslmode=disable&target_session_attrs=read-write",
            wires[0].address, wires[1].address
        );
        let redis = Redis::start(&[]).await?;
        let key_store = redis.url();
        let change = process::sharing(|settings| {
            settings.picks.key_store = key_store.into();
            settings.database.connections = 6;
            settings.database.wait_seconds = 20;
            settings.database.connect_seconds = 5;
            settings.database.statement_seconds = 10;
        });
        let evening = Evening::begin_at(url, tempfile::tempdir().unwrap(), Phase::OnSite, change).await;
        let mut evening = process::shared(evening, Phase::OnSite).await;
        has_room(&mut evening).await;
        let hall = Hall::fill(evening, PAIRS).await;
        let binds: Vec<String> = ["127.0.0.1", "127.0.0.2", "127.0.0.3"].map(free).into();
        let doors = free("127.0.0.5");
        let mut variables = vec![("QUEQIAO_BIND", doors.clone())];
        variables.extend(["QUEQIAO_ONE", "QUEQIAO_TWO", "QUEQIAO_THREE"].into_iter().zip(binds.clone()));
        let hosts = binds.into_iter().map(|bind| Host { bind, process: None }).collect();
        let mail = MailServer::open(Mood::Accepts);
        let doors = format!("http://{doors}");
        let (writes, proxy) = (0, None);
        let mut rig = Self { hall, hosts, doors, redis, mail, servers, writes, wires, proxy, variables };
        rig.opens_the_doors();
        Some(rig)
    }

    /// HAProxy dies, where there is one, and begins anew.
    pub fn opens_the_doors(&mut self) {
        self.proxy = None;
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/config/haproxy.cfg");
        self.proxy = Some(Component::start(&program(&["haproxy"]).unwrap(), &["-db", "-f", file], &self.variables));
    }

    pub fn primary(&self) -> &Server {
        &self.servers[self.writes]
    }

    pub fn standby(&self) -> &Server {
        &self.servers[1 - self.writes]
    }

    /// The server that takes writes dies, and nobody is behind its address any more.
    pub fn primary_dies(&self) {
        self.primary().kill().unwrap();
        self.wires[self.writes].is(wire::Mood::Away);
        self.wires[self.writes].cut_all();
    }

    /// The server that takes writes cannot be reached any more, though it lives.
    pub fn primary_is_cut_off(&self) {
        self.wires[self.writes].is(wire::Mood::Silent);
    }

    /// The standby takes over; the other one is made sure to be dead before.
    pub async fn standby_takes_over(&mut self) {
        let _ = self.primary().kill();
        self.standby().promote().await.unwrap();
        self.writes = 1 - self.writes;
    }

    /// The one that is lost comes back as the standby of the other.
    pub async fn a_standby_follows_again(&mut self) {
        let lost = 1 - self.writes;
        let standby = self.primary().standby(&std::env::temp_dir()).await.unwrap();
        *self.wires[lost].folder.lock().unwrap() = standby.directory().to_str().unwrap().to_owned();
        self.wires[lost].is(wire::Mood::Open);
        self.wires[lost].cut_all();
        self.servers[lost] = standby;
    }

    /// A host begins to serve; with what the process is told besides.
    pub fn serve(&mut self, host: usize, arguments: &[&str]) {
        let mut command = self.command(&["serve", "--open-to-debuggers"]);
        command.args(arguments).env("QUEQIAO__SERVER__BIND", &self.hosts[host].bind);
        let process = process::open(&mut command);
        assert!(!process.address.is_empty(), "host {host} does not open");
        self.hosts[host].process = Some(process);
    }

    /// A process that no proxy knows, until it is dropped.
    pub fn serves_apart(&self) -> Process {
        let process = process::open(self.command(&["serve"]).env("QUEQIAO__SERVER__BIND", "127.0.0.1:0"));
        assert!(!process.address.is_empty(), "it does not open");
        process
    }

    /// A host stands still with every line open, or goes on.
    pub fn stands_still(&self, host: usize, still: bool) {
        let process = self.hosts[host].process.as_ref().unwrap().id().to_string();
        let signal = if still { "-STOP" } else { "-CONT" };
        assert!(Command::new("kill").args([signal, &process]).status().unwrap().success());
    }

    /// The program with the settings of all hosts.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = process::program(&self.hall.evening, arguments);
        let log = std::env::var_os("QUEQIAO_HOSTS_LOG").map_or("off".to_owned(), |log| log.into_string().unwrap());
        for (name, value) in [
            ("SERVER__TRUSTED_PROXIES", "127.0.0.0/8"),
            ("SERVER__LEAVE_SECONDS", "3"),
            ("SERVER__SHUTDOWN_SECONDS", "5"),
            ("DATABASE__CONNECTIONS", "9"),
            ("DATABASE__WAIT_SECONDS", "2"),
            ("DATABASE__CONNECT_SECONDS", "2"),
            ("DATABASE__LOCK_SECONDS", "1"),
            ("DATABASE__STATEMENT_SECONDS", "2"),
            ("SECURITY__AUTH_REQUESTS_PER_MINUTE", "1000000"),
            ("MAIL__DELIVERY", "smtp"),
            ("MAIL__URL", &format!("smtp://postman:knock@{}", self.mail.address)),
            ("MAIL__LEASE_SECONDS", "2"),
            ("LOG__FILTER", &log),
        ] {
            command.env(format!("QUEQIAO__{name}"), value);
        }
        if log == "off" {
            command.stderr(Stdio::null());
        }
        command
    }

    /// Where a host answers.
    pub fn address(&self, host: usize) -> String {
        format!("http://{}", self.hosts[host].bind)
    }

    /// Somebody who speaks to one host, past the doors.
    pub fn at(&self, person: &Person, host: usize) -> Person {
        person.at(&self.address(host))
    }

    /// Somebody as everybody comes: through the doors.
    pub fn comes(&self, person: &Person) -> Person {
        person.at(&self.doors)
    }

    pub fn host(&self) -> &Person {
        &self.hall.host
    }

    /// The host of the evening says something about a round, to one of the processes.
    pub async fn says(&self, host: usize, path: &str) -> Answer {
        self.at(self.host(), host)
            .post(&format!("{}{path}", crate::fixtures::hall::ROUNDS), json!({ "limit": 3 }))
            .await
    }

    /// Waits until every host may take guests again.
    pub async fn is_ready(&self) {
        for host in 0..HOSTS {
            let visitor = self.at(&self.hall.evening.visitor(), host);
            until("a host does not come to itself", async || {
                let ready = visitor.send_or_lose(visitor.request(reqwest::Method::GET, "/readyz")).await;
                ready.is_some_and(|ready| ready.status == 200).then_some(())
            })
            .await;
        }
    }

    /// What the doctor finds wrong.
    pub fn examined(&self) {
        let report = tokio::task::block_in_place(|| self.command(&["doctor"]).output().unwrap());
        let findings = String::from_utf8_lossy(&[report.stdout, report.stderr].concat()).into_owned();
        assert!(report.status.success(), "{findings}");
    }
}

/// Enough lamps for every round of the evening.
async fn has_room(evening: &mut Evening) {
    let room = json!({ "picks": { "limit": 3, "event_limit": 1_000 } });
    evening.event = evening.change(|row| row.settings = sea_orm::ActiveValue::Set(room)).await;
}
