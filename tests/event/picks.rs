//! Stories of the room `picks`.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use queqiao::accounts::SignedIn;
use queqiao::accounts::profile::Gender;
use queqiao::accounts::signed_in::Via;
use queqiao::audit::entry;
use queqiao::badges::badge;
use queqiao::chance::seeded;
use queqiao::checkin::presence;
use queqiao::couples::begin;
use queqiao::database::Write;
use queqiao::events::access::Host;
use queqiao::events::crew::Role;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::language::Language;
use queqiao::picks::round::{self, State};
use queqiao::picks::{ballot, close, matched, pick_key, recovery};
use queqiao::registrations::registration::{Side, Status};
use queqiao::server::jobs;
use queqiao::settings::Settings;
use queqiao::small_counts::told_among;
use queqiao_ballots::seal::Secret;
use rand::RngExt;
use rand::rngs::StdRng;
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, PaginatorTrait, QuerySelect};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, Executor, PgConnection};
use tokio::sync::Semaphore;
use uuid::Uuid;

use crate::evening::Engine::{self, Postgres, Sqlite};
use crate::evening::{Answer, Evening, Person};
use crate::pages::Browser;
use crate::{outage, record};

pub const ROUNDS: &str = "/api/v1/events/qixi/pick-rounds";

/// Men and women with badges, all inside: 男001… and 女001….
pub struct Hall {
    pub evening: Evening,
    pub host: Person,
    pub men: Vec<Person>,
    pub women: Vec<Person>,
}

/// One guest with a badge, inside or not.
pub async fn guest(evening: &Evening, side: Side, number: i32, inside: bool) -> Person {
    let name = if side == Side::Men { "men" } else { "women" };
    let person = evening.participant_as(name, Status::Confirmed).await;
    evening.seat(&person, side, number, inside).await;
    person
}

impl Hall {
    pub async fn begin(engine: Engine, pairs: u32) -> Option<Self> {
        Some(Self::fill(Evening::begin(engine, Phase::OnSite).await?, pairs).await)
    }

    /// A hall that another process can serve too: both know the folder where the keys lie.
    pub async fn shared(engine: Engine, keys: &Path, pairs: u32) -> Option<Self> {
        let keys = keys.join("keys").display().to_string();
        let evening = outage::begin_with(engine, Phase::OnSite, |settings| settings.picks.key_dir = keys).await?;
        Some(Self::fill(evening, pairs).await)
    }

    /// An evening with a host, and so many men and women inside.
    pub async fn fill(evening: Evening, pairs: u32) -> Self {
        let host = evening.crew(Role::Host).await;
        let men = evening.participants("men", pairs, Status::Confirmed).await;
        let women = evening.participants("women", pairs, Status::Confirmed).await;
        for (people, side) in [(&men, Side::Men), (&women, Side::Women)] {
            for (person, number) in people.iter().zip(1..) {
                evening.seat(person, side, number, true).await;
            }
        }
        Self { evening, host, men, women }
    }

    /// Plans and opens the next round; its number.
    pub async fn open(&self, limit: i32) -> i64 {
        let planned = self.host.post(ROUNDS, json!({ "limit": limit })).await;
        assert_eq!(planned.status, 201, "{}", planned.text());
        let n = planned.json["number"].as_i64().unwrap();
        let opened = self.host.post(&format!("{ROUNDS}/{n}/open"), json!({})).await;
        assert_eq!((opened.status, &opened.json["state"]), (200, &json!("open")), "{}", opened.text());
        n
    }

    pub async fn close(&self, n: i64) -> Answer {
        self.host.post(&format!("{ROUNDS}/{n}/close"), json!({})).await
    }

    pub async fn round(&self, n: i64) -> round::Model {
        let db = self.evening.app.database.reader();
        round::find(db, self.evening.event.id, i32::try_from(n).unwrap()).await.unwrap()
    }

    /// The key of an open round, as it lies here.
    pub async fn key(&self, n: i64) -> Option<Arc<Secret>> {
        let keys = round::keys(&self.evening.app).await.unwrap();
        pick_key::secret(self.evening.app.database.reader(), &keys, self.round(n).await.id).await.unwrap().ok()
    }

    pub async fn matches(&self) -> Vec<matched::Model> {
        matched::Entity::find().all(self.evening.app.database.reader()).await.unwrap()
    }

    /// Whether exactly those pairs are matched who both named the other last; how many they are.
    async fn are_matched_as(&self, n: i64, counts: &[Option<bool>]) -> usize {
        let round = self.round(n).await;
        let found = self.matches().await.into_iter().filter(|found| found.round_id == round.id);
        let found: HashSet<[Uuid; 2]> = found.map(|found| found.people()).collect();
        for (pair, counts) in counts.chunks(2).enumerate() {
            let (lo, hi) = matched::ordered(self.men[pair].registration_id, self.women[pair].registration_id);
            assert_eq!(found.contains(&[lo, hi]), counts == [Some(true), Some(true)], "pair {pair}");
        }
        found.len()
    }

    /// Three ballots, of which two find each other.
    pub async fn pick(&self, n: i64) {
        for (person, badge) in [(&self.men[0], "女001"), (&self.women[0], "男001"), (&self.men[1], "女001")] {
            let taken = light(&self.evening.again(person), n, &[badge]).await;
            assert_eq!(taken.status, 200, "{}", taken.text());
        }
    }

