//! Several processes on one PostgreSQL, and where the keys of pick rounds lie.

use std::path::Path;
use std::sync::Arc;

use queqiao::app::App;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::picks::round::{self, State};
use queqiao::picks::{company, recovery};
use queqiao::secrets::Secrets;
use queqiao::settings::Settings;
use serde_json::json;

use crate::evening::Engine::Postgres;
use crate::evening::Evening;
use crate::picks::ROUNDS;

/// Another process of the same house.
async fn sibling(evening: &Evening, key_dir: &Path) -> Arc<App> {
    let mut settings = evening.app.settings.clone();
    settings.picks.key_dir = key_dir.display().to_string();
    let secrets = Secrets::load(&settings.security).unwrap();
    App::build(settings, evening.clock.clone(), secrets).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_round_opens_while_processes_keep_their_keys_apart() {
    let folder = tempfile::tempdir().unwrap();
    let (here, elsewhere) = (folder.path().join("here"), folder.path().join("elsewhere"));
    let key_dir = here.display().to_string();
    let change = |settings: &mut Settings| {
        settings.picks.key_dir = key_dir;
        settings.security.secret = "a secret that two processes of one story share".into();
    };
    let begun = Evening::begin_with(Postgres, Phase::OnSite, change).await;
    let Some(evening) = begun else { return };
    let host = evening.crew(Role::Host).await;
    company::attend(&evening.app).await.unwrap();
    let (apart, beside) = (sibling(&evening, &elsewhere).await, sibling(&evening, &here).await);
    company::attend(&beside).await.unwrap();
    company::attend(&apart).await.unwrap();
    company::attend(&apart).await.unwrap();
    assert_eq!(host.post(ROUNDS, json!({ "limit": 3 })).await.status, 201);
    let open = format!("{ROUNDS}/1/open");
    let refused = host.post(&open, json!({})).await;
    assert_eq!((refused.status, refused.code()), (409, "keys_apart"), "{}", refused.text());
    company::leave(&apart).await;
    let opened = host.post(&open, json!({})).await;
    assert_eq!((opened.status, &opened.json["state"]), (200, &json!("open")), "{}", opened.text());

    // One that comes later with keys elsewhere does not take the round for lost.
    company::attend(&apart).await.unwrap();
    recovery::resume(&apart).await.unwrap();
    let found = round::find(evening.app.database.reader(), evening.event.id, 1).await.unwrap();
    assert_eq!(found.state, State::Open);
    company::leave(&apart).await;
    let closed = host.post(&format!("{ROUNDS}/1/close"), json!({})).await;
    assert_eq!((closed.status, &closed.json["state"]), (200, &json!("tallied")), "{}", closed.text());
}
