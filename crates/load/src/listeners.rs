//! How soon a hall hears, and what each listener costs: live streams of one guest or another, and a host who
//! changes what is on the stage.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use hdrhistogram::Histogram;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::connection::{Parts, connect, write_request};
use crate::process;
use crate::scene::{Scene, TONIGHT};

/// Bytes of the server's memory before and with them, and microseconds from the answer to the host until each heard.
pub struct Heard {
    pub before: u64,
    pub with_them: u64,
    pub times: Histogram<u64>,
    /// What should have been heard.
    pub sent: u64,
}

/// Has so many listen, and changes something so many times.
///
/// # Errors
/// Where one of them is refused.
pub async fn listen(scene: &mut Scene, listeners: usize, changes: u64) -> anyhow::Result<Heard> {
    let before = process::resident(scene.served.id())?;
    let arrivals: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let mut ears = Vec::new();
    for place in 0..listeners {
        let guest = scene.guests.get(place % scene.guests.len().max(1)).context("nobody is inside")?;
        let mut stream = begin(scene.served.address, &guest.token).await?;
        let mut piece = vec![0; 16 * 1024];
        // The first snapshot comes at once.
        hear(&mut stream, &mut piece).await?;
        let arrivals = Arc::clone(&arrivals);
        ears.push(tokio::spawn(async move {
            while hear(&mut stream, &mut piece).await.is_ok() {
                arrivals.lock().unwrap_or_else(PoisonError::into_inner).push(Instant::now());
            }
        }));
    }
    let with_them = process::resident(scene.served.id())?;
    let host = scene.host.clone();
    let stage = scene.call("GET", &format!("{TONIGHT}/stage"), &host, None).await?;
    let moves = stage.get("moves").and_then(Value::as_i64).context("no moves")?;
    let mut times = Histogram::new(3)?;
    for (change, moves) in (0..changes).zip(moves..) {
        tokio::time::sleep(Duration::from_millis(300)).await;
        arrivals.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let kind = if change % 2 == 0 { "blank" } else { "dates" };
        let show = json!({ "from": moves, "cue": { "kind": kind } });
        scene.call("POST", &format!("{TONIGHT}/stage/show"), &host, Some(show)).await?;
        let committed = Instant::now();
        for _ in 0..40 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if arrivals.lock().unwrap_or_else(PoisonError::into_inner).len() >= listeners {
                break;
            }
        }
        for arrival in arrivals.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let micros = arrival.saturating_duration_since(committed).as_micros();
            times.record(u64::try_from(micros)?)?;
        }
    }
    for ear in ears {
        ear.abort();
    }
    Ok(Heard { before, with_them, times, sent: changes * listeners as u64 })
}

async fn begin(address: SocketAddr, token: &str) -> anyhow::Result<TcpStream> {
    let mut stream = connect(address).await?;
    let mut request = String::new();
    let parts = Parts { bearer: Some(token), ..Parts::default() };
    write_request(&mut request, "GET", &format!("{TONIGHT}/live?as=guest"), parts);
    stream.write_all(request.as_bytes()).await?;
    Ok(stream)
}

/// Waits until a snapshot begins.
async fn hear(stream: &mut TcpStream, piece: &mut [u8]) -> anyhow::Result<()> {
    loop {
        let read = stream.read(piece).await?;
        ensure!(read > 0, "the stream ended");
        if piece.get(..read).is_some_and(|read| read.windows(4).any(|four| four == b"id: ")) {
            return Ok(());
        }
    }
}
