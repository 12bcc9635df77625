//! Whom one sees there.

use queqiao::events::phase::Phase;
use queqiao::registrations::exclusion;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::EntityTrait;
use serde_json::json;

use super::{PLAZA, card, follow, shown_photo};
use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn people_are_known_by_what_they_say_of_themselves(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let him = evening.participant("men").await;
    let (reader, hiker) = (evening.participant("women").await, evening.participant("women").await);
    let other_man = evening.participant("men").await;
    for (person, nickname, born, interest) in
        [(&reader, "读书人", 1996, "读书"), (&hiker, "登山客", 1988, "徒步"), (&other_man, "另一位", 1990, "读书")]
    {
        evening
            .change_profile(person, |row| {
                row.nickname = Set(nickname.to_owned());
                row.birth_year = Set(Some(born));
                row.interests = Set(json!([interest]));
                row.set_real_name(&evening.app.secrets, person.account_id, Some("赵本名")).unwrap();
                row.set_phone(&evening.app.secrets, person.account_id, Some("13912345678")).unwrap();
            })
            .await;
    }
    let his = Browser::of(&evening, &him).await;
    let (status, list) = his.get("/e/qixi/people").await;
    assert_eq!(status, 200);
    assert!(list.contains("读书人") && list.contains("登山客") && !list.contains("另一位"), "{list}");
    assert!(list.contains("30–34 岁"), "{list}");
    let page = card(&list, "读书人");
    let (_, one) = his.get(&page).await;
    for hidden in ["1996", "1988", "赵本名", "13912345678", "市第一医院", "地铁公司", "电力局"] {
        assert!(!list.contains(hidden) && !one.contains(hidden), "{hidden}");
    }
    for id in [reader.account_id, reader.registration_id, hiker.registration_id] {
        assert!(!list.contains(&id.to_string()) && !one.contains(&id.to_string()), "no id of a person");
    }
    for (query, seen, unseen) in [
        ("?interest=%E8%AF%BB%E4%B9%A6", "读书人", "登山客"),
        ("?age=35-39", "登山客", "读书人"),
        ("?age=nonsense", "没有符合条件的人", "登山客"),
    ] {
        let (status, list) = his.get(&format!("/e/qixi/people{query}")).await;
        assert!(status == 200 && list.contains(seen) && !list.contains(&format!(">{unseen}</a>")), "{query}: {list}");
    }
    assert_eq!(his.get("/e/qixi/people?page=99999999999").await.0, 200);
    assert_eq!(his.get("/e/qixi/people/aaaaaaaaaaaaaaaa").await.0, 404);
    let before = Evening::begin(engine, Phase::Registration).await.unwrap();
    let early = Browser::of(&before, &before.participant("men").await).await;
    let (status, page) = early.get("/e/qixi/people").await;
    assert!(status == 200 && page.contains("起，这里有大家的名片"), "{page}");
    assert!(early.get(PLAZA).await.1.contains("还没有开放"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_of_whom_one_blocked_the_other_do_not_see_each_other(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let (her, him) = (evening.participant("women").await, evening.participant("men").await);
    let (hers, his) = (Browser::of(&evening, &her).await, Browser::of(&evening, &him).await);
    let (post, photo) = shown_photo(&evening, &hers).await;
    let wall = format!("/e/qixi/plaza/posts/{post}");
    his.send(&format!("{wall}/comments"), &[("body", "他的评论")]).await;
    let page = card(&hers.get("/e/qixi/people").await.1, "guest-2");
    let his_view_of_her = card(&his.get("/e/qixi/people").await.1, "guest-1");

    let known = hers.send(&format!("{page}/apart"), &[("because", "acquainted")]).await;
    assert!(follow(&hers, known).await.contains("不会把你们排在一桌"));
    assert!(his.get(PLAZA).await.1.contains("香山的红叶"), "they still see each other");
    let blocked = hers.send(&format!("{page}/apart"), &[("because", "blocked")]).await;
    assert!(follow(&hers, blocked).await.contains("已拉黑"));

    assert!(!his.get(PLAZA).await.1.contains("香山的红叶"));
    for path in
        [&wall, &format!("/e/qixi/photos/{photo}/large"), &his_view_of_her, &format!("/e/qixi/plaza/report/{post}")]
    {
        assert_eq!(his.get(path).await.0, 404, "{path}");
    }
    let api = format!("/api/v1/events/qixi/posts/{post}");
    assert_eq!(him.post(&format!("{api}/likes"), json!({})).await.status, 404);
    assert_eq!(him.post(&format!("{api}/comments"), json!({"body": "还在吗"})).await.status, 404);
    assert_eq!(him.get(&format!("{api}/comments")).await.status, 404);
    let (_, hers_now) = hers.get(&wall).await;
    assert!(!hers_now.contains("他的评论") && hers_now.contains("评论 0"), "{hers_now}");
    assert!(!hers.get("/e/qixi/people").await.1.contains(">guest-2<"));
    assert_eq!(hers.get(&page).await.0, 404);
    let row = exclusion::Entity::find().one(evening.app.database.reader()).await.unwrap().unwrap();
    assert_eq!((row.excluded_by, row.because), (her.registration_id, exclusion::Because::Blocked));

    let (_, list) = hers.get("/e/qixi/people/apart").await;
    assert!(list.contains("guest-2") && list.contains("已拉黑"), "{list}");
    assert!(!his.get("/e/qixi/people/apart").await.1.contains("guest-1"), "he is not told");
    assert_eq!(his.send(&format!("{his_view_of_her}/together"), &[]).await.status().as_u16(), 404);
    assert!(follow(&hers, hers.send(&format!("{page}/together"), &[]).await).await.contains("已撤回"));
    assert!(his.get(PLAZA).await.1.contains("香山的红叶"));
}
