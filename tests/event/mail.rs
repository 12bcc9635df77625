//! Letters, from the outbox to a mail server with moods.

use std::collections::BTreeSet;

use queqiao::events::phase::Phase;
use queqiao::mail::attachment::Attachment;
use queqiao::mail::letter::{self, State};
use queqiao::mail::postman::{Postman, Round};
use queqiao::server::jobs;
use queqiao::settings::Delivery;
use rstest::rstest;
use tokio_util::sync::CancellationToken;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, hours};
use crate::fixtures::letter::{Letter, draft, post};
use crate::fixtures::mail_server::{Authority, Guard, MailServer, Mood};
use crate::fixtures::process;

async fn evening_with(engine: Engine, server: &MailServer) -> Option<Evening> {
    evening_at(engine, format!("smtp://postman:knock@{}", server.address), String::new()).await
}

async fn evening_at(engine: Engine, url: String, ca_file: String) -> Option<Evening> {
    Evening::begin_with(engine, Phase::Registration, move |settings| {
        settings.mail.delivery = Delivery::Smtp;
        settings.mail.url = url.into();
        settings.mail.ca_file = ca_file;
        settings.mail.from = "鹊桥 <queqiao@union.example>".to_owned();
        settings.mail.timeout_seconds = 1;
        settings.mail.tries = 30;
        settings.mail.refusals = 3;
    })
    .await
}

async fn only_letter(evening: &Evening) -> Letter {
    evening.letters().await.into_iter().next().unwrap()
}

