//! A line to PostgreSQL that can go silent, be cut, or lose the answer to a commit.

use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use queqiao::settings::Settings;
use secrecy::ExposeSecret;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::sync::watch;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Open,
    /// Takes whatever is said and answers nothing, for good on the connections of that time.
    Silent,
    /// Nobody is behind it: connections are taken and closed.
    Away,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Before the server hears of the commit.
    Before,
    /// After it has answered.
    After,
    /// After it has answered, and every other connection with it.
    AfterAll,
}

/// The line, in front of the server of a story.
pub struct Wire {
    mood: watch::Sender<Mood>,
    cut: Arc<Mutex<Option<Cut>>>,
    all: watch::Sender<u32>,
}

impl Wire {
    /// Puts itself between this house and its database.
    pub fn before(settings: &mut Settings) -> Self {
        let direct = url::Url::parse(settings.database.url.expose_secret()).unwrap();
        let folder = direct.query_pairs().find(|(name, _)| name == "host").unwrap().1.into_owned();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let through = format!("postgres://queqiao@127.0.0.1:{port}{}?sslmode=disable", direct.path());
        settings.database.url = through.into();
        let wire = Self { mood: watch::Sender::new(Mood::Open), cut: Arc::default(), all: watch::Sender::new(0) };
        let (mood, cut, all) = (wire.mood.subscribe(), Arc::clone(&wire.cut), wire.all.clone());
        tokio::spawn(async move {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((client, _)) = listener.accept().await {
                let server = format!("{folder}/.s.PGSQL.5432");
                tokio::spawn(carry(client, server, mood.clone(), Arc::clone(&cut), all.clone()));
            }
        });
        wire
    }

    pub fn is(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// Cuts every connection there is.
    pub fn cut_all(&self) {
        self.all.send_modify(|all| *all += 1);
    }

    /// Cuts the line around the next commit.
    pub fn cut_at_commit(&self, cut: Cut) {
        *self.cut.lock().unwrap() = Some(cut);
    }
}

async fn carry(
    mut client: TcpStream,
    server: String,
    mut mood: watch::Receiver<Mood>,
    cut: Arc<Mutex<Option<Cut>>>,
    all: watch::Sender<u32>,
) {
    if *mood.borrow() == Mood::Away {
        return;
    }
    let Ok(mut server) = UnixStream::connect(server).await else { return };
    let mut others = all.subscribe();
    others.borrow_and_update();
    let (mut said, mut heard) = (vec![0; 65536], vec![0; 65536]);
    let mut silent = *mood.borrow_and_update() == Mood::Silent;
    let mut at_commit = None;
    loop {
        tokio::select! {
            read = client.read(&mut said) => {
                let Ok(length @ 1..) = read else { return };
                if silent {
                    continue;
                }
                let said = &said[..length];
                if said.windows(6).any(|part| part == b"COMMIT") {
                    at_commit = cut.lock().unwrap().take();
                }
                if at_commit == Some(Cut::Before) {
                    return;
                }
                if server.write_all(said).await.is_err() {
                    return;
                }
            }
            read = server.read(&mut heard) => {
                let Ok(length @ 1..) = read else { return };
                if at_commit == Some(Cut::AfterAll) {
                    all.send_modify(|all| *all += 1);
                }
                if at_commit.is_some() {
                    return;
                }
                if !silent && client.write_all(&heard[..length]).await.is_err() {
                    return;
                }
            }
            _ = mood.changed() => silent |= *mood.borrow_and_update() == Mood::Silent,
            _ = others.changed() => return,
        }
    }
}
