//! 大屏: one host, one screen paired by its link, and whatever happens to either, no name that was
//! not released is ever on the screen: watched by an observer in the page throughout.

use queqiao::badges::badge;
use queqiao::couples::couple;
use queqiao::events::crew::Role;
use queqiao::events::event::Sides;
use queqiao::events::phase::Phase;
use queqiao::happening::What;
use queqiao::language::Language;
use queqiao::picks::{matched, round};
use queqiao::registrations::registration::{Side, Status};
use rstest::rstest;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::prelude::Uuid;
use serde_json::json;

use crate::evening::Engine::{self, Sqlite};
use crate::evening::Person;
use crate::hall::Hall;
use crate::line::Line;
use crate::window::{ENTER, Screen, Window};

/// Notes every text the scene ever shows.
const WATCH: &str = "window.seen = new Set();
const scene = document.getElementById('scene');
const note = () => window.seen.add(scene.textContent);
new MutationObserver(note).observe(scene, { childList: true, subtree: true, characterData: true });
note();";

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_couple_is_revealed_and_no_name_is_shown_before_its_time(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let names = couples(&hall, 2).await;
    let host = hall.evening.crew(Role::Host).await;
    let laptop = hall.laptop().await;
    hall.sign_in(&laptop, &host).await;
    laptop.go("/e/qixi/console").await;
    laptop.until_true("document.querySelectorAll('#couples [data-couple]').length === 2").await;

    // The projector's machine: nobody is signed in on it, and its line can be cut.
    let line = Line::to(&hall.evening.address).await;
    let screen = hall.window_at(&line.address, Screen::Projector, Language::Zh, &[]).await;
    laptop.press("配对大屏").await;
    laptop.until_true("!!document.getElementById('screen-link')").await;
    let link = laptop.run("new URL(document.getElementById('screen-link').textContent).pathname").await;
    screen.go(link.as_str().unwrap()).await;
    screen.press("作为大屏打开").await;
    screen.arrive("/e/qixi/stage").await;
    shows(&screen, "welcome", "").await;
    screen.run(WATCH).await;

    laptop.go("/e/qixi/console").await;
    laptop.until_true("document.getElementById('preview').dataset.kind === 'welcome'").await;
    laptop.keys("5").await;
    laptop.until_true("document.getElementById('preview').dataset.reveals === 'numbers'").await;
    // What stands in the preview is not on the screen.
    shows(&screen, "welcome", "").await;
    laptop.keys(&ENTER.to_string()).await;
    shows(&screen, "couple", "numbers").await;
    assert!(!seen(&screen).await.contains(&names[0][0]), "a name with the numbers");
    laptop.until_true("document.getElementById('preview').dataset.reveals === 'nicknames'").await;
    laptop.keys(&ENTER.to_string()).await;
    shows(&screen, "couple", "nicknames").await;
    laptop.until_true("document.getElementById('preview').dataset.reveals === 'bridge'").await;

    // A slip of the finger is taken back, and one key makes the night.
    laptop.keys("z").await;
    shows(&screen, "couple", "numbers").await;
    laptop.keys("b").await;
    shows(&screen, "blank", "").await;
    laptop.until_true("!document.getElementById('console').dataset.busy").await;
    laptop.keys("z").await;
    shows(&screen, "couple", "numbers").await;

    // The line is cut: the last picture stays, and the hall is told nothing.
    line.cut();
    screen.until_true("document.body.dataset.link === 'down'").await;
    shows(&screen, "couple", "numbers").await;
    let others = seen(&screen).await;
    line.mend();
    screen.until_true("document.body.dataset.link === 'up'").await;
    screen.reload().await;
    shows(&screen, "couple", "numbers").await;
    for name in &names[1] {
        assert!(!others.contains(name) && !seen_now(&screen).await.contains(name), "a name nobody released");
    }
}

/// Waits until the screen shows this.
pub async fn shows(screen: &Window, kind: &str, reveals: &str) {
    let wanted = format!(
        "(() => {{ const {{ kind, reveals }} = document.getElementById('scene').dataset; \
         return kind === '{kind}' && reveals === '{reveals}'; }})()"
    );
    screen.until_true(&wanted).await;
}

async fn seen(screen: &Window) -> String {
    screen.run("[...window.seen].join('\\n')").await.as_str().unwrap().to_owned()
}

async fn seen_now(screen: &Window) -> String {
    screen.run("document.getElementById('scene').textContent").await.as_str().unwrap().to_owned()
}

/// Couples who said yes to everything; the nicknames of each.
pub async fn couples(hall: &Hall, count: u32) -> Vec<[String; 2]> {
    let evening = &hall.evening;
    let men = evening.participants("men", count, Status::Confirmed).await;
    let women = evening.participants("women", count, Status::Confirmed).await;
    let app = &evening.app;
    let txn = app.database.begin_write().await.unwrap();
    let round = round::ActiveModel {
        id: Set(app.new_id()),
        event_id: Set(evening.event.id),
        number: Set(1),
        most: Set(3),
        sides: Set(Sides::Two),
        state: Set(round::State::Tallied),
        coin: Set(None),
        planned_at: Set(app.now()),
        opened_at: Set(Some(app.now())),
        closed_at: Set(Some(app.now())),
        tallied_at: Set(Some(app.now())),
        receipts: Set(json!([])),
        ballots: Set(None),
        picks: Set(None),
        matches: Set(None),
    };
    let round = round.insert(&txn).await.unwrap();
    let mut names = Vec::new();
    for ((man, woman), number) in men.iter().zip(&women).zip(1..) {
        for (person, side) in [(man, Side::Men), (woman, Side::Women)] {
            let badge = badge::ActiveModel {
                id: Set(app.new_id()),
                event_id: Set(evening.event.id),
                registration_id: Set(person.registration_id),
                side: Set(side),
                number: Set(number),
                issued_at: Set(app.now()),
                reminded_at: Set(None),
            };
            badge.insert(&txn).await.unwrap();
        }
        let (lo, hi) = matched::ordered(man.registration_id, woman.registration_id);
        let (match_id, event_id, now) = (app.new_id(), evening.event.id, app.now());
        let found = matched::Model {
            id: match_id,
            event_id,
            round_id: round.id,
            lo_id: lo,
            hi_id: hi,
            on_stage: true,
            found_at: now,
        };
        matched::ActiveModel::from(found).reset_all().insert(&txn).await.unwrap();
        formed(&txn, app.new_id(), event_id, match_id, (lo, hi), now).await;
        names.push([nickname(man), nickname(woman)]);
    }
    txn.commit().await.unwrap();
    app.happenings.announce(evening.event.id, What::CouplesChanged);
    names
}

async fn formed(
    txn: &queqiao::database::Write,
    id: Uuid,
    event_id: Uuid,
    match_id: Uuid,
    (lo, hi): (Uuid, Uuid),
    now: chrono::DateTime<chrono::Utc>,
) {
    let row = couple::ActiveModel {
        id: Set(id),
        event_id: Set(event_id),
        match_id: Set(match_id),
        lo_id: Set(lo),
        hi_id: Set(hi),
        on_stage: Set(true),
        formed_at: Set(now),
        withdrawn_at: Set(None),
        follow_up_since: Set(None),
    };
    row.insert(txn).await.unwrap();
}

fn nickname(person: &Person) -> String {
    person.email.split('@').next().unwrap().to_owned()
}