    /// The round ended as it does without a power cut, and nothing of its ballots is left. It is the
    /// last of so many rounds that ended so.
    async fn ended_well(&self, n: i64, rounds: usize, when: &str) {
        let db = self.evening.app.database.reader();
        assert_eq!(self.round(n).await.state, State::Tallied, "{when}");
        assert_eq!(self.are_matched_as(n, &[Some(true), Some(true), None, None]).await, 1, "{when}");
        assert_eq!(ballot::Entity::find().count(db).await.unwrap(), 0, "{when}: a ballot is left");
        assert!(round::keys(&self.evening.app).await.unwrap().rounds().unwrap().is_empty(), "{when}: a key is left");
        for person in self.men.iter().chain(&self.women) {
            let letters = self.evening.letters_to(person, "round_over").await.len();
            assert_eq!(letters, rounds, "{when}: letters to {}", person.email);
        }
    }

    /// The host as verbs know one.
    pub fn as_host(&self) -> Host {
        let account_id = self.host.account_id;
        let account = SignedIn {
            account_id,
            administrator: false,
            lacks_factor: false,
            language: Language::Zh,
            via: Via::Token(None),
        };
        Host { account, event: self.evening.event.clone() }
    }
}

pub async fn light(person: &Person, n: i64, badges: &[&str]) -> Answer {
    person.put(&format!("{ROUNDS}/{n}/picks"), json!({ "badges": badges })).await
}

