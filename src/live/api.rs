//! Where listeners ask.

use actix_web::http::header::{CACHE_CONTROL, ContentEncoding, HeaderName};
use actix_web::web::{Bytes, Path};
use actix_web::{HttpRequest, HttpResponse, get};
use chrono::SecondsFormat;
use futures_util::stream::unfold;
use serde::Deserialize;
use tokio::time::Interval;
use utoipa::IntoParams;

use super::audience::Audience;
use super::channels::{Aired, Channels, News};
use super::entrance::{Admitted, Entrance};
use super::heartbeat::heartbeat;
use super::snapshot::Snapshot;
use crate::app::House;
use crate::body::Query;
use crate::error::Error;

/// What a browser's own EventSource waits before it asks again; our pages wait by themselves.
const RETRY: &str = "retry: 2000\n\n";

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LiveQuery {
    /// As whom to hear; the highest of the asker's roles where it is left out.
    r#as: Option<Audience>,
}

/// What is true now, and again whenever it changes: server-sent events, each a whole snapshot of
/// what the listener may see, with its version as `id`. `now` is the server's time when it was
/// sent. With `Last-Event-ID` of the present version nothing is repeated. A comment with the
/// server's time comes as a heartbeat; the stream ends when the listener's right does. Who: host,
/// organizer, desk, volunteer, participant; hosts and organizers may hear as anybody.
#[utoipa::path(
    tag = "live",
    params(
        LiveQuery,
        ("Last-Event-ID" = Option<i64>, Header, description = "The version heard last"),
    ),
    responses(
        (status = 200, description = "A stream of snapshots", body = Snapshot, content_type = "text/event-stream"),
        (status = 403, description = "`wrong_role`"),
        (status = 422),
    ),
    security(("bearer" = []))
)]
#[get("/events/{event}/live")]
pub async fn listen(
    house: House,
    request: HttpRequest,
    path: Path<String>,
    wanted: Query<LiveQuery>,
) -> Result<HttpResponse, Error> {
    let entrance = Entrance::of(&house, &request, &path, wanted.r#as)?;
    let heard = request.headers().get("last-event-id").and_then(|id| id.to_str().ok()?.parse().ok());
    let for_audience = entrance.clone();
    let admitted = house.run(async move |app| for_audience.judge(&app).await).await?;
    let news = house.extensions.get_or_default::<Channels>().tune(&house, admitted.event.id, admitted.audience);
    let beat = heartbeat(&house);
    let listener =
        Listener { house, entrance, admitted, news, beat, heard: heard.unwrap_or(0), waiting: Some(RETRY.into()) };
    let stream = unfold(listener, |mut listener| async {
        let sent = listener.next().await?;
        Some((Ok::<_, Error>(sent), listener))
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        // Compressed, a snapshot would wait in the compressor for the next one.
        .insert_header(ContentEncoding::Identity)
        .insert_header((CACHE_CONTROL, "no-store, no-transform"))
        .insert_header((HeaderName::from_static("x-accel-buffering"), "no"))
        .streaming(stream))
}

struct Listener {
    house: House,
    entrance: Entrance,
    admitted: Admitted,
    news: News,
    beat: Interval,
    /// The version this listener has.
    heard: i64,
    /// The rest of what is being sent.
    waiting: Option<Bytes>,
}

impl Listener {
    /// What to send next; None when the stream ends.
    async fn next(&mut self) -> Option<Bytes> {
        if let Some(waiting) = self.waiting.take() {
            return Some(waiting);
        }
        loop {
            tokio::select! {
                aired = self.news.next() => {
                    if let Some(head) = self.snapshot(aired?) {
                        return Some(head);
                    }
                }
                _ = self.beat.tick() => {
                    let entrance = self.entrance.clone();
                    match self.house.run(async move |app| entrance.judge(&app).await).await {
                        Ok(admitted) if admitted.audience == self.admitted.audience => {}
                        // While the database is away nobody knows better, and nothing new is told.
                        Err(Error::Fault(_)) => {}
                        Ok(_) | Err(Error::Refused(_)) => return None,
                    }
                    return Some(format!(": {}\n\n", self.now()).into());
                }
            }
        }
    }

    /// The head of a snapshot, its members waiting; None where there is none, or this
    /// listener has it.
    fn snapshot(&mut self, aired: Aired) -> Option<Bytes> {
        if aired.version == 0 || aired.version == self.heard {
            return None;
        }
        self.heard = aired.version;
        self.waiting = Some(aired.members);
        Some(format!("id: {0}\ndata: {{\"now\":\"{1}\",\"version\":{0},\ndata: ", aired.version, self.now()).into())
    }

    fn now(&self) -> String {
        self.house.now().to_rfc3339_opts(SecondsFormat::Millis, true)
    }
}
