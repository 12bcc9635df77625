//! A Redis or Valkey in memory, at an address of its own on the loopback network.

use std::net::TcpListener;
use std::path::PathBuf;

use crate::component::{Component, program};
use crate::fixtures::until::until;

pub const PASSWORD: &str = "magpies hold the keys";

pub struct Redis {
    program: PathBuf,
    port: String,
    running: Option<Component>,
}

impl Redis {
    /// None where none is installed.
    pub async fn start(settings: &[&str]) -> Option<Self> {
        let program = program(&["valkey-server", "redis-server"])?;
        let port = TcpListener::bind("127.0.0.4:0").unwrap().local_addr().unwrap().port().to_string();
        let mut redis = Self { program, port, running: None };
        redis.begin(settings).await;
        Some(redis)
    }

    /// Begins with an empty memory; what is set later counts.
    pub async fn begin(&mut self, settings: &[&str]) {
        let own = ["--bind", "127.0.0.4", "--port", &self.port, "--requirepass", PASSWORD, "--dir", "/tmp"];
        let volatile = ["--save", "", "--appendonly", "no"];
        let arguments: Vec<&str> = own.iter().chain(&volatile).chain(settings).copied().collect();
        self.running = Some(Component::start(&self.program, &arguments, &[]));
        until("the store of keys does not answer", async || self.ask(&redis::cmd("PING")).await.map(drop)).await;
    }

    pub fn dies(&mut self) {
        self.running = None;
    }

    pub fn component(&self) -> &Component {
        self.running.as_ref().unwrap()
    }

    pub fn url(&self) -> String {
        format!("redis://:{}@127.0.0.4:{}/0", PASSWORD.replace(' ', "%20"), self.port)
    }

    pub async fn ask(&self, command: &redis::Cmd) -> Option<redis::Value> {
        let client = redis::Client::open(self.url()).unwrap();
        let mut line = client.get_multiplexed_async_connection().await.ok()?;
        command.query_async(&mut line).await.ok()
    }

    /// What lies there: the names of its entries and their bytes.
    pub async fn entries(&self) -> Vec<(String, Vec<u8>)> {
        let client = redis::Client::open(self.url()).unwrap();
        let mut line = client.get_multiplexed_async_connection().await.unwrap();
        let names: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut line).await.unwrap();
        let mut entries = Vec::new();
        for name in names {
            let bytes = redis::cmd("GET").arg(&name).query_async(&mut line).await.unwrap();
            entries.push((name, bytes));
        }
        entries
    }
}
