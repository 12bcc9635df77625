//! `queqiao rehearse`: the whole journey by its own clients, which know what must come out.

use std::process::Output;

use queqiao::events::phase::Phase;
use rstest::rstest;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::process::program;

/// What the report says, which is the last line.
fn report(ended: &Output) -> Value {
    let output = String::from_utf8_lossy(&ended.stdout);
    serde_json::from_str(output.lines().last().unwrap()).unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_small_event_goes_to_its_end_and_every_promise_holds(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Draft).await else { return };
    let mut rehearsal =
        program(&evening, &["rehearse", "--applicants", "48", "--seats", "20", "--seed", "3", "--json"]);
    if engine == Postgres {
        rehearsal.args(["--database-url", evening.app.settings.database.url.expose_secret()]);
    }
    let ended = rehearsal.env("QUEQIAO__LOG__FILTER", "error").output().unwrap();
    let progress = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success(), "{progress}");
    let report = report(&ended);
    assert_eq!((&report["seed"], &report["errors"]), (&json!(3), &json!(0)));
    let promises = report["promises"].as_array().unwrap();
    assert!(promises.iter().all(|promise| promise["held"] == true), "{promises:?}");
    let (matches, stage) = (report["matches"].as_u64().unwrap(), &report["stage"]);
    assert!(matches > 0 && report["matches"] == report["matches_expected"], "{report}");
    for (what, least) in [
        (&report["last_hour"], 1),
        (&report["offline_conflicts"], 1),
        (&stage["confessions_agreed"], 3),
        (&stage["crossed"], 1),
        (&stage["agreed_late"], 1),
        (&stage["blessings"], 20),
        (&stage["undone"], 1),
        (&report["circle"]["members"], 8),
        (&report["circle"]["notes"], 1),
        (&report["surveyed"], 8),
    ] {
        assert!(what.as_u64().unwrap() >= least, "{what} of at least {least}: {report}");
    }
}
