//! A round that closes while phones go on: what was promised is what is counted.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use queqiao::audit::entry;
use queqiao::chance::seeded;
use queqiao::database::Write;
use queqiao::events::phase::Phase;
use queqiao::picks::round;
use queqiao::picks::{ballot, close, matched};
use queqiao::settings::Settings;
use queqiao::small_counts::told_among;
use rand::RngExt;
use rand::rngs::StdRng;
use rstest::rstest;
use sea_orm::{EntityTrait, QuerySelect};
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::hall::{Hall, light};

/// Pairs who pick each other and take it back, again and again, until the host closes: what was
/// last answered with 200 is what is counted, whatever was answered with 409 is not. The narrow
/// place is made wide: those who have seen the round open are kept from writing until the host has
/// closed and begins to count.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ballots_fired_at_a_closing_round_are_counted_or_refused(#[values(Sqlite, Postgres)] engine: Engine) {
    const PAIRS: u32 = 12;
    let Some(hall) = Hall::begin(engine, PAIRS).await else { return };
    let hall = Arc::new(hall);
    let mut found = 0;
    for _ in 0..2 {
        let n = hall.open(1).await;
        let taken = Arc::new(Semaphore::new(0));
        let fire = |place| tokio::spawn(fire(Arc::clone(&hall), Arc::clone(&taken), place, n));
        let ballots: Vec<_> = (0..PAIRS as usize * 2).map(fire).collect();
        taken.acquire_many(PAIRS * 3).await.unwrap().forget();
        let txn = hall.evening.app.database.begin_write().await.unwrap();
        ballot::Entity::of_round(hall.round(n).await.id).lock_exclusive().all(&txn).await.unwrap();
        // Those who came together wait together, and the others behind them.
        hall.evening.until_waiting(1).await;
        let closer = Arc::clone(&hall);
        let closing = tokio::spawn(async move { closer.close(n).await });
        hall.evening.until_waiting(2).await;
        txn.commit().await.unwrap();
        let bulletin = closing.await.unwrap();
        assert_eq!(bulletin.status, 200, "{}", bulletin.text());
        let mut counts = Vec::new();
        for ballot in ballots {
            counts.push(ballot.await.unwrap());
        }
        let sent = counts.iter().filter(|count| count.is_some()).count();
        let picks = counts.iter().filter(|count| **count == Some(true)).count();
        let expected = |count| json!(told_among(count, sent));
        assert_eq!(bulletin.json["ballots"], expected(sent), "a ballot was lost, or counted although refused");
        assert_eq!(bulletin.json["picks"], expected(picks), "an older ballot was counted, or a refused one");
        found += hall.are_matched_as(n, &counts).await;
    }
    assert!((1..PAIRS as usize * 2).contains(&found), "{found} pairs matched: nothing raced");
}

/// Sends ballots, two that name the partner and an empty one in turn, until one is refused. Whether
/// the last one that was taken names the partner; None where none was taken.
async fn fire(hall: Arc<Hall>, taken: Arc<Semaphore>, place: usize, n: i64) -> Option<bool> {
    let pair = place / 2;
    let (person, side) = if place.is_multiple_of(2) { (&hall.men[pair], "女") } else { (&hall.women[pair], "男") };
    let partner = format!("{side}{:03}", pair + 1);
    let mut last = None;
    for turn in place.. {
        let names = !turn.is_multiple_of(3);
        let badges: &[&str] = if names { &[&partner] } else { &[] };
        let answer = light(person, n, badges).await;
        match (answer.status, answer.code()) {
            (200, _) => {
                last = Some(names);
                taken.add_permits(1);
            }
            (409, "round_closed") => break,
            _ => panic!("{}", answer.text()),
        }
    }
    last
}

/// What the house last promised somebody.
struct Promised {
    badges: Vec<String>,
    receipt: String,
    ballots: usize,
}

