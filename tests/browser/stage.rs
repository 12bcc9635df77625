//! 大屏: one host, one screen paired by its link, and whatever happens to either, no name that was
//! not released is ever on the screen: watched by an observer in the page throughout.

use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::language::Language;
use rstest::rstest;

use crate::big_screen::{couples, shows};
use crate::fixtures::evening::Engine::{self, Sqlite};
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

    // The line is cut: the last picture stays, through F5 too, and the hall is told nothing.
    screen.until_true("document.body.dataset.kept === 'yes'").await;
    let others = seen(&screen).await;
    line.cut();
    screen.until_true("document.body.dataset.link === 'down'").await;
    shows(&screen, "couple", "numbers").await;
    screen.reload().await;
    shows(&screen, "couple", "numbers").await;
    assert_eq!(screen.run("document.body.dataset.link").await, "down");
    assert!(seen_now(&screen).await.contains("001"));
    line.mend();
    screen.until_true("document.body.dataset.link === 'up'").await;
    screen.reload().await;
    shows(&screen, "couple", "numbers").await;
    for name in &names[1] {
        assert!(!others.contains(name) && !seen_now(&screen).await.contains(name), "a name nobody released");
    }
}

async fn seen(screen: &Window) -> String {
    screen.run("[...window.seen].join('\\n')").await.as_str().unwrap().to_owned()
}

async fn seen_now(screen: &Window) -> String {
    screen.run("document.getElementById('scene').textContent").await.as_str().unwrap().to_owned()
}
