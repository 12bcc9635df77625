//! The answer to a COMMIT is lost on its way: it was done, and nobody was told. A proxy in front of the
//! database cuts the line behind the COMMIT it is asked to.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

use queqiao::picks::round::State;
use queqiao::picks::{ballot, recovery};
use sea_orm::{EntityTrait, PaginatorTrait};
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use crate::fixtures::evening::Engine::Postgres;
use crate::fixtures::hall::{Hall, ROUNDS, light};
use crate::fixtures::process;
use queqiao::events::phase::Phase;

const SOCKET: &str = ".s.PGSQL.5432";

/// How many COMMITs still pass; the one after them is done and its answer lost. Negative: all pass.
type Passing = Arc<AtomicI32>;

/// The same database behind a proxy in this folder.
fn behind(url: &str, folder: &Path, passing: Passing) -> String {
    let (front, back) = url.split_once("host=").unwrap();
    let (host, options) = back.split_once('&').unwrap();
    let real = percent_encoding::percent_decode_str(host).decode_utf8().unwrap().into_owned();
    let listener = UnixListener::bind(folder.join(SOCKET)).unwrap();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = UnixStream::connect(Path::new(&real).join(SOCKET)).await.unwrap();
            tokio::spawn(carry(client, server, Arc::clone(&passing)));
        }
    });
    let host: String = folder.to_str().unwrap().bytes().map(|byte| format!("%{byte:02X}")).collect();
    format!("{front}host={host}&{options}")
}

async fn carry(mut client: UnixStream, mut server: UnixStream, passing: Passing) -> std::io::Result<()> {
    let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
    loop {
        tokio::select! {
            sent = client.read(&mut up) => {
                let sent = &up[..sent?];
                if sent.is_empty() {
                    return Ok(());
                }
                server.write_all(sent).await?;
                let commits = sent.windows(7).any(|window| window == b"COMMIT\0");
                if commits && passing.load(Ordering::SeqCst) >= 0 && passing.fetch_sub(1, Ordering::SeqCst) == 0 {
                    // It is done; and here the line is cut.
                    let _answer = server.read(&mut down).await?;
                    return Ok(());
                }
            }
            length = server.read(&mut down) => {
                let length = &down[..length?];
                if length.is_empty() {
                    return Ok(());
                }
                client.write_all(length).await?;
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_lost_answer_costs_neither_the_key_nor_a_ballot_nor_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let passing: Passing = Arc::new(AtomicI32::new(-1));
    let keys = folder.path().join("keys").display().to_string();
    let begun = process::begin_with(Postgres, Phase::OnSite, |settings| {
        settings.picks.key_store = keys.into();
        let url = behind(settings.database.url.expose_secret(), folder.path(), Arc::clone(&passing));
        settings.database.url = url.into();
    });
    let Some(evening) = begun.await else { return };
    let hall = Hall::fill(evening, 2).await;
    let app = &hall.evening.app;

    // Opening: the round is open, has its key, and the host hears so.
    assert_eq!(hall.host.post(ROUNDS, json!({ "limit": 1 })).await.status, 201);
    passing.store(0, Ordering::SeqCst);
    let opened = hall.host.post(&format!("{ROUNDS}/1/open"), json!({})).await;
    assert_eq!((opened.status, &opened.json["state"]), (200, &json!("open")), "{}", opened.text());
    assert!(passing.load(Ordering::SeqCst) < 0, "no answer was lost");
    hall.pick(1).await;

    // The first half of closing: whatever the host hears, the next round of work counts.
    passing.store(0, Ordering::SeqCst);
    hall.close(1).await;
    assert!(passing.load(Ordering::SeqCst) < 0, "no answer was lost");
    assert_ne!(hall.round(1).await.state, State::Open);
    recovery::due(app).await.unwrap();
    assert_eq!((hall.round(1).await.state, hall.matches().await.len()), (State::Tallied, 1));

    // The second half: what was done is told as done, and the key is gone.
    let n = hall.open(1).await;
    assert_eq!(light(&hall.men[0], n, &["女001"]).await.status, 200);
    passing.store(1, Ordering::SeqCst);
    let closed = hall.close(n).await;
    assert!(passing.load(Ordering::SeqCst) < 0, "no answer was lost");
    assert_eq!((closed.status, &closed.json["state"]), (200, &json!("tallied")), "{}", closed.text());
    assert!(hall.key(n).await.is_none());
    assert_eq!(ballot::Entity::find().count(app.database.reader()).await.unwrap(), 0);
}