/// A whole hall changes its mind on and on while the host closes at a moment nobody knows: counted is
/// what was last answered with 200, of everybody, and nothing else. `QUEQIAO_WHOLE_HALL` makes it 300
/// phones for half a minute.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_hall_was_promised_is_what_is_counted(#[values(Sqlite, Postgres)] engine: Engine) {
    let whole = std::env::var_os("QUEQIAO_WHOLE_HALL").is_some();
    let (pairs, seconds) = if whole { (150, 30.0) } else { (30, 3.0) };
    let roomy = |settings: &mut Settings| settings.database.connections = 32;
    let Some(evening) = Evening::begin_with(engine, Phase::OnSite, roomy).await else { return };
    let hall = Arc::new(Hall::fill(evening, pairs).await);
    let n = hall.open(3).await;
    let seed: [u8; 32] = hall.evening.app.chance.secret().unwrap();
    let mut dice = seeded(seed);
    let moment = Duration::from_secs_f64(seconds * dice.random_range(0.5..1.0));
    let taken = Arc::new(Semaphore::new(0));
    let mut phone = |place| {
        let (hall, taken, dice) = (Arc::clone(&hall), Arc::clone(&taken), seeded(dice.random()));
        tokio::spawn(change_on_and_on(hall, taken, place, n, dice))
    };
    let phones: Vec<_> = (0..pairs as usize * 2).map(&mut phone).collect();
    taken.acquire_many(pairs * 4).await.unwrap().forget();
    tokio::time::sleep(moment).await;
    let bulletin = hall.close(n).await;
    assert_eq!((bulletin.status, &bulletin.json["state"]), (200, &json!("tallied")), "{}", bulletin.text());
    let mut promised = Vec::new();
    for phone in phones {
        promised.push(phone.await.unwrap());
    }
    let ballots: usize = promised.iter().map(|promised| promised.ballots).sum();
    println!("{engine:?}: {} phones, {ballots} ballots taken in {moment:?}, seed {seed:?}", promised.len());

    let receipts: HashSet<&str> =
        bulletin.json["receipts"].as_array().unwrap().iter().map(|receipt| receipt.as_str().unwrap()).collect();
    // Everybody had an empty ballot to begin with; whoever was promised nothing kept it.
    let taken = || promised.iter().filter(|promised| promised.ballots > 0);
    assert!(taken().all(|promised| receipts.contains(promised.receipt.as_str())), "counted is not what was promised");
    let picks: usize = promised.iter().map(|promised| promised.badges.len()).sum();
    assert_eq!(receipts.len(), promised.len());
    let expected = |count| json!(told_among(count, taken().count()));
    assert_eq!((&bulletin.json["ballots"], &bulletin.json["picks"]), (&expected(taken().count()), &expected(picks)));
    let names = |place: usize, badge: String| promised[place].badges.contains(&badge);
    let mut mutual = HashSet::new();
    for (man, woman) in (0..pairs as usize).flat_map(|man| (0..pairs as usize).map(move |woman| (man, woman))) {
        if names(man * 2, format!("女{:03}", woman + 1)) && names(woman * 2 + 1, format!("男{:03}", man + 1)) {
            let (lo, hi) = matched::ordered(hall.men[man].registration_id, hall.women[woman].registration_id);
            mutual.insert([lo, hi]);
        }
    }
    let found: HashSet<[Uuid; 2]> = hall.matches().await.iter().map(matched::Model::people).collect();
    assert_eq!(found, mutual);
    assert!(!mutual.is_empty() && ballots > promised.len(), "nothing raced");
}

/// Even places are men, odd ones women; everybody picks among those whose numbers are next to theirs.
async fn change_on_and_on(hall: Arc<Hall>, taken: Arc<Semaphore>, place: usize, n: i64, mut dice: StdRng) -> Promised {
    let (pair, pairs) = (place / 2, hall.men.len());
    let (person, side) = if place.is_multiple_of(2) { (&hall.men[pair], "女") } else { (&hall.women[pair], "男") };
    let mut promised = Promised { badges: Vec::new(), receipt: String::new(), ballots: 0 };
    loop {
        let mut badges: Vec<String> = Vec::new();
        if pair == 0 {
            // Two who never waver, so that somebody is matched whatever the dice say of the others.
            badges.push(format!("{side}001"));
        }
        for _ in 0..dice.random_range(0..=2) {
            let badge = format!("{side}{:03}", (pair + dice.random_range(0..4)) % pairs + 1);
            if !badges.contains(&badge) {
                badges.push(badge);
            }
        }
        let mut sent: Vec<&str> = badges.iter().map(String::as_str).collect();
        // Now and then one that is refused, among all those that are taken.
        let wrong = dice.random_bool(0.1);
        if wrong {
            sent.push("女999");
        }
        let answer = light(person, n, &sent).await;
        match (answer.status, answer.code()) {
            (200, _) => {
                let receipt = answer.json["receipt"].as_str().unwrap().to_owned();
                promised = Promised { badges, receipt, ballots: promised.ballots + 1 };
                taken.add_permits(1);
            }
            (422, "not_here" | "same_side" | "too_many_picks") if wrong => {}
            (409, "round_closed") => return promised,
            _ => panic!("{}", answer.text()),
        }
    }
}

/// One ballot has seen the round open and is kept from being written until the host has closed.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn counting_waits_for_a_ballot_on_its_way(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let hall = Arc::new(hall);
    let n = hall.open(1).await;
    assert_eq!(light(&hall.women[0], n, &["男001"]).await.status, 200);
    let app = &hall.evening.app;
    let txn = app.database.begin_write().await.unwrap();
    let his = (hall.round(n).await.id, hall.men[0].registration_id);
    ballot::Entity::find_by_id(his).lock_exclusive().one(&txn).await.unwrap().unwrap();
    let (sender, closer) = (Arc::clone(&hall), Arc::clone(&hall));
    let sent = tokio::spawn(async move { light(&sender.men[0], n, &["女001"]).await.status });
    hall.evening.until_waiting(1).await;
    let closed = tokio::spawn(async move { closer.close(n).await.status });
    hall.evening.until_waiting(2).await;
    let late = Arc::clone(&hall);
    let late = tokio::spawn(async move { light(&late.women[0], n, &[]).await });
    txn.commit().await.unwrap();
    let (sent, late) = (sent.await.unwrap(), late.await.unwrap());
    if engine == Postgres {
        // The host did not wait: nobody else gets in.
        assert_eq!(late.code(), "round_closed");
    }
    assert_eq!(closed.await.unwrap(), 200);
    // On the embedded database neither ballot had begun, so that any may come first; hers takes her lamp back.
    assert!(sent == 200 || (engine == Sqlite && sent == 409), "{sent}");
    let counts = sent == 200 && late.status != 200;
    assert_eq!(hall.matches().await.len(), usize::from(counts), "a ballot answered with 200 was lost");
}

