//! Stories of the room `plaza`.

use chrono::{DateTime, Utc};
use queqiao::audit::entry as audit;
use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::idempotency;
use queqiao::plaza::contribution;
use queqiao::points::entry;
use queqiao::registrations::registration::Status;
use queqiao::server::jobs;
use reqwest::Method;
use rstest::rstest;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use Engine::{Postgres, Sqlite};

use crate::fixtures::evening::{Engine, Evening, hours};
use crate::fixtures::person::{Answer, Person};

const POSTS: &str = "/api/v1/events/qixi/posts";
const DECLARATIONS: &str = "/api/v1/events/qixi/declarations";
const SIGN_INS: &str = "/api/v1/events/qixi/sign-ins";
const QUIZZES: &str = "/api/v1/events/qixi/quizzes";
const COMPLAINTS: &str = "/api/v1/events/qixi/complaints";
const QUEUE: &str = "/api/v1/events/qixi/moderation";
const MINE: &str = "/api/v1/events/qixi/ledger/me";

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn posts(person: &Person, body: &str) -> String {
    let answer = person.post(POSTS, json!({ "body": body })).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json["id"].as_str().unwrap().to_owned()
}

async fn decides(evening: &Evening, id: &str, decision: &str) -> Answer {
    let organizer = evening.again(&evening.organizer);
    organizer.post(&format!("{QUEUE}/{id}/decision"), json!({ "decision": decision })).await
}

async fn shown_post(evening: &Evening, by: &Person) -> String {
    let id = posts(by, "周末爱爬山").await;
    assert_eq!(decides(evening, &id, "approve").await.status, 200);
    id
}

async fn points(person: &Person) -> i64 {
    person.get(MINE).await.json["points"].as_i64().unwrap()
}

