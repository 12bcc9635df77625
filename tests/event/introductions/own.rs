//! Stories of volunteers who ask too.

use queqiao::events::crew::Role;
use queqiao::registrations::registration::Side;
use rstest::rstest;
use serde_json::{Value, json};

use super::{PROPOSALS, REQUESTS, after, asks};
use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_volunteer_who_asks_too_sees_nothing_that_is_proposed_to_themself(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(after) = after(engine).await else { return };
    let (he, she, other) = (&after.men[0], &after.women[0], &after.women[1]);
    after.evening.wears(he, Side::Men, 1).await;
    after.evening.wears(she, Side::Women, 1).await;
    after.evening.appoint(he, Role::Volunteer).await;
    for person in [he, she, other] {
        asks(person).await;
    }
    let sees = async || {
        let him = after.evening.again(he);
        let (requests, proposals) = (him.get(REQUESTS).await, him.get(PROPOSALS).await);
        let names = requests.json["items"].as_array().unwrap().iter();
        let names: Vec<Value> = names.map(|one| one["person"]["nickname"].clone()).collect();
        (names, proposals.json["items"].clone())
    };
    assert_eq!(sees().await, (vec![json!(she.nickname()), json!(other.nickname())], json!([])));
    // Whoever blocks him is out of his sight here too.
    let block = json!({ "badge": "男001", "because": "blocked" });
    assert_eq!(she.post("/api/v1/events/qixi/dates/exclusions", block).await.status, 204);
    assert_eq!(sees().await, (vec![json!(other.nickname())], json!([])));
    // Nobody is asked of the one, and both of the other: he sees neither proposal, and no nickname that is not shown.
    for her in [she, other] {
        assert_eq!(after.propose(he, her).await.status, 201);
        assert_eq!(sees().await.1, json!([]));
        after.evening.clock.advance(chrono::Duration::days(7));
    }
    assert_eq!(sees().await, (Vec::new(), json!([])));
    let him = Browser::of(&after.evening, he).await;
    let (status, page) = him.get("/volunteer/introductions").await;
    assert!(status == 200 && !page.contains(&she.nickname()) && !page.contains(&other.nickname()), "{page}");
    let proposals = after.evening.again(&after.volunteer).get(PROPOSALS).await;
    assert_eq!(proposals.json["items"].as_array().unwrap().len(), 2);
}