/// A gate in front of the rounds: whoever reads one in the circumstances named waits there until the
/// connection lets go of it. The rows themselves lie behind, as `rounds`.
async fn gate(hall: &Hall, circumstances: &str) -> PgConnection {
    let mut apart = hall.evening.app.database.own_connection().await.unwrap();
    let gate = format!(
        "ALTER TABLE pick_round RENAME TO rounds;
        CREATE FUNCTION gate() RETURNS boolean LANGUAGE plpgsql VOLATILE COST 100000 AS $$ BEGIN
            IF {circumstances} THEN
                PERFORM pg_advisory_lock_shared(42);
                PERFORM pg_advisory_unlock_shared(42);
            END IF;
            RETURN true;
        END $$;
        CREATE VIEW pick_round AS SELECT * FROM rounds WHERE gate();
        SELECT pg_advisory_lock(42)"
    );
    apart.execute(AssertSqlSafe(gate)).await.unwrap();
    apart
}

/// PostgreSQL hands out a row that is held lightly as it stood when the statement began. This one
/// began before the host closed, and comes to the row when all is counted.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_ballot_that_looked_before_the_count_is_not_taken_after_it() {
    let Some(hall) = Hall::begin(Postgres, 1).await else { return };
    let n = hall.open(1).await;
    let mut gate = gate(&hall, "true").await;
    let counted = async {
        hall.evening.until_waiting(1).await;
        for state in ["closed", "tallied"] {
            let moved = format!("UPDATE rounds SET state = '{state}'");
            gate.execute(AssertSqlSafe(moved)).await.unwrap();
        }
        gate.execute("SELECT pg_advisory_unlock(42)").await.unwrap();
    };
    let (late, ()) = futures_util::future::join(light(&hall.men[0], n, &["女001"]), counted).await;
    assert_eq!((late.status, late.code()), (409, "round_closed"), "{}", late.text());
}

/// Whoever comes when the round is closed holds nothing the tally would wait for. A ballot looks twice:
/// at an open round, which it holds, and at the round as it is then. Whoever finds something to hold at
/// the first look comes past the gate twice, and stands there.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_ballot_that_comes_too_late_keeps_nobody_waiting() {
    let Some(hall) = Hall::begin(Postgres, 1).await else { return };
    let n = hall.open(1).await;
    close::shut(&hall.evening.app, &hall.as_host(), i32::try_from(n).unwrap()).await.unwrap();
    let looks = "coalesce(nullif(current_setting('gate.looks', true), ''), '0')::int + 1";
    let _gate = gate(&hall, &format!("set_config('gate.looks', ({looks})::text, true)::int > 1")).await;
    let late = tokio::time::timeout(Duration::from_secs(20), light(&hall.men[0], n, &["女001"])).await;
    assert_eq!(late.expect("it holds the round").code(), "round_closed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn closing_from_eight_consoles_makes_one_match_a_pair(#[values(Sqlite, Postgres)] engine: Engine) {
    let roomy = |settings: &mut Settings| settings.database.connections = 24;
    let Some(evening) = Evening::begin_with(engine, Phase::OnSite, roomy).await else { return };
    let hall = Hall::fill(evening, 5).await;
    let n = hall.open(1).await;
    for (pair, number) in (0..5).zip(1..) {
        light(&hall.men[pair], n, &[&format!("女{number:03}")]).await;
        light(&hall.women[pair], n, &[&format!("男{number:03}")]).await;
    }
    // All have found the round open; who comes second must not close what is counted.
    let held = async |txn: &Write| assert!(round::hold(txn, hall.evening.event.id, 1).await.is_ok());
    let closings = hall.evening.amid(held, 8, join_all((0..8).map(|_| hall.close(n)))).await;
    let mut bulletins = HashSet::new();
    for answer in closings {
        assert_eq!(answer.status, 200, "{}", answer.text());
        bulletins.insert(answer.bytes);
    }
    let deeds = entry::Entity::find().all(hall.evening.app.database.reader()).await.unwrap();
    assert_eq!(deeds.iter().filter(|deed| deed.action == "pick_round_closed").count(), 1);
    assert_eq!((bulletins.len(), hall.matches().await.len()), (1, 5));
    assert_eq!(hall.evening.letters().await.len(), 10);
}
