//! Posts, comments and likes, and what they earn.

use Engine::{Postgres, Sqlite};
use queqiao::audit::entry as audit;
use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use super::{COMPLAINTS, DECLARATIONS, POSTS, QUEUE, SIGN_INS, decides, lines, moment, points, posts, shown_post};
use crate::fixtures::evening::{Engine, Evening, hours};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_post_is_shown_and_earns_when_it_is_approved(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let him = evening.participant("men").await;
    let body = "我是小鹊🐦‍⬛，喜欢<b>爬山</b>\n𠮷祥";
    let posted = her.post(POSTS, json!({ "body": body })).await;
    assert_eq!((posted.status, &posted.json["state"]), (201, &json!("pending")));
    assert_eq!(posted.json["awarded"], json!({"points": 0, "rule": "post", "capped": false}));
    let id = posted.json["id"].as_str().unwrap();
    assert_eq!(him.get(POSTS).await.json["items"], json!([]), "not before the organizer saw it");
    assert_eq!(her.get(POSTS).await.json["items"][0]["state"], "pending");
    let queue = evening.organizer.get(QUEUE).await;
    assert_eq!((&queue.json["items"][0]["id"], &queue.json["items"][0]["body"]), (&json!(id), &json!(body)));

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
    assert_eq!(seen.json["items"][0]["body"], body, "kept as it was typed");
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
        evening.move_to(phase).await;
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
    evening.move_to(Phase::Online).await;
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
