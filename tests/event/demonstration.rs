//! `queqiao demo`: its scene is set by the product's own verbs, and whole wherever the main event stands.

use chrono::{DateTime, Duration, Utc};
use queqiao::app::App;
use queqiao::badges::badge;
use queqiao::checkin::presence;
use queqiao::clock::Clock;
use queqiao::commands::demo::editions::set_scene;
use queqiao::commands::doctor::examine;
use queqiao::couples::couple;
use queqiao::dates::date_round;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::picks::{matched, round};
use queqiao::registrations::registration::{self, Status};
use queqiao::secrets::Secrets;
use queqiao::settings::Settings;
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

/// So many apply to each event, for half as many seats.
const FEW: usize = 40;

/// What an event came to: applications, those with a seat, badges, people who came, rounds of dates, matches, couples.
async fn figures(app: &App, event: &event::Model) -> [u64; 7] {
    let db = app.database.reader();
    let seated = registration::Column::Status.is_in([Status::Selected, Status::Confirmed]);
    [
        registration::Entity::of_event(event.id).count(db).await.unwrap(),
        registration::Entity::of_event(event.id).filter(seated).count(db).await.unwrap(),
        badge::Entity::of_event(event.id).count(db).await.unwrap(),
        presence::Entity::who_came(event.id).count(db).await.unwrap(),
        date_round::of_event(db, event.id).await.unwrap().len() as u64,
        matched::Entity::find().filter(matched::Column::EventId.eq(event.id)).count(db).await.unwrap(),
        couple::Entity::find().filter(couple::Column::EventId.eq(event.id)).count(db).await.unwrap(),
    ]
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_doctor_finds_the_demonstration_whole_in_every_phase(
    #[values(
        Phase::Draft,
        Phase::Registration,
        Phase::Online,
        Phase::Screening,
        Phase::Confirmation,
        Phase::OnSite,
        Phase::Closed
    )]
    main: Phase,
) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = Settings::defaults().unwrap();
    settings.database.url = format!("sqlite://{}/queqiao.sqlite3", folder.path().display()).into();
    settings.server.public_url = "http://localhost".to_owned();
    // Another hour of the day in each: whoever starts a demonstration does not look at the clock.
    let midnight: DateTime<Utc> = "2026-08-22T00:20:00Z".parse().unwrap();
    let now = midnight + Duration::hours(i64::from(main as u8) * 7 % 24);
    let app = App::build(settings, Clock::stopped_at(now), Secrets::fresh().unwrap()).await.unwrap();
    set_scene(&app, now, main, FEW).await.unwrap();
    assert_eq!(app.now(), now);

    let keys = round::keys(&app).await.unwrap();
    let findings = examine(app.database.reader(), &keys).await.unwrap();
    assert!(findings.iter().all(|finding| finding.wrong.is_empty()), "{findings:?}");
    assert!(findings.iter().all(|finding| finding.worth_a_look.is_empty()), "{findings:?}");

    let events = event::Entity::find().all(app.database.reader()).await.unwrap();
    let main_one = events.iter().find(|event| event.slug == "qixi").unwrap();
    assert_eq!(main_one.phase(now), main);
    // One in each phase, and the main one instead of the one of its phase; only it is ever being screened.
    for phase in [Phase::Draft].into_iter().chain(Phase::SCHEDULED) {
        let wanted = usize::from(phase != Phase::Screening || main == phase);
        assert_eq!(events.iter().filter(|event| event.phase(now) == phase).count(), wanted, "{phase:?}");
    }
    for event in &events {
        let expected = match event.phase(now) {
            Phase::Draft => [0; 7],
            Phase::Registration | Phase::Online | Phase::Screening => [40, 0, 0, 0, 0, 0, 0],
            // One in twelve said no, and the seat was offered to the next.
            Phase::Confirmation => [40, 20, 0, 0, 0, 0, 0],
            // Nine of ten come, and date eight times.
            Phase::OnSite => [40, 20, 20, 18, 8, 0, 0],
            Phase::Closed => [40, 20, 20, 18, 8, 6, 6],
        };
        assert_eq!(figures(&app, event).await, expected, "{} in {:?}", event.slug, event.phase(now));
    }
    app.database.clone().close().await;
}
