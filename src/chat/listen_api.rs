//! Where listeners of the chat ask.

use actix_web::http::header::{CACHE_CONTROL, ContentEncoding, HeaderName};
use actix_web::web::{Bytes, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::SecondsFormat;
use futures_util::stream::unfold;
use tokio::time::Interval;

use super::channels::{OnAir, Rooms};
use super::listener::{Admitted, Listener};
use super::look::{News, Sent};
use super::transcript::RoomNow;
use crate::app::House;
use crate::error::Error;
use crate::live::heartbeat::heartbeat;

/// What a browser's own EventSource waits before it asks again; our pages wait by themselves.
const RETRY: &str = "retry: 2000\n\n";
/// So many lines somebody hears first who has heard nothing.
const FIRST: usize = 50;

/// What is said in a room, as it is said: server-sent events in one order for everybody, with the number of the last
/// change as `id`. With `Last-Event-ID` nothing is missed and nothing comes twice; without it the last lines come
/// first. A comment with the server's time comes as a heartbeat; the stream ends when the listener's right does, and
/// with the chat. Nobody is told who listens. Who: participant, from the online phase on; host, organizer.
#[utoipa::path(
    tag = "chat",
    params(
        ("room" = String, Path, description = "`all`, or the number of a group"),
        ("Last-Event-ID" = Option<i64>, Header, description = "The number heard last"),
    ),
    responses(
        (status = 200, description = "A stream of news", body = News, content_type = "text/event-stream"),
        (status = 403, description = "`not_registered`, `not_approved`, `not_in_circle`"),
        (status = 409, description = "`phase_closed`, `chat_over`"),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/chat/{room}/live")]
pub async fn listen_to_chat(
    house: House,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Error> {
    let (slug, room) = path.into_inner();
    let listener = Listener::of(&house, &request, &slug, &room)?;
    let heard = request.headers().get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let judged = listener.clone();
    let admitted = house.run(async move |app| judged.judge(&app).await).await?;
    let on_air = house.extensions.get_or_default::<Rooms>().tune(&house, admitted.event.id, listener.which);
    let beat = heartbeat(&house);
    let ear = Ear { house, listener, admitted, on_air, beat, heard, looked: None, room: None, greeted: false };
    let stream = unfold(ear, |mut ear| async {
        let sent = ear.next().await?;
        Some((Ok::<_, Error>(sent), ear))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // Compressed, a line would wait in the compressor for the next one.
        .insert_header(ContentEncoding::Identity)
        .insert_header((CACHE_CONTROL, "no-store, no-transform"))
        .insert_header((HeaderName::from_static("x-accel-buffering"), "no"))
        .streaming(stream))
}

struct Ear {
    house: House,
    listener: Listener,
    admitted: Admitted,
    on_air: OnAir,
    beat: Interval,
    /// The number this listener has; None before the first look.
    heard: Option<i64>,
    /// The look they heard of last; None before the first.
    looked: Option<u64>,
    /// How the room is held, as they know it.
    room: Option<RoomNow>,
    greeted: bool,
}

impl Ear {
    /// What to send next; None when the stream ends.
    async fn next(&mut self) -> Option<Bytes> {
        if !self.greeted {
            self.greeted = true;
            self.on_air.mark_changed();
            return Some(RETRY.into());
        }
        // Told that it was closed, they are told no more.
        if self.room.is_some_and(|room| !room.open) {
            return None;
        }
        loop {
            tokio::select! {
                changed = self.on_air.changed() => {
                    changed.ok()?;
                    match self.hear() {
                        Sent::Nothing => {}
                        Sent::Message(message) => return Some(message.into()),
                        Sent::Gone => return None,
                    }
                }
                _ = self.beat.tick() => {
                    let listener = self.listener.clone();
                    match self.house.run(async move |app| listener.judge(&app).await).await {
                        Ok(admitted) if admitted.me == self.admitted.me => {}
                        // While the database is away nobody knows better, and nothing new is told.
                        Err(Error::Fault(_)) => {}
                        Ok(_) | Err(Error::Refused(_)) => return None,
                    }
                    let now = self.house.now().to_rfc3339_opts(SecondsFormat::Millis, true);
                    return Some(format!(": {now}\n\n").into());
                }
            }
        }
    }

    /// What of the air is new to this listener.
    fn hear(&mut self) -> Sent {
        let Some(air) = self.on_air.borrow_and_update().clone() else { return Sent::Nothing };
        if self.heard.is_none() {
            // Nothing stands on their page yet that could go.
            self.looked = Some(air.look);
        }
        let heard = *self.heard.get_or_insert_with(|| air.recent(FIRST));
        let sent = air.message(self.admitted.me, (heard, self.looked), self.room, self.house.now());
        self.looked = Some(air.look);
        // A page may have been read later than the air.
        self.heard = Some(heard.max(air.last));
        self.room = Some(air.room());
        match sent {
            Sent::Nothing if !air.room().open => Sent::Gone,
            sent => sent,
        }
    }
}