async fn lines(evening: &Evening) -> u64 {
    entry::Entity::find().count(evening.app.database.reader()).await.unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_post_is_shown_and_earns_when_it_is_approved(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let him = evening.participant("men").await;
    let words = "我是小鹊🐦‍⬛，喜欢<b>爬山</b>\n𠮷祥";
    let posted = her.post(POSTS, json!({ "body": words })).await;
    assert_eq!((posted.status, &posted.json["state"]), (201, &json!("pending")));
    assert_eq!(posted.json["awarded"], json!({"points": 0, "rule": "post", "capped": false}));
    let id = posted.json["id"].as_str().unwrap();
    assert_eq!(him.get(POSTS).await.json["items"], json!([]), "not before the organizer saw it");
    assert_eq!(her.get(POSTS).await.json["items"][0]["state"], "pending");
    let queue = evening.organizer.get(QUEUE).await;
    assert_eq!((&queue.json["items"][0]["id"], &queue.json["items"][0]["body"]), (&json!(id), &json!(words)));

    let mut heard = evening.app.happenings.listen();
    let approved = decides(&evening, id, "approve").await;
    assert_eq!((approved.status, &approved.json["state"]), (200, &json!("approved")), "{}", approved.text());
    assert_eq!(approved.json["awarded"], json!({"points": 4, "rule": "post", "capped": false}));
    assert_eq!(
        [heard.try_recv().unwrap().what, heard.try_recv().unwrap().what],
        [What::PlazaChanged, What::PointsChanged]
    );
    assert_eq!(decides(&evening, id, "approve").await.json["awarded"]["points"], 0, "said twice");
    assert_eq!((points(&her).await, lines(&evening).await), (4, 1));

    let seen = him.get(POSTS).await;
    assert_eq!(seen.json["items"][0]["body"], words, "kept as it was typed");
    assert_eq!(seen.json["items"][0]["author"], json!({"nickname": "guest-1", "side": "women", "me": false}));
    assert!(
        !seen.text().contains(&her.account_id.to_string()) && !seen.text().contains(&her.registration_id.to_string())
    );
    assert_eq!(evening.organizer.get(QUEUE).await.json["items"], json!([]));
    let deeds = audit::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert_eq!(deeds.iter().filter(|deed| deed.action == "plaza_moderated").count(), 1);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn posts_earn_four_two_nothing_on_the_day_they_were_written(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let mut written = Vec::new();
    for _ in 0..3 {
        written.push(posts(&her, "今天").await);
    }
    evening.clock.set(moment("2026-08-22T16:00:00Z"));
    let her = evening.again(&her);
    written.push(posts(&her, "明天").await);
    // The organizer finds the time only now, for all of them: that costs nobody anything.
    let mut earned = Vec::new();
    for id in &written {
        let awarded = decides(&evening, id, "approve").await.json["awarded"].clone();
        earned.push((awarded["points"].as_i64().unwrap(), awarded["capped"].as_bool().unwrap()));
    }
    assert_eq!(earned, [(4, false), (2, false), (0, true), (4, false)]);
    assert_eq!(points(&her).await, 10);

    assert_eq!(decides(&evening, &written[3], "remove").await.json["awarded"]["points"], -4);
    assert_eq!(points(&her).await, 6);
    assert_eq!(decides(&evening, &written[3], "approve").await.json["awarded"]["points"], 4);
    assert_eq!(points(&her).await, 10);
    let wrong = decides(&evening, &written[3], "reject").await;
    assert_eq!((wrong.status, wrong.code(), &wrong.json["state"]), (409, "wrong_state", &json!("approved")));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn approving_at_once_pays_the_day_no_more_than_it_has(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let mut written = Vec::new();
    for _ in 0..8 {
        written.push(posts(&her, "风采").await);
    }
    let decisions: Vec<_> = written
        .into_iter()
        .map(|id| {
            let (organizer, her) = (evening.organizer.clone(), her.clone());
            tokio::spawn(async move {
                // The author comments on the same post meanwhile; the two must not wait for each other for ever.
                let (comments, verdict) = (format!("{POSTS}/{id}/comments"), format!("{QUEUE}/{id}/decision"));
                let comment = her.post(&comments, json!({"body": "自己顶一下"}));
                let decision = organizer.post(&verdict, json!({"decision": "approve"}));
                let (decided, commented) = tokio::join!(decision, comment);
                assert!([201, 404].contains(&commented.status), "{}", commented.text());
                assert_eq!(decided.status, 200, "{}", decided.text());
                decided.json["awarded"]["points"].as_i64().unwrap()
            })
        })
        .collect();
    let mut earned = Vec::new();
    for decision in decisions {
        earned.push(decision.await.unwrap());
    }
    earned.sort_unstable();
    assert_eq!(earned, [0, 0, 0, 0, 0, 0, 2, 4], "told once each, and truly");
    assert_eq!(points(&her).await, 6);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn likes_and_comments_earn_nobody_anything(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let him = evening.participant("men").await;
    let post = shown_post(&evening, &her).await;
    let before = lines(&evening).await;
    let likes = format!("{POSTS}/{post}/likes");
    let liked = him.post(&likes, json!({})).await;
    assert_eq!(
        (liked.status, &liked.json),
        (200, &json!({"likes": 1, "awarded": {"points": 0, "rule": null, "capped": false}}))
    );
    assert_eq!(him.post(&likes, json!({})).await.json["likes"], 1, "liked once");
    let comment = him.post(&format!("{POSTS}/{post}/comments"), json!({"body": "我也爱爬山"})).await;
    assert_eq!((comment.status, &comment.json["state"]), (201, &json!("approved")));
    assert_eq!(comment.json["awarded"], json!({"points": 0, "rule": null, "capped": false}));
    let declared = him.post(DECLARATIONS, json!({"body": "愿得一心人"})).await;
    assert_eq!((declared.status, &declared.json["awarded"]["rule"]), (201, &Value::Null));
    assert_eq!(decides(&evening, declared.json["id"].as_str().unwrap(), "approve").await.json["awarded"]["points"], 0);

    let seen = him.get(POSTS).await;
    let item = &seen.json["items"][0];
    assert_eq!((&item["likes"], &item["liked"], &item["comments"]), (&json!(1), &json!(true), &json!(1)));
    assert_eq!(her.get(POSTS).await.json["items"][0]["liked"], false);
    let comments = her.get(&format!("{POSTS}/{post}/comments")).await;
    assert_eq!(comments.json["items"][0]["author"]["nickname"], "guest-2");
    assert_eq!(her.get(DECLARATIONS).await.json["items"][0]["body"], "愿得一心人");
    assert_eq!(him.delete(&likes).await.json["likes"], 0);
    assert_eq!(him.delete(&likes).await.status, 200);
    assert_eq!(lines(&evening).await, before, "the ledger did not hear of it");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_sign_in_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let hands: Vec<_> = (0..32)
        .map(|_| {
            let her = her.clone();
            tokio::spawn(async move { her.post(SIGN_INS, json!({})).await })
        })
        .collect();
    let mut first = 0;
    for hand in hands {
        let answer = hand.await.unwrap();
        match (answer.status, answer.json["awarded"]["points"].as_i64().unwrap()) {
            (201, 4) => first += 1,
            (200, 0) => {}
            other => panic!("{other:?} {}", answer.text()),
        }
    }
    assert_eq!((first, lines(&evening).await, points(&her).await), (1, 1, 4));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_day_ends_at_midnight_in_shanghai(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    evening.clock.set(moment("2026-08-22T15:59:59.999999Z"));
    let her = evening.again(&her);
    let last = her.post(SIGN_INS, json!({})).await;
    assert_eq!((last.status, &last.json["day"]), (201, &json!("2026-08-22")));
    evening.clock.set(moment("2026-08-22T16:00:00Z"));
    let her = evening.again(&her);
    let next = her.post(SIGN_INS, json!({})).await;
    assert_eq!((next.status, &next.json["day"]), (201, &json!("2026-08-23")));
    let mine = her.get(SIGN_INS).await;
    assert_eq!(mine.json, json!({"days": ["2026-08-22", "2026-08-23"], "today": "2026-08-23", "done_today": true}));
    assert_eq!(points(&her).await, 8);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_same_request_again_gives_the_first_answer(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let send = |path: &'static str, body: Value| {
        her.send(her.request(Method::POST, path).header("Idempotency-Key", "once-1").json(&body))
    };
    let first = send(SIGN_INS, json!({})).await;
    let again = send(SIGN_INS, json!({})).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.bytes, again.bytes);
    let post = send(POSTS, json!({"body": "一"})).await;
    assert_eq!(send(POSTS, json!({"body": "一"})).await.bytes, post.bytes);
    assert_eq!(send(POSTS, json!({"body": "二"})).await.code(), "idempotency_key_reused");
    let written = contribution::Entity::find().count(evening.app.database.reader()).await.unwrap();
    assert_eq!((written, lines(&evening).await), (1, 1));
}

fn quiz(opens: &str, closes: &str) -> Value {
    json!({"title": "七夕知多少", "opens_at": opens, "closes_at": closes, "questions": [
        {"text": "七夕是农历几月初七?", "options": ["六月", "七月", "八月"], "correct": 1},
        {"text": "谁在银河上搭桥?", "options": ["喜鹊", "乌鸦"], "correct": 0},
    ]})
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_quiz_is_answered_once_and_tells_what_was_right_afterwards(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let asked = evening.organizer.post(QUIZZES, quiz("2026-08-22T07:00:00Z", "2026-08-22T09:00:00Z")).await;
    assert_eq!(asked.status, 201, "{}", asked.text());
    let answers = format!("{QUIZZES}/{}/answers", asked.json["id"].as_str().unwrap());
    assert_eq!(her.get(QUIZZES).await.json["items"], json!([]), "nobody knows of it yet");
    assert_eq!(her.post(&answers, json!({"choices": [1, 0]})).await.status, 404);

    evening.clock.advance(hours(1));
    let her = evening.again(&her);
    let seen = her.get(QUIZZES).await;
    assert_eq!((&seen.json["items"][0]["open"], &seen.json["items"][0]["choices"]), (&json!(true), &Value::Null));
    assert_eq!(seen.json["items"][0]["questions"][0]["correct"], Value::Null, "{}", seen.text());
    for choices in [json!([1]), json!([1, 2]), json!([1, -1]), json!([])] {
        assert_eq!(her.post(&answers, json!({ "choices": choices })).await.status, 422);
    }
    let hands: Vec<_> = (0..16)
        .map(|_| {
            let (her, answers) = (her.clone(), answers.clone());
            tokio::spawn(async move { her.post(&answers, json!({"choices": [1, 1]})).await })
        })
        .collect();
    let mut taken = 0;
    for hand in hands {
        let answer = hand.await.unwrap();
        if answer.status == 201 {
            taken += 1;
            assert_eq!(answer.json, json!({"awarded": {"points": 4, "rule": "quiz", "capped": false}}));
        } else {
            assert_eq!((answer.status, answer.code()), (409, "already_answered"));
        }
    }
    assert_eq!((taken, lines(&evening).await), (1, 1));
    assert_eq!(her.get(QUIZZES).await.json["items"][0]["correct"], Value::Null);

    evening.clock.advance(hours(2));
    let her = evening.again(&her);
    let seen = her.get(QUIZZES).await;
    assert_eq!((&seen.json["items"][0]["correct"], &seen.json["items"][0]["open"]), (&json!(1), &json!(false)));
    assert_eq!(seen.json["items"][0]["questions"][1]["correct"], 0);
    let him = evening.participant("men").await;
    assert_eq!(him.post(&answers, json!({"choices": [1, 0]})).await.code(), "quiz_closed");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobody_asks_a_quiz_while_the_event_closes(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let asking = evening.organizer.post(QUIZZES, quiz("2026-08-22T07:00:00Z", "2026-08-22T09:00:00Z"));
    let refused = evening.amid(async |txn| evening.closing(txn).await, 1, asking).await;
    assert_eq!((refused.status, refused.code()), (409, "phase_closed"), "{}", refused.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_quiz_that_makes_no_sense_is_not_asked(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let good = quiz("2026-08-22T07:00:00Z", "2026-08-22T09:00:00Z");
    let with = |path: &str, value: Value| {
        let mut body = good.clone();
        *body.pointer_mut(path).unwrap() = value;
        body
    };
    for (path, value, code) in [
        ("/closes_at", json!("2026-08-22T06:30:00Z"), "before_opening"),
        ("/title", json!(" "), "blank"),
        ("/questions", json!([]), "invalid"),
        ("/questions/0/correct", json!(3), "not_an_option"),
        ("/questions/0/options", json!(["只有一个"]), "invalid"),
        ("/questions/0/options/1", json!(""), "blank"),
        ("/opens_at", json!("昨天"), "wrong_type"),
    ] {
        let refused = evening.organizer.post(QUIZZES, with(path, value)).await;
        let codes: Vec<_> =
            refused.json["errors"].as_array().unwrap().iter().map(|error| error["code"].clone()).collect();
        assert_eq!(refused.status, 422);
        assert!(codes.contains(&json!(code)), "{path}: {}", refused.text());
    }
    let over = evening.organizer.post(QUIZZES, quiz("2026-08-22T04:00:00Z", "2026-08-22T05:00:00Z")).await;
    assert_eq!(over.json["errors"][0]["code"], "in_the_past");
    assert_eq!(her.post(QUIZZES, good.clone()).await.code(), "wrong_role");
    assert_eq!(evening.stranger().await.post(QUIZZES, good).await.status, 403);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_reported_is_taken_down_or_left(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let him = evening.participant("men").await;
    let post = shown_post(&evening, &her).await;
    let comment = him.post(&format!("{POSTS}/{post}/comments"), json!({"body": "加微信买茶叶"})).await;
    let comment = comment.json["id"].as_str().unwrap().to_owned();
    let report = |id: &str| json!({"contribution_id": id, "reason": "广告"});

    assert_eq!(her.post(COMPLAINTS, report(&comment)).await.status, 201);
    assert_eq!(her.post(COMPLAINTS, report(&comment)).await.code(), "already_reported");
    assert_eq!(him.post(COMPLAINTS, report(&post)).await.status, 201);
    let open = evening.organizer.get(COMPLAINTS).await;
    assert_eq!(
        (open.json["items"].as_array().unwrap().len(), &open.json["items"][0]["body"]),
        (2, &json!("加微信买茶叶"))
    );

    assert_eq!(decides(&evening, &comment, "remove").await.status, 200);
    assert_eq!(her.get(&format!("{POSTS}/{post}/comments")).await.json["items"], json!([]));
    assert_eq!(her.post(COMPLAINTS, report(&comment)).await.status, 404, "gone for everybody");
    let open = evening.organizer.get(COMPLAINTS).await;
    assert_eq!(open.json["items"].as_array().unwrap().len(), 1);
    let dismissal = format!("{COMPLAINTS}/{}/dismissal", open.json["items"][0]["id"].as_str().unwrap());
    for _ in 0..2 {
        assert_eq!(evening.organizer.post(&dismissal, json!({"reason": "没有问题"})).await.status, 204);
    }
    assert_eq!(
        evening.organizer.get(&format!("{COMPLAINTS}?state=upheld")).await.json["items"][0]["contribution_id"],
        json!(comment)
    );
    let upheld = evening.organizer.get(&format!("{COMPLAINTS}?state=upheld")).await.json["items"][0]["id"].clone();
    let late = evening
        .organizer
        .post(&format!("{COMPLAINTS}/{}/dismissal", upheld.as_str().unwrap()), json!({"reason": "x"}))
        .await;
    assert_eq!((late.status, late.code()), (409, "already_upheld"));
    assert_eq!(her.get(COMPLAINTS).await.code(), "wrong_role");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_plaza_is_open_to_the_approved_while_the_online_phase_lasts(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let applied = evening.participant_as("men", Status::Applied).await;
    let post = shown_post(&evening, &her).await;
    let before = lines(&evening).await;
    let doors = [
        (POSTS.to_owned(), json!({"body": "一"})),
        (format!("{POSTS}/{post}/comments"), json!({"body": "一"})),
        (format!("{POSTS}/{post}/likes"), json!({})),
        (DECLARATIONS.to_owned(), json!({"body": "一"})),
        (SIGN_INS.to_owned(), json!({})),
        (COMPLAINTS.to_owned(), json!({"contribution_id": post, "reason": "一"})),
    ];
    let stranger = evening.stranger().await;
    for (door, body) in &doors {
        assert_eq!(applied.post(door, body.clone()).await.code(), "not_approved", "{door}");
        assert_eq!(evening.organizer.post(door, body.clone()).await.code(), "not_registered", "{door}");
        assert_eq!(stranger.post(door, body.clone()).await.code(), "not_registered", "{door}");
        assert_eq!(evening.visitor().post(door, body.clone()).await.status, 401, "{door}");
    }
    assert_eq!(applied.get(POSTS).await.code(), "not_approved");
    assert_eq!(stranger.post(&format!("{QUEUE}/{post}/decision"), json!({"decision": "remove"})).await.status, 403);
    assert_eq!(her.post(&format!("{QUEUE}/{post}/decision"), json!({"decision": "approve"})).await.status, 403);
    for phase in [Phase::Registration, Phase::Screening] {
        evening.enter(phase).await;
        for (door, body) in &doors {
            let closed = her.post(door, body.clone()).await;
            assert_eq!((closed.status, closed.code()), (409, "phase_closed"), "{door}");
        }
    }
    assert_eq!(her.get(POSTS).await.status, 200, "what was said may still be read");
    assert_eq!(
        decides(&evening, &post, "remove").await.json["awarded"]["points"],
        0,
        "and taken down, the points stay"
    );
    let late = decides(&evening, &post, "approve").await;
    assert_eq!((late.status, late.code()), (409, "ledger_frozen"));
    assert_eq!(points(&her).await, 4);
    evening.enter(Phase::Online).await;
    evening.stands(&her, Status::Withdrawn).await;
    assert_eq!(her.post(SIGN_INS, json!({})).await.code(), "not_registered");
    assert_eq!(lines(&evening).await, before);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn words_are_counted_in_characters_and_unknown_fields_refused(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    for body in [
        json!({"body": ""}),
        json!({"body": " \n　"}),
        json!({"body": "鹊".repeat(2001)}),
        json!({"body": "a\u{7}b"}),
        json!({"body": 7}),
        json!({"body": "一", "state": "approved"}),
        json!({}),
    ] {
        let refused = her.post(POSTS, body.clone()).await;
        assert_eq!((refused.status, refused.code()), (422, "invalid"), "{body}");
    }
    assert_eq!(her.post(POSTS, json!({"body": "🐦".repeat(2000)})).await.status, 201);
    assert_eq!(her.post(DECLARATIONS, json!({"body": "鹊".repeat(140)})).await.status, 201);
    assert_eq!(her.post(DECLARATIONS, json!({"body": "鹊".repeat(141)})).await.status, 422);
    assert_eq!(her.post(&format!("{POSTS}/none/comments"), json!({"body": "一"})).await.status, 404);
    assert_eq!(her.post(&format!("{POSTS}/{}/comments", her.account_id), json!({"body": "一"})).await.status, 404);
    for bad in ["limit=0", "limit=201", "cursor=xyz", "limit=many"] {
        assert_eq!(her.get(&format!("{POSTS}?{bad}")).await.status, 422, "{bad}");
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_day_has_room_for_ten_posts_and_pages_follow_each_other(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    for place in 0..10 {
        posts(&her, &format!("第{place}条")).await;
    }
    let enough = her.post(POSTS, json!({"body": "再来"})).await;
    assert_eq!((enough.status, enough.code()), (429, "too_many_requests"));
    assert_eq!(enough.headers["retry-after"], "36000", "two in the afternoon: ten hours to midnight");
    let mut seen = Vec::new();
    let mut page = her.get(&format!("{POSTS}?limit=4")).await;
    loop {
        seen.extend(
            page.json["items"].as_array().unwrap().iter().map(|item| item["body"].as_str().unwrap().to_owned()),
        );
        let Some(next) = page.json["next"].as_str() else { break };
        page = her.get(&format!("{POSTS}?limit=4&cursor={next}")).await;
    }
    let newest_first: Vec<String> = (0..10).rev().map(|place| format!("第{place}条")).collect();
    assert_eq!(seen, newest_first);
    evening.clock.advance(hours(10));
    let her = evening.again(&her);
    assert_eq!(her.post(POSTS, json!({"body": "再来"})).await.status, 201);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_answer_kept_for_repetition_is_forgotten_in_time(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let request = her.request(Method::POST, POSTS).header("Idempotency-Key", "once-1");
    let first = her.send(request.json(&json!({"body": "一"}))).await;
    assert_eq!(first.status, 201);
    let held = async || idempotency::Entity::find().count(evening.app.database.reader()).await.unwrap();
    evening.clock.advance(chrono::Duration::hours(47));
    jobs::once(&evening.app).await;
    assert_eq!(held().await, 1);
    evening.clock.advance(chrono::Duration::hours(1));
    jobs::once(&evening.app).await;
    assert_eq!(held().await, 0);
}