pub async fn mine(person: &Person, n: i64) -> Answer {
    person.get(&format!("{ROUNDS}/{n}/matches/me")).await
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_pick_each_other_learn_of_it_and_nobody_else_does(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 3).await else { return };
    let n = hall.open(2).await;
    assert_eq!(mine(&hall.men[0], n).await.code(), "round_not_tallied");
    for (person, badges) in [
        (&hall.men[0], ["女001", "女002"].as_slice()),
        (&hall.women[0], &["男003", "男001"]),
        (&hall.men[1], &["女001"]),
    ] {
        assert_eq!(light(person, n, badges).await.status, 200);
    }
    let closed = hall.close(n).await;
    assert_eq!((closed.status, &closed.json["state"]), (200, &json!("tallied")), "{}", closed.text());
    assert_eq!(hall.matches().await.len(), 1);
    assert_eq!(mine(&hall.men[0], n).await.json["badges"], json!(["女001"]));
    let hers = mine(&hall.women[0], n).await;
    assert_eq!(hers.json["badges"], json!(["男001"]));
    assert_eq!(hers.json["matches"][0]["nickname"], "guest-1");
    // Picked by somebody, picking somebody, neither: the same bytes.
    let nothing = mine(&hall.men[1], n).await.bytes;
    for person in [&hall.women[1], &hall.men[2], &hall.women[2]] {
        assert_eq!(mine(person, n).await.bytes, nothing);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_who_took_part_gets_one_and_the_same_letter(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let absent = guest(&hall.evening, Side::Women, 9, true).await;
    let txn = hall.evening.app.database.begin_write().await.unwrap();
    presence::Entity::delete_by_id(absent.registration_id).exec(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let n = hall.open(2).await;
    light(&hall.men[0], n, &["女002", "女001"]).await;
    light(&hall.women[0], n, &["男001"]).await;
    hall.close(n).await;
    let mut letters = HashSet::new();
    for person in hall.men.iter().chain(&hall.women) {
        let mut sent = hall.evening.letters_to(person, "round_over").await;
        assert_eq!(sent.len(), 1);
        let letter = sent.remove(0);
        assert!(letter.plain.contains("/e/qixi/matches"), "{}", letter.plain);
        let nameless = |text: &str| {
            ["guest-1", "guest-2", "guest-3", "guest-4"]
                .iter()
                .fold(text.to_owned(), |text, name| text.replace(name, ""))
        };
        letters.insert((letter.subject.clone(), nameless(&letter.plain), nameless(&letter.html), letter.not_before));
    }
    assert_eq!(letters.len(), 1, "the outbox tells who was picked back: {letters:?}");
    assert_eq!(hall.evening.letters().await.len(), 4, "somebody who never came got a letter");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_ballot_replaces_the_one_before_and_shows_itself_to_its_owner(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 3).await else { return };
    let n = hall.open(3).await;
    let path = format!("{ROUNDS}/{n}/picks");
    assert_eq!(hall.men[0].get(&path).await.json["badges"], json!([]));
    light(&hall.men[0], n, &["女001"]).await;
    // Full-width digits, a Latin letter, spaces: as thumbs type.
    let sent = json!({ "badges": ["女００３", " w2 "], "stage": true });
    let taken = hall.men[0].put(&path, sent).await;
    let seen = hall.men[0].get(&path).await;
    assert_eq!(
        seen.json,
        json!({ "badges": ["女003", "女002"], "stage": true, "follow_up": false, "receipt": taken.json["receipt"] })
    );
    assert_eq!(seen.headers["cache-control"], "no-store");
    light(&hall.women[0], n, &["男001"]).await;
    light(&hall.women[1], n, &["男001"]).await;
    assert_eq!(light(&hall.women[1], n, &[]).await.status, 200, "an empty list is a valid ballot");
    let closed = hall.close(n).await;
    assert!(hall.matches().await.is_empty(), "what was taken back or replaced was counted");
    let receipts = closed.json["receipts"].as_array().unwrap();
    assert_eq!(receipts.len(), 6, "the bulletin tells who sent a ballot");
    assert!(receipts.contains(&taken.json["receipt"]));
    assert_eq!(hall.men[0].get(&path).await.code(), "round_closed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_accepted_ballot_gets_an_answer_of_one_size(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 4).await else { return };
    let late = guest(&hall.evening, Side::Men, 77, true).await;
    let n = hall.open(3).await;
    let later = guest(&hall.evening, Side::Men, 78, true).await;
    let mut shapes = HashSet::new();
    for person in [&hall.men[0], &hall.men[0], &hall.men[1], &late, &later] {
        for badges in [&["女001", "女002", "女003"][..], &["女004"], &[]] {
            let answer = light(person, n, badges).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            let mut names: Vec<String> = answer.headers.keys().map(ToString::to_string).collect();
            names.sort();
            shapes.insert((answer.bytes.len(), names, answer.headers["content-length"].clone()));
        }
    }
    assert_eq!(shapes.len(), 1, "{shapes:?}");
    let rows = ballot::Entity::find().all(hall.evening.app.database.reader()).await.unwrap();
    assert!(rows.iter().all(|row| row.sealed.len() == 84));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_ballot_with_a_badge_that_cannot_be_picked_changes_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 4).await else { return };
    guest(&hall.evening, Side::Women, 50, false).await;
    let n = hall.open(2).await;
    let me = &hall.men[0];
    light(me, n, &["女001"]).await;
    for (badges, offending, code) in [
        (&["女001", "女002", "女003"][..], "女003", "too_many_picks"),
        (&["女002", "女０02"], "女０02", "repeated_pick"),
        (&["男001"], "男001", "own_badge"),
        (&["女002", "男002"], "男002", "same_side"),
        (&["女050"], "女050", "not_here"),
        (&["女999"], "女999", "not_here"),
        (&["女002", "小雅"], "小雅", "not_here"),
        (&[""], "", "not_here"),
    ] {
        let refused = light(me, n, badges).await;
        assert_eq!((refused.status, refused.code()), (422, code), "{badges:?}");
        assert_eq!(refused.json["badge"], offending);
    }
    for body in [json!({}), json!({ "badges": "女001" }), json!({ "badges": [8] }), json!({ "badges": [], "for": 1 })]
    {
        let refused = me.put(&format!("{ROUNDS}/{n}/picks"), body).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"));
    }
    let many = vec!["女001"; 201];
    assert_eq!(light(me, n, &many).await.code(), "invalid");
    assert_eq!(me.get(&format!("{ROUNDS}/{n}/picks")).await.json["badges"], json!(["女001"]));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_guests_who_are_inside_pick(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let outside = guest(&hall.evening, Side::Men, 5, false).await;
    let badgeless = hall.evening.participant("men").await;
    let stranger = hall.evening.stranger().await;
    let n = hall.open(2).await;
    let path = format!("{ROUNDS}/{n}/picks");
    for person in [&outside, &badgeless] {
        let refused = light(person, n, &["女001"]).await;
        assert_eq!((refused.status, refused.code()), (422, "not_checked_in"));
    }
    for person in [&stranger, &hall.host, &hall.evening.organizer] {
        assert_eq!(light(person, n, &["女001"]).await.status, 403);
        assert_eq!(person.get(&path).await.status, 403);
        assert_eq!(mine(person, n).await.status, 403);
    }
    assert_eq!(light(&hall.evening.visitor(), n, &["女001"]).await.status, 401);
    // A guest who was given work tonight.
    let txn = hall.evening.app.database.begin_write().await.unwrap();
    let row = queqiao::events::crew::ActiveModel {
        id: Set(hall.evening.app.new_id()),
        event_id: Set(hall.evening.event.id),
        account_id: Set(hall.men[0].account_id),
        role: Set(Role::Desk),
        granted_at: Set(hall.evening.app.now()),
    };
    row.insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
    assert_eq!(light(&hall.men[0], n, &["女001"]).await.code(), "staff_cannot_pick");
    assert_eq!(light(&hall.women[0], 9, &[]).await.status, 404);
    assert_eq!(light(&hall.women[0], n, &["男001"]).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_round_is_the_hosts_and_goes_one_way(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut hall) = Hall::begin(engine, 1).await else { return };
    for wrong in [json!({ "limit": 0 }), json!({ "limit": 11 }), json!({ "limit": 2, "sides": "open" }), json!({})] {
        assert_eq!(hall.host.post(ROUNDS, wrong).await.code(), "invalid");
    }
    let stranger = hall.evening.stranger().await;
    let desk = hall.evening.crew(Role::Desk).await;
    for person in [&hall.men[0], &desk, &stranger] {
        assert_eq!(person.post(ROUNDS, json!({ "limit": 2 })).await.code(), "wrong_role");
        for step in ["open", "close"] {
            assert_eq!(person.post(&format!("{ROUNDS}/1/{step}"), json!({})).await.code(), "wrong_role");
        }
    }
    let planned = hall.host.post(ROUNDS, json!({ "limit": 2, "sides": "two" })).await;
    assert_eq!((planned.status, &planned.json["number"]), (201, &json!(1)));
    assert_eq!(hall.host.post(ROUNDS, json!({ "limit": 1 })).await.json["number"], 2);
    let (first, second) = (format!("{ROUNDS}/1"), format!("{ROUNDS}/2"));
    assert_eq!(hall.close(1).await.code(), "round_not_open");
    assert_eq!(light(&hall.men[0], 1, &[]).await.code(), "round_not_open");
    assert_eq!(hall.host.post(&format!("{ROUNDS}/9/open"), json!({})).await.status, 404);
    assert_eq!(hall.host.post(&format!("{ROUNDS}/x/open"), json!({})).await.status, 404);
    hall.evening.enter(Phase::Confirmation).await;
    assert_eq!(hall.host.post(&format!("{first}/open"), json!({})).await.code(), "phase_closed");
    hall.evening.enter(Phase::OnSite).await;
    assert_eq!(hall.host.post(&format!("{first}/open"), json!({})).await.status, 200);
    assert_eq!(hall.host.post(&format!("{first}/open"), json!({})).await.code(), "round_open");
    assert_eq!(hall.host.post(&format!("{second}/open"), json!({})).await.code(), "another_round_open");
    let bulletin = hall.close(1).await;
    assert_eq!(hall.close(1).await.bytes, bulletin.bytes, "closing twice gave two bulletins");
    assert_eq!(hall.host.post(&format!("{first}/open"), json!({})).await.code(), "round_closed");
    assert_eq!(light(&hall.men[0], 1, &[]).await.code(), "round_closed");
    assert_eq!(hall.men[0].get(&first).await.bytes, bulletin.bytes);
    let listed = hall.men[0].get(ROUNDS).await;
    assert_eq!(listed.json["items"][1]["state"], "planned");
    assert_eq!(listed.json["items"][0]["ballots"], Value::Null, "a small room's totals tell about persons");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn totals_are_told_where_enough_people_sent_a_ballot(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 10).await else { return };
    let totals = async |n: i64| {
        let closed = hall.close(n).await.json;
        assert_eq!(closed["receipts"].as_array().unwrap().len(), 20);
        json!([closed["ballots"], closed["picks"], closed["matches"]])
    };
    // Twenty badges were laid out, and three people chose.
    let n = hall.open(3).await;
    light(&hall.men[0], n, &["女001", "女002"]).await;
    light(&hall.women[0], n, &["男001"]).await;
    light(&hall.women[1], n, &[]).await;
    assert_eq!(totals(n).await, json!([null, null, null]));
    // Everybody sends one; two who found each other could be pointed at, six pairs could not.
    for (pairs, matches) in [(1, Value::Null), (6, json!(6)), (0, json!(0))] {
        let n = hall.open(1).await;
        for (pair, number) in (0..10).zip(1..) {
            light(&hall.men[pair], n, &[&format!("女{number:03}")]).await;
            let hers = format!("男{number:03}");
            light(&hall.women[pair], n, if pair < pairs { vec![hers.as_str()] } else { vec![] }.as_slice()).await;
        }
        assert_eq!(totals(n).await, json!([20, 10 + pairs, matches]));
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_bulletin_is_for_the_people_of_its_event(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let n = hall.open(1).await;
    hall.close(n).await;
    let paths = [ROUNDS.to_owned(), format!("{ROUNDS}/{n}")];
    let desk = hall.evening.crew(Role::Desk).await;
    let passer_by = hall.evening.account("passer-by", Gender::Male).await;
    for path in &paths {
        for person in [&hall.men[0], &hall.host, &desk, &hall.evening.organizer] {
            assert_eq!(person.get(path).await.status, 200, "{path}");
        }
        for person in [&passer_by, &hall.evening.stranger().await] {
            let refused = person.get(path).await;
            assert_eq!((refused.status, refused.code()), (403, "not_registered"), "{path}");
        }
        assert_eq!(hall.evening.visitor().get(path).await.status, 401);
    }
}

/// What a phone's answers weigh on the air, as they are sent to a browser that would like them smaller.
async fn weight(person: &Person, path: &str) -> (usize, Option<String>) {
    let asked = person.request(Method::GET, path).header("Accept-Encoding", "gzip");
    let answer = person.send(asked).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    (answer.bytes.len(), answer.headers.get("content-length").map(|length| length.to_str().unwrap().to_owned()))
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn how_long_an_answer_is_does_not_tell_who_was_picked(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 12).await else { return };
    let n = hall.open(10).await;
    let (he, path) = (&hall.men[0], format!("{ROUNDS}/{n}/picks"));
    let phone = Browser::of(&hall.evening, he).await;
    let mut weights = HashSet::new();
    let all: Vec<String> = (1..=10).map(|number| format!("女{number:03}")).collect();
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    for badges in [&[][..], &["女001"], &["女012"], &all[..2], &all[3..8], &all] {
        for stage in [true, false] {
            let sent = he.put(&path, json!({ "badges": badges, "stage": stage, "follow_up": stage })).await;
            let (page, text) = phone.get_compressed("/e/qixi/picks").await;
            assert_eq!(text.matches("name=\"lamp\"").count(), badges.len() + 1, "one stands in the template");
            weights.insert((sent.bytes.len(), weight(he, &path).await, page));
        }
    }
    assert_eq!(weights.len(), 1, "{weights:?}");
    // Nor who was picked back, when it is over.
    light(&hall.men[0], n, &["女001", "女002", "女003"]).await;
    for woman in &hall.women[..3] {
        light(woman, n, &["男001"]).await;
    }
    hall.close(n).await;
    let mut weights = HashSet::new();
    for (person, found) in [(&hall.men[0], 3), (&hall.women[0], 1), (&hall.men[5], 0), (&hall.women[7], 0)] {
        assert_eq!(mine(person, n).await.json["badges"].as_array().unwrap().len(), found);
        let phone = Browser::of(&hall.evening, person).await;
        let mut pages = Vec::new();
        // Also those that say what comes next, which is another thing for whoever was picked back.
        for path in ["/e/qixi/matches", "/e/qixi/me", "/me"] {
            pages.push(phone.get_compressed(path).await.0);
        }
        weights.insert((
            weight(person, &format!("{ROUNDS}/{n}/matches/me")).await,
            weight(person, "/api/v1/matches").await,
            pages,
        ));
    }
    assert_eq!(weights.len(), 1, "{weights:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_evening_allows_only_so_many_questions(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 1).await else { return };
    let txn = hall.evening.app.database.begin_write().await.unwrap();
    let settings = json!({ "picks": { "event_limit": 4 } });
    let row = event::ActiveModel { id: Set(hall.evening.event.id), settings: Set(settings), ..Default::default() };
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    assert_eq!(hall.host.post(ROUNDS, json!({ "limit": 3 })).await.status, 201);
    let refused = hall.host.post(ROUNDS, json!({ "limit": 2 })).await;
    assert_eq!((refused.status, refused.code()), (409, "too_many_picks"));
    assert_eq!(hall.host.post(ROUNDS, json!({ "limit": 1 })).await.status, 201);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_willing_go_on_stage_with_whom_they_would_rather(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let n = hall.open(2).await;
    let path = format!("{ROUNDS}/{n}/picks");
    // Known answer C1.
    for (person, badges) in [
        (&hall.men[0], ["女001", "女002"].as_slice()),
        (&hall.men[1], &["女001"]),
        (&hall.women[0], &["男002", "男001"]),
        (&hall.women[1], &["男001"]),
    ] {
        assert_eq!(person.put(&path, json!({ "badges": badges, "stage": true })).await.status, 200);
    }
    hall.close(n).await;
    let stage = async |person: &Person| {
        let found = person.get("/api/v1/matches").await.json["items"].clone();
        let mut found: Vec<(String, Value)> = found
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["badge"].as_str().unwrap().to_owned(), one["on_stage"].clone()))
            .collect();
        found.sort_by(|one, other| one.0.cmp(&other.0));
        found
    };
    let woman = |number: &str, on_stage: bool| (format!("女{number}"), json!(on_stage));
    // What the other one said on the ballot is not told before both are asked and both say yes.
    assert!(mine(&hall.men[0], n).await.json["matches"][0].get("on_stage").is_none());
    assert_eq!(stage(&hall.men[0]).await, [woman("001", false), woman("002", false)]);
    begin::due(&hall.evening.app).await.unwrap();
    assert_eq!(stage(&hall.men[0]).await, [woman("001", false), woman("002", true)]);
    assert_eq!(stage(&hall.men[1]).await, [woman("001", true)]);
    // Whoever takes it back is a couple no more, and reads of no stage.
    let id = mine(&hall.men[1], n).await.json["matches"][0]["id"].as_str().unwrap().to_owned();
    let said = hall.women[0].put(&format!("/api/v1/matches/{id}/consent"), json!({ "show": false })).await;
    assert_eq!(said.status, 200);
    assert_eq!(stage(&hall.men[1]).await, [woman("001", false)]);
}

/// Pairs who pick each other and take it back, again and again, until the host closes: what was
/// last answered with 200 is what is counted, whatever was answered with 409 is not. The narrow
/// place is made wide: everybody has seen the round open and is kept from writing until the host
/// has closed and begins to count.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn ballots_fired_at_a_closing_round_are_counted_or_refused(#[values(Sqlite, Postgres)] engine: Engine) {
    const PAIRS: u32 = 12;
    // Everybody's ballot holds a connection, of the half that may write for one event; somebody has to close.
    let roomy = |settings: &mut Settings| settings.database.connections = PAIRS * 4 + 16;
    let Some(evening) = Evening::begin_with(engine, Phase::OnSite, roomy).await else { return };
    let hall = Arc::new(Hall::fill(evening, PAIRS).await);
    let mut found = 0;
    for _ in 0..2 {
        let n = hall.open(1).await;
        let taken = Arc::new(Semaphore::new(0));
        let fire = |place| tokio::spawn(fire(Arc::clone(&hall), Arc::clone(&taken), place, n));
        let ballots: Vec<_> = (0..PAIRS as usize * 2).map(fire).collect();
        taken.acquire_many(PAIRS * 3).await.unwrap().forget();
        let txn = hall.evening.app.database.begin_write().await.unwrap();
        ballot::Entity::of_round(hall.round(n).await.id).lock_exclusive().all(&txn).await.unwrap();
        hall.evening.until_waiting(i64::from(PAIRS) * 2).await;
        let closer = Arc::clone(&hall);
        let closing = tokio::spawn(async move { closer.close(n).await });
        hall.evening.until_waiting(i64::from(PAIRS) * 2 + 1).await;
        txn.commit().await.unwrap();
        let bulletin = closing.await.unwrap();
        assert_eq!(bulletin.status, 200, "{}", bulletin.text());
        let mut counts = Vec::new();
        for ballot in ballots {
            counts.push(ballot.await.unwrap());
        }
        let sent = counts.iter().filter(|count| count.is_some()).count();
        let picks = counts.iter().filter(|count| **count == Some(true)).count();
        let told = |count| json!(told_among(count, sent));
        assert_eq!(bulletin.json["ballots"], told(sent), "a ballot was lost, or counted although refused");
        assert_eq!(bulletin.json["picks"], told(picks), "an older ballot was counted, or a refused one");
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
    let told = |count| json!(told_among(count, taken().count()));
    assert_eq!((&bulletin.json["ballots"], &bulletin.json["picks"]), (&told(taken().count()), &told(picks)));
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
        let sent: Vec<&str> = badges.iter().map(String::as_str).collect();
        let answer = light(person, n, &sent).await;
        match (answer.status, answer.code()) {
            (200, _) => {
                let receipt = answer.json["receipt"].as_str().unwrap().to_owned();
                promised = Promised { badges, receipt, ballots: promised.ballots + 1 };
                taken.add_permits(1);
            }
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
    if engine == Postgres {
        // The host does not wait: nobody else gets in.
        assert_eq!(light(&hall.women[0], n, &[]).await.code(), "round_closed");
    }
    txn.commit().await.unwrap();
    let sent = sent.await.unwrap();
    assert_eq!(closed.await.unwrap(), 200);
    // On the embedded database the ballot had not begun, so that either may come first.
    assert!(sent == 200 || (engine == Sqlite && sent == 409), "{sent}");
    assert_eq!(hall.matches().await.len(), usize::from(sent == 200), "a ballot answered with 200 was lost");
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

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_stop_between_closing_and_tallying_changes_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let app = &hall.evening.app;
    let n = hall.open(1).await;
    light(&hall.men[0], n, &["女001"]).await;
    light(&hall.women[0], n, &["男001"]).await;
    light(&hall.men[1], n, &["女001"]).await;
    close::shut(app, &hall.as_host(), i32::try_from(n).unwrap()).await.unwrap();
    assert_eq!(light(&hall.women[1], n, &["男002"]).await.code(), "round_closed");
    assert_eq!(mine(&hall.men[0], n).await.code(), "round_not_tallied");
    assert!(hall.matches().await.is_empty());
    recovery::resume(app).await.unwrap();
    recovery::resume(app).await.unwrap();
    assert_eq!(hall.matches().await.len(), 1);
    assert_eq!(hall.evening.letters().await.len(), 4);
    assert_eq!(hall.round(n).await.state, State::Tallied);
    let (keys, id) = (round::keys(app).await.unwrap(), hall.round(n).await.id);
    assert!(!keys.rounds().unwrap().contains(&id));
    // A process that died before it could destroy the key: the host who closes again does it, or the
    // next round of scheduled work.
    keys.keep(id, &Arc::new(Secret::drawn().unwrap())).unwrap();
    assert_eq!(hall.close(n).await.status, 200);
    assert!(!keys.rounds().unwrap().contains(&id));
    keys.keep(id, &Arc::new(Secret::drawn().unwrap())).unwrap();
    jobs::once(app).await;
    assert!(!keys.rounds().unwrap().contains(&id));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_power_cut_between_any_two_statements_of_a_closing_changes_nothing(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let keys = tempfile::tempdir().unwrap();
    let Some(mut hall) = Hall::shared(engine, keys.path(), 2).await else { return };
    for statements in 0.. {
        outage::catch_up(&hall.evening);
        hall.host = hall.evening.again(&hall.host);
        let n = hall.open(1).await;
        hall.pick(n).await;
        let outlived = {
            let process = outage::serve(&hall.evening, statements);
            let host = hall.host.at(&process.address);
            let close = host.request(Method::POST, &format!("{ROUNDS}/{n}/close"));
            host.send_or_lose(close.json(&json!({}))).await
        };
        // What a start does. Where the round was still open it stays so, and the host closes again.
        recovery::resume(&hall.evening.app).await.unwrap();
        let bulletin = hall.close(n).await;
        let rounds = usize::try_from(statements).unwrap() + 1;
        hall.ended_well(n, rounds, &format!("after {statements} statements")).await;
        if let Some(outlived) = outlived {
            assert_eq!(outlived.bytes, bulletin.bytes);
            assert!(statements > 20, "the plug was pulled {statements} times");
            break;
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_power_cut_while_a_start_finishes_a_round_changes_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let keys = tempfile::tempdir().unwrap();
    let Some(hall) = Hall::shared(engine, keys.path(), 2).await else { return };
    let n = hall.open(1).await;
    hall.pick(n).await;
    close::shut(&hall.evening.app, &hall.as_host(), i32::try_from(n).unwrap()).await.unwrap();
    for statements in 0.. {
        let opened = !outage::serve(&hall.evening, statements).address.is_empty();
        let when = format!("after {statements} statements");
        if opened {
            hall.ended_well(n, 1, &when).await;
            assert!(statements > 15, "the plug was pulled {statements} times");
            break;
        }
        let letters = hall.evening.letters().await.len();
        let left = ballot::Entity::find().count(hall.evening.app.database.reader()).await.unwrap();
        match hall.round(n).await.state {
            State::Closed => assert_eq!((left, letters, hall.matches().await.len()), (4, 0, 0), "{when}"),
            State::Tallied => assert_eq!((left, letters, hall.matches().await.len()), (0, 4, 1), "{when}"),
            other => panic!("{when}: {other:?}"),
        }
    }
}

/// Scheduled work finishes what a lost answer left between closing and counting.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_round_that_is_only_closed_is_tallied_by_the_next_round_of_work(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(hall) = Hall::begin(engine, 2).await else { return };
    let n = hall.open(1).await;
    hall.pick(n).await;
    jobs::once(&hall.evening.app).await;
    assert_eq!(hall.round(n).await.state, State::Open);
    close::shut(&hall.evening.app, &hall.as_host(), i32::try_from(n).unwrap()).await.unwrap();
    jobs::once(&hall.evening.app).await;
    hall.ended_well(n, 1, "after a round of work").await;
}

/// Every row of every table as text, without what is another one every evening: ids, digests, receipts.
/// Whoever an id stands for stays who they are, or a row that names somebody would name nobody.
async fn dump(hall: &Hall) -> Vec<String> {
    let mut known = HashMap::from([(hall.host.account_id, "the host".to_owned())]);
    for person in hall.men.iter().chain(&hall.women).chain([&hall.evening.organizer]) {
        known.insert(person.account_id, format!("account of {}", person.email));
        known.insert(person.registration_id, format!("registration of {}", person.email));
    }
    for badge in badge::Entity::find().all(hall.evening.app.database.reader()).await.unwrap() {
        known.insert(badge.id, format!("badge {}", badge.worn()));
    }
    let rows = record::everything(&hall.evening).await;
    let rows = rows.iter().map(|line| masked(&line.replace(&hall.evening.address, "http://house"), &known));
    let mut rows: Vec<String> = rows.collect();
    rows.sort();
    rows
}

fn masked(line: &str, known: &HashMap<Uuid, String>) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let random = |word: &str| {
        let drawn = |c: char| c.is_ascii_uppercase() || ('2'..='7').contains(&c);
        let receipt = word.len() == 8 && word.chars().all(drawn);
        receipt || word.len() >= 20 && word.chars().all(|c| c.is_ascii_hexdigit() || matches!(c, '-' | 'x'))
    };
    let mut told = String::new();
    for piece in line.split_inclusive(|c| !is_part(c)) {
        let (word, mark) = piece.split_at(piece.find(|c| !is_part(c)).unwrap_or(piece.len()));
        // As one database writes ids, or as the other does, with a word before it or not.
        let id = if word.contains('-') { word.len().saturating_sub(36) } else { 0 };
        let (before, id) = word.split_at(id);
        match id.parse::<Uuid>() {
            Ok(id) => told.extend([before, known.get(&id).map_or("#", String::as_str)]),
            Err(_) if random(word) => told.push('#'),
            Err(_) => told.push_str(word),
        }
        told.push_str(mark);
    }
    told
}

#[test]
fn a_masked_row_keeps_every_word_and_who_it_is_about() {
    let (she, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
    let known = HashMap::from([(she, "女001".to_owned())]);
    let row = |id: Uuid| format!("letter X'{}',\"round:{id}\",谢谢你的心意，回执 ABCDEF23。", id.simple());
    assert_eq!(masked(&row(she), &known), "letter X'女001',\"round:女001\",谢谢你的心意，回执 #。");
    assert_eq!(masked(&row(other), &known), "letter X'#',\"round:#\",谢谢你的心意，回执 #。");
    assert_eq!(masked("count 3, crew-00000000-0000-0000-0000-000000000008@x", &known), "count 3, crew-#@x");
}

/// Two evenings that differ only in whom one man picked in vain, as many picks in each, leave the
/// same rows and letters behind, whatever the couple does next, and the sealed bytes are gone from the
/// files.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_pick_that_was_not_returned_leaves_no_trace(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut evenings = Vec::new();
    for in_vain in ["女002", "女003"] {
        let Some(hall) = Hall::begin(engine, 10).await else { return };
        let n = hall.open(2).await;
        for (person, badges) in [(&hall.men[0], &[in_vain, "女001"][..]), (&hall.women[0], &["男001"])] {
            let ballot = json!({ "badges": badges, "stage": true, "follow_up": true });
            assert_eq!(person.put(&format!("{ROUNDS}/{n}/picks"), ballot).await.status, 200);
        }
        light(&hall.women[1], n, &["男004"]).await;
        let rows = ballot::Entity::find().all(hall.evening.app.database.reader()).await.unwrap();
        let key = hall.key(n).await.unwrap().as_ref().as_ref().to_vec();
        hall.close(n).await;
        assert_eq!(hall.matches().await.len(), 1);
        assert_eq!(ballot::Entity::find().count(hall.evening.app.database.reader()).await.unwrap(), 0);
        assert!(round::keys(&hall.evening.app).await.unwrap().rounds().unwrap().is_empty());
        let secrets = rows.iter().map(|row| row.sealed[24..].to_vec()).chain([key.clone()]);
        let files = bytes_in(hall.evening.folder());
        for secret in secrets {
            assert!(!files.windows(secret.len()).any(|window| window == secret), "sealed bytes are still on disk");
        }
        let told = dump(&hall).await;
        // The house goes round; the two become a couple and exchange what they give.
        jobs::once(&hall.evening.app).await;
        let found = mine(&hall.men[0], n).await.json["matches"][0]["id"].as_str().unwrap().to_owned();
        for person in [&hall.men[0], &hall.women[0]] {
            let given = person.post(&format!("/api/v1/matches/{found}/contact"), json!({ "fields": ["wechat"] })).await;
            assert_eq!(given.status, 200, "{}", given.text());
        }
        let later = dump(&hall).await;
        let letters = later.iter().filter(|row| row.starts_with("letter ")).count();
        assert!(letters >= 22 && later.len() > told.len(), "{letters} letters, {} rows", later.len());
        evenings.push([told, later].concat());
    }
    for (one, other) in evenings[0].iter().zip(&evenings[1]) {
        assert_eq!(one, other);
    }
    assert_eq!(evenings[0].len(), evenings[1].len());
}

/// Another process takes the ballots, closes and counts, and writes down everything it has to tell:
/// neither there nor in the database, its log or the letters does anything of a pick in vain stand.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_file_no_log_line_and_no_letter_tells_of_a_pick_in_vain(#[values(Sqlite, Postgres)] engine: Engine) {
    let keys = tempfile::tempdir().unwrap();
    let Some(hall) = Hall::shared(engine, keys.path(), 2).await else { return };
    guest(&hall.evening, Side::Women, 777, true).await;
    let n = hall.open(2).await;
    let log = keys.path().join("log");
    let process = outage::serve_talking(&hall.evening, &log);
    let (he, she) = (hall.men[0].at(&process.address), hall.women[0].at(&process.address));
    assert_eq!(light(&he, n, &["女777", "女001"]).await.status, 200);
    assert_eq!(light(&she, n, &["男001"]).await.status, 200);
    assert_eq!(he.get(&format!("{ROUNDS}/{n}/picks")).await.json["badges"], json!(["女777", "女001"]));
    let rows = ballot::Entity::find().all(hall.evening.app.database.reader()).await.unwrap();
    let key = hall.key(n).await.unwrap().as_ref().as_ref().to_vec();
    let close = hall.host.at(&process.address).post(&format!("{ROUNDS}/{n}/close"), json!({})).await;
    assert_eq!((close.status, &close.json["state"]), (200, &json!("tallied")), "{}", close.text());
    assert_eq!(mine(&he, n).await.json["badges"], json!(["女001"]));
    let files = bytes_in(hall.evening.folder());
    let log = std::fs::read(&log).unwrap();
    let rows_and_letters = record::everything(&hall.evening).await.join("\n").into_bytes();
    let has = |place: &[u8], what: &[u8]| place.windows(what.len()).any(|window| window == what);
    assert!(has(&log, b"TRACE") && has(&log, b"/picks"), "the log says too little to be searched");
    assert!(has(&rows_and_letters, b"round_over"), "the letters are not among the rows");
    let secrets = rows.iter().map(|row| row.sealed[24..].to_vec()).chain([key.clone()]);
    let mut told: Vec<Vec<u8>> = ["女777", r"\u5973777", r"\xe5\xa5\xb3777", "%E5%A5%B3777"].map(Vec::from).into();
    for secret in secrets {
        let listed: Vec<String> = secret.iter().take(16).map(ToString::to_string).collect();
        told.push(data_encoding::HEXLOWER.encode(&secret[..16]).into());
        told.push(data_encoding::HEXUPPER.encode(&secret[..16]).into());
        told.push(data_encoding::BASE64.encode(&secret[..15]).into());
        told.push(listed.join(", ").into());
        told.push(secret);
    }
    for what in told {
        for (name, place) in [("files", &files), ("log", &log), ("rows and letters", &rows_and_letters)] {
            assert!(!has(place, &what), "{} stands in the {name}", String::from_utf8_lossy(&what));
        }
    }
}

/// What lies in the folder of the evening: the embedded database, its log and the log's index.
fn bytes_in(folder: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut endings = HashSet::new();
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        endings.extend(path.extension().map(|ending| ending.to_string_lossy().into_owned()));
        bytes.extend(std::fs::read(path).unwrap());
    }
    if !endings.is_empty() {
        for ending in ["sqlite3", "sqlite3-wal", "sqlite3-shm"] {
            assert!(endings.contains(ending), "{ending} was not searched: {endings:?}");
        }
    }
    bytes
}