fn sent(sent: u64) -> Round {
    Round { sent, ..Round::default() }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_letter_is_delivered_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let server = MailServer::open(Mood::Accepts);
    let Some(evening) = evening_with(engine, &server).await else { return };
    let picture = Attachment::file("badge.png", "image/png", b"png").shown_as("badge");
    let file = Attachment::file("evening.ics", "text/calendar; charset=utf-8", b"BEGIN:VCALENDAR");
    post(&evening, letter::Letter { attachments: vec![picture, file], ..draft("li") }).await;
    let postman = Postman::new(&evening.app).unwrap();
    assert_eq!(postman.step().await.unwrap(), sent(1));
    assert_eq!(postman.step().await.unwrap(), sent(0));
    let [message] = &server.accepted()[..] else { panic!("{:?}", server.messages()) };
    let letter = only_letter(&evening).await;
    assert_eq!(message.to, "li@example.com");
    assert_eq!(message.id, format!("<{}@union.example>", letter.id));
    assert_eq!(server.logins(), ["postman:knock"]);
    assert!(message.text.contains("Content-ID: <badge>") && message.text.contains("filename=\"evening.ics\""));
    assert_eq!((letter.state, letter.tries, letter.sent_at), (State::Sent, 1, Some(evening.app.now())));
    assert_eq!((letter.leased_until, &letter.last_error), (None, &None));
    assert!(letter.contents.is_none(), "whoever reads the database reads it no more");
    assert!(message.text.contains("&#60;b&#62;") || message.text.contains("PCFET0NUWVBF"), "{}", message.text);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_letter_waits_for_its_hour(#[values(Sqlite, Postgres)] engine: Engine) {
    let server = MailServer::open(Mood::Accepts);
    let Some(evening) = evening_with(engine, &server).await else { return };
    let not_before = Some(evening.app.now() + hours(24));
    post(&evening, letter::Letter { not_before, ..draft("li") }).await;
    let postman = Postman::new(&evening.app).unwrap();
    assert_eq!(postman.step().await.unwrap(), sent(0));
    evening.clock.advance(hours(24));
    assert_eq!(postman.step().await.unwrap(), sent(1));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_letter_is_written_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    for _ in 0..2 {
        post(&evening, letter::Letter { dedupe: Some("verify:1".to_owned()), ..draft("li") }).await;
    }
    assert_eq!(evening.letters().await.len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn kept_letters_count_as_sent(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    for name in ["li", "wang", "zhao"] {
        post(&evening, draft(name)).await;
    }
    let later = Some(evening.app.now() + hours(1));
    post(&evening, letter::Letter { not_before: later, ..draft("late") }).await;
    let postman = Postman::new(&evening.app).unwrap();
    assert_eq!(postman.step().await.unwrap(), sent(3));
    for letter in evening.letters().await {
        let waits = letter.recipient.starts_with("late");
        assert_eq!(letter.state, if waits { State::Waiting } else { State::Sent });
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_refused_letter_is_tried_again_and_given_up_in_sight(#[values(Sqlite, Postgres)] engine: Engine) {
    let server = MailServer::open(Mood::Refuses(550));
    let Some(evening) = evening_with(engine, &server).await else { return };
    post(&evening, draft("li")).await;
    let postman = Postman::new(&evening.app).unwrap();
    for tries in 1..=3 {
        let round = postman.step().await.unwrap();
        assert_eq!((round.put_off, round.given_up, round.away), (u64::from(tries < 3), u64::from(tries == 3), false));
        let letter = only_letter(&evening).await;
        assert_eq!((letter.tries, letter.refusals), (tries, tries));
        assert!(letter.last_error.unwrap().contains("is not wanted"));
        assert_eq!(postman.step().await.unwrap(), sent(0), "not again before its pause is over");
        evening.clock.advance(hours(2));
    }
    assert_eq!(only_letter(&evening).await.state, State::Failed);
    assert_eq!(postman.step().await.unwrap(), sent(0));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_letter_put_off_goes_later(#[values(Sqlite, Postgres)] engine: Engine) {
    let server = MailServer::open(Mood::Refuses(450));
    let Some(evening) = evening_with(engine, &server).await else { return };
    post(&evening, draft("li")).await;
    let postman = Postman::new(&evening.app).unwrap();
    for _ in 0..5 {
        assert_eq!(postman.step().await.unwrap().put_off, 1, "more often than a refusal would be borne");
        evening.clock.advance(hours(2));
    }
    server.becomes(Mood::Accepts);
    assert_eq!(postman.step().await.unwrap(), sent(1));
    let letter = only_letter(&evening).await;
    assert_eq!((letter.state, letter.tries, letter.refusals), (State::Sent, 6, 0));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_stalls_holds_nobody(#[values(Sqlite, Postgres)] engine: Engine) {
    let server = MailServer::open(Mood::Stalls);
    let Some(evening) = evening_with(engine, &server).await else { return };
    post(&evening, draft("li")).await;
    let postman = Postman::new(&evening.app).unwrap();
    let round = tokio::time::timeout(std::time::Duration::from_secs(20), postman.step()).await.unwrap().unwrap();
    assert_eq!((round.put_off, round.away), (1, true));
    server.becomes(Mood::Accepts);
    evening.clock.advance(hours(2));
    assert_eq!(postman.step().await.unwrap(), sent(1));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_line_dropped_after_the_message_loses_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let server = MailServer::open(Mood::DropsAfterData);
    let Some(evening) = evening_with(engine, &server).await else { return };
    post(&evening, draft("li")).await;
    let postman = Postman::new(&evening.app).unwrap();
    let round = postman.step().await.unwrap();
    assert_eq!((round.sent, round.put_off), (0, 1));
    server.becomes(Mood::Accepts);
    evening.clock.advance(hours(2));
    assert_eq!(postman.step().await.unwrap(), sent(1));
    let seen = server.messages();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].id, seen[1].id, "the second copy is recognised as the first");
    assert_eq!(only_letter(&evening).await.state, State::Sent);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_postmen_never_carry_one_letter_twice(#[values(Sqlite, Postgres)] engine: Engine) {
    let server = MailServer::open(Mood::Slow);
    let Some(evening) = evening_with(engine, &server).await else { return };
    for number in 0..60 {
        post(&evening, draft(&format!("guest-{number}"))).await;
    }
    let mut rounds = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let postman = Postman::new(&evening.app).unwrap();
        rounds.spawn(async move { postman.step().await.unwrap() });
    }
    let rounds = rounds.join_all().await;
    assert_eq!(rounds.iter().map(|round| round.sent).sum::<u64>(), 60, "{rounds:?}");
    let ids: BTreeSet<_> = server.messages().into_iter().map(|message| message.id).collect();
    assert_eq!((server.messages().len(), ids.len()), (60, 60));
    assert!(evening.letters().await.iter().all(|letter| letter.state == State::Sent && letter.tries == 1));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_postman_who_died_with_a_letter_in_hand_is_replaced(#[values(Sqlite, Postgres)] engine: Engine) {
    let server = MailServer::open(Mood::Stalls);
    let Some(evening) = evening_with(engine, &server).await else { return };
    post(&evening, draft("li")).await;
    let dying = Postman::new(&evening.app).unwrap();
    let round = tokio::spawn(async move { dying.step().await });
    while only_letter(&evening).await.tries == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    round.abort();
    server.becomes(Mood::Accepts);
    let postman = Postman::new(&evening.app).unwrap();
    assert_eq!(postman.step().await.unwrap(), sent(0), "the lease holds");
    evening.clock.advance(chrono::Duration::seconds(30));
    assert_eq!(postman.step().await.unwrap(), sent(1), "the lease ran out");
    assert_eq!(only_letter(&evening).await.tries, 2);
}

/// Looks until it is so.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let patience = std::time::Duration::from_secs(15);
    let looking = async {
        while !is_so().await {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(patience, looking).await.expect("it did not come to be");
}

async fn sent_letters(evening: &Evening) -> usize {
    evening.letters().await.into_iter().filter(|letter| letter.state == State::Sent).count()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_line_that_breaks_rests_the_hand_that_held_it_and_no_other(#[values(Sqlite, Postgres)] engine: Engine) {
    let server = MailServer::open(Mood::Accepts);
    let Some(evening) = evening_with(engine, &server).await else { return };
    for number in 0..76 {
        post(&evening, draft(&format!("guest-{number}"))).await;
    }
    server.drops(2);
    let stop = CancellationToken::new();
    let postman = Postman::new(&evening.app).unwrap().start(stop.clone());
    until(async || sent_letters(&evening).await == 74).await;
    let waiting = evening.letters().await.into_iter().filter(|letter| letter.state == State::Waiting);
    for letter in waiting {
        let soon = evening.app.now() + chrono::Duration::seconds(15);
        assert!(letter.tries == 1 && letter.refusals == 0 && letter.not_before < soon, "{letter:?}");
    }
    evening.clock.advance(chrono::Duration::seconds(15));
    until(async || sent_letters(&evening).await == 76).await;
    stop.cancel();
    postman.await.unwrap();
    let ids: BTreeSet<_> = server.accepted().into_iter().map(|message| message.id).collect();
    assert_eq!((server.messages().len(), ids.len()), (76, 76));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_that_answers_late_has_the_letter_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let server = MailServer::open(Mood::Ponders);
    let change = {
        let url = format!("smtp://postman:knock@{}", server.address);
        move |settings: &mut queqiao::settings::Settings| {
            settings.mail.delivery = Delivery::Smtp;
            settings.mail.url = url.into();
            settings.mail.timeout_seconds = 1;
            settings.mail.lease_seconds = 1;
        }
    };
    let Some(evening) = Evening::begin_with(engine, Phase::Registration, change).await else { return };
    post(&evening, draft("li")).await;
    let patient = Postman::new(&evening.app).unwrap();
    let round = tokio::spawn(async move { patient.step().await });
    until(async || server.messages().len() == 1).await;
    let other = Postman::new(&evening.app).unwrap();
    // Long after a step of the conversation would have been given up, and the lease with it.
    for _ in 0..6 {
        let lease = only_letter(&evening).await.leased_until.unwrap();
        evening.clock.set(lease - chrono::Duration::milliseconds(1));
        until(async || only_letter(&evening).await.leased_until.unwrap() > lease).await;
        assert_eq!(other.step().await.unwrap(), sent(0), "it is in hand");
    }
    server.answers();
    assert_eq!(round.await.unwrap().unwrap(), sent(1));
    let letter = only_letter(&evening).await;
    assert_eq!((letter.state, letter.tries, letter.leased_until), (State::Sent, 1, None));
    assert_eq!(server.messages().len(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_letter_in_hand_at_a_kill_goes_soon_and_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let server = MailServer::open(Mood::Stalls);
    let Some(evening) = process::begin(engine, Phase::Registration).await else { return };
    for number in 0..4 {
        post(&evening, draft(&format!("guest-{number}"))).await;
    }
    let serve = || {
        let mut command = process::program(&evening, &["serve"]);
        command.env("QUEQIAO__MAIL__DELIVERY", "smtp").env("QUEQIAO__MAIL__LEASE_SECONDS", "4");
        process::open(command.env("QUEQIAO__MAIL__URL", format!("smtp://postman:knock@{}", server.address)))
    };
    let first = serve();
    until(async || evening.letters().await.iter().all(|letter| letter.tries == 1)).await;
    drop(first);
    server.becomes(Mood::Accepts);
    let begun = std::time::Instant::now();
    let second = serve();
    until(async || sent_letters(&evening).await == 4).await;
    // The embedded database has one house: whoever had them in hand is gone.
    assert!(engine == Postgres || begun.elapsed().as_secs_f32() < 3.9, "{:?}", begun.elapsed());
    drop(second);
    let ids: BTreeSet<_> = server.messages().into_iter().map(|message| message.id).collect();
    assert_eq!((server.messages().len(), ids.len()), (4, 4));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_mail_server_away_for_a_day_loses_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let server = MailServer::open(Mood::Away);
    let Some(evening) = evening_with(engine, &server).await else { return };
    for number in 0..20 {
        post(&evening, draft(&format!("guest-{number}"))).await;
    }
    let postman = Postman::new(&evening.app).unwrap();
    for _ in 0..24 {
        let round = postman.step().await.unwrap();
        assert!(round.away && round.sent == 0 && round.given_up == 0, "{round:?}");
        assert!(round.put_off <= 4, "a server that is away is not asked for every letter: {round:?}");
        evening.clock.advance(hours(1));
    }
    server.becomes(Mood::Accepts);
    evening.clock.advance(hours(1));
    assert_eq!(postman.step().await.unwrap(), sent(20));
    assert_eq!(server.accepted().len(), 20);
}

/// The authority's certificate where the settings look for it, and the address of the server it vouches for.
fn trusting(authority: &Authority, folder: &tempfile::TempDir, scheme: &str, server: &MailServer) -> (String, String) {
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, &authority.pem).unwrap();
    let port = server.address.rsplit(':').next().unwrap();
    let query = if scheme == "smtp" { "?tls=required" } else { "" };
    (format!("{scheme}://postman:kn%40ck@localhost:{port}{query}"), file.display().to_string())
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_letter_goes_encrypted_to_a_server_the_unions_own_authority_vouches_for(
    #[values(Sqlite, Postgres)] engine: Engine,
    #[values("smtp", "smtps")] scheme: &str,
) {
    let (authority, folder) = (Authority::vouching_for("localhost"), tempfile::tempdir().unwrap());
    let guard = if scheme == "smtp" { authority.starttls() } else { authority.implicit() };
    let server = MailServer::guarded(Mood::Accepts, guard);
    let (url, ca_file) = trusting(&authority, &folder, scheme, &server);
    let Some(evening) = evening_at(engine, url, ca_file).await else { return };
    post(&evening, draft("li")).await;
    assert_eq!(Postman::new(&evening.app).unwrap().step().await.unwrap(), sent(1));
    assert_eq!((server.accepted().len(), server.logins()), (1, vec!["postman:kn@ck".to_owned()]));
    let overheard = server.overheard();
    let commands: Vec<&str> = overheard.lines().map(|line| line.split(' ').next().unwrap()).collect();
    assert_eq!(commands, if scheme == "smtp" { vec!["EHLO", "STARTTLS"] } else { vec![] }, "{overheard}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_server_nobody_vouches_for_learns_neither_the_password_nor_the_letter(
    #[values(Sqlite, Postgres)] engine: Engine,
    #[values("smtp", "smtps")] scheme: &str,
    #[values("unknown authority", "another host")] why: &str,
) {
    let (known, folder) = (Authority::vouching_for("localhost"), tempfile::tempdir().unwrap());
    let other = Authority::vouching_for(if why == "another host" { "mail.example.com" } else { "localhost" });
    let guard = if scheme == "smtp" { other.starttls() } else { other.implicit() };
    let server = MailServer::guarded(Mood::Accepts, guard);
    let trusted = if why == "another host" { &other } else { &known };
    let (url, ca_file) = trusting(trusted, &folder, scheme, &server);
    let Some(evening) = evening_at(engine, url, ca_file).await else { return };
    post(&evening, draft("li")).await;
    let round = Postman::new(&evening.app).unwrap().step().await.unwrap();
    assert_eq!((round.sent, round.put_off, round.away), (0, 1, true));
    let letter = only_letter(&evening).await;
    assert_eq!((letter.state, letter.refusals), (State::Waiting, 0), "the letter is not to blame");
    assert!(letter.last_error.unwrap().contains("certificate"), "the administrator reads why");
    assert_eq!((server.messages().len(), server.logins().len()), (0, 0));
    assert!(!server.overheard().contains("AUTH"), "{}", server.overheard());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn where_encryption_is_required_nothing_goes_in_the_clear(#[values(Sqlite, Postgres)] engine: Engine) {
    let server = MailServer::guarded(Mood::Accepts, Guard::Open);
    let url = format!("smtp://postman:knock@{}?tls=required", server.address);
    let Some(evening) = evening_at(engine, url, String::new()).await else { return };
    post(&evening, draft("li")).await;
    let round = Postman::new(&evening.app).unwrap().step().await.unwrap();
    assert_eq!((round.sent, round.put_off, round.away), (0, 1, true));
    assert!(only_letter(&evening).await.last_error.unwrap().to_lowercase().contains("starttls"));
    assert_eq!((server.messages().len(), server.logins().len()), (0, 0));
    let overheard = server.overheard();
    assert!(!overheard.contains("AUTH") && !overheard.contains("MAIL"), "{overheard}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_line_is_kept_open_from_one_letter_to_the_next(#[values(Sqlite, Postgres)] engine: Engine) {
    let (authority, folder) = (Authority::vouching_for("localhost"), tempfile::tempdir().unwrap());
    let server = MailServer::guarded(Mood::Accepts, authority.starttls());
    let (url, ca_file) = trusting(&authority, &folder, "smtp", &server);
    let Some(evening) = evening_at(engine, url, ca_file).await else { return };
    let postman = Postman::new(&evening.app).unwrap();
    for number in 0..5 {
        post(&evening, draft(&format!("guest-{number}"))).await;
        assert_eq!(postman.step().await.unwrap(), sent(1));
    }
    assert_eq!((server.lines(), server.logins().len()), (1, 1), "one handshake, one sign-in");
    for number in 5..60 {
        post(&evening, draft(&format!("guest-{number}"))).await;
    }
    assert_eq!(postman.step().await.unwrap(), sent(55));
    assert!(server.lines() <= evening.app.settings.mail.workers, "{} lines", server.lines());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn letters_that_went_are_forgotten_in_time_and_others_are_not(#[values(Sqlite, Postgres)] engine: Engine) {
    let server = MailServer::open(Mood::Refuses(550));
    let Some(evening) = evening_with(engine, &server).await else { return };
    post(&evening, draft("failed")).await;
    let postman = Postman::new(&evening.app).unwrap();
    for _ in 0..3 {
        postman.step().await.unwrap();
        evening.clock.advance(hours(2));
    }
    server.becomes(Mood::Accepts);
    post(&evening, draft("early")).await;
    assert_eq!(postman.step().await.unwrap(), sent(1));
    let days = |days: i64| hours(24 * days);
    let not_before = Some(evening.app.now() + days(200));
    post(&evening, letter::Letter { not_before, ..draft("waiting") }).await;
    evening.clock.advance(days(60));
    post(&evening, draft("late")).await;
    assert_eq!(postman.step().await.unwrap(), sent(1));
    let kept = async || -> BTreeSet<String> {
        jobs::once(&evening.app).await;
        let letters = evening.letters().await.into_iter();
        letters.map(|letter| letter.recipient.split('@').next().unwrap().to_owned()).collect()
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    evening.clock.advance(days(29));
    assert_eq!(kept().await, names(&["early", "failed", "late", "waiting"]));
    evening.clock.advance(days(1));
    assert_eq!(kept().await, names(&["failed", "late", "waiting"]));
    evening.clock.advance(days(60));
    assert_eq!(kept().await, names(&["failed", "waiting"]));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn kept_letters_are_forgotten_in_time_too(#[values(Sqlite, Postgres)] engine: Engine) {
    let days = |days: i64| hours(24 * days);
    let Some(evening) =
        Evening::begin_with(engine, Phase::Registration, |settings| settings.retention.letters_days = 7).await
    else {
        return;
    };
    post(&evening, draft("li")).await;
    assert_eq!(Postman::new(&evening.app).unwrap().step().await.unwrap(), sent(1));
    for left in [1, 0] {
        evening.clock.advance(days(if left == 1 { 6 } else { 1 }));
        jobs::once(&evening.app).await;
        assert_eq!(evening.letters().await.len(), left);
    }
}
