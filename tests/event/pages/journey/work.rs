//! Everybody lands where they work, and finds it again from every page.

use queqiao::accounts::profile::Gender;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::units::unit_contact;
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;

use crate::fixtures::browser::{Browser, header};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{PASSWORD, Person};

async fn lands(evening: &Evening, who: &Person) -> String {
    let start = Browser::of(evening, who).await.request(Method::GET, "/start").send().await.unwrap();
    assert_eq!(start.status().as_u16(), 303);
    header(&start, "location").to_owned()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn everybody_lands_where_they_work(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let contact = evening.account("contact", Gender::Female).await;
    let grant = unit_contact::ActiveModel {
        id: Set(evening.app.new_id()),
        unit_id: Set(evening.units[0].id),
        account_id: Set(contact.account_id),
        granted_at: Set(evening.app.now()),
    };
    let txn = evening.app.database.begin_write().await.unwrap();
    grant.insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let (desk, host, volunteer) =
        (evening.crew(Role::Desk).await, evening.crew(Role::Host).await, evening.crew(Role::Volunteer).await);
    let (administrator, guest) = (evening.administrator().await, evening.participant("women").await);
    let organizer = evening.again(&evening.organizer);
    let work = [
        (&administrator, "/admin"),
        (&organizer, "/office"),
        (&contact, "/unit"),
        (&desk, "/e/qixi/desk"),
        (&host, "/e/qixi/console"),
        (&volunteer, "/volunteer"),
    ];
    for (who, page) in work {
        assert_eq!(lands(&evening, who).await, page);
        let (_, front) = Browser::of(&evening, who).await.get("/").await;
        assert!(front.contains(&format!("<a href=\"{page}\">")), "{page} stands in the header: {front}");
        let (_, home) = Browser::of(&evening, who).await.get("/me").await;
        assert!(home.contains(&format!("<li><a href=\"{page}\">")), "{page}: {home}");
    }
    assert_eq!(lands(&evening, &guest).await, "/me");
    evening.move_to(Phase::Closed).await;
    assert_eq!(lands(&evening, &volunteer).await, "/volunteer", "now the work begins");
    assert_eq!(lands(&evening, &desk).await, "/me");
    // What the pages of a union call its office is no dead end for whoever looks after the house.
    let office = Browser::of(&evening, &administrator).await.request(Method::GET, "/office").send().await.unwrap();
    assert_eq!((office.status().as_u16(), header(&office, "location")), (303, "/admin"));
    assert_eq!(Browser::of(&evening, &guest).await.get("/office").await.0, 403);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_came_from_a_page_goes_back_to_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    evening.with_password(&evening.organizer, PASSWORD).await;
    let browser = Browser::open(&evening);
    for (to, page) in [("/e/qixi", "/e/qixi"), ("/", "/start"), ("", "/start")] {
        let form = [("email", evening.organizer.email.as_str()), ("password", PASSWORD), ("to", to)];
        let answer = browser.send("/sign-in", &form).await;
        assert_eq!((answer.status().as_u16(), header(&answer, "location")), (303, page), "{to}");
    }
}
