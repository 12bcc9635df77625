//! A walk through every page, looking at what no single story looks at: can it be read with assistive
//! technology, in both languages, in the light and in the dark; does it fit the screen; is it light; does
//! the browser complain.

use std::collections::BTreeSet;

use queqiao::events::phase::Phase;
use queqiao::language::Language;
use rstest::rstest;
use serde_json::json;

use crate::axe;
use crate::evening::Engine::{self, Sqlite};
use crate::evening::Person;
use crate::hall::Hall;
use crate::window::{Screen, Window};

/// The heaviest a page may be over the wire, without photos, in bytes.
const HEAVIEST: i64 = 60_000;

/// Who goes where.
struct Round<'a> {
    who: &'a str,
    person: Option<&'a Person>,
    pages: &'a [&'a str],
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_page_can_be_read_by_everybody(#[values(Sqlite)] engine: Engine) {
    let opened = Hall::open_with(engine, Phase::Online, |settings| settings.server.styleguide = true);
    let Some(hall) = opened.await else { return };
    let administrator = hall.evening.administrator().await;
    let rounds = [
        Round {
            who: "visitor",
            person: None,
            pages: &["/", "/e/qixi", "/sign-in", "/forgot", "/verify?token=x", "/reset?token=x", "/styleguide"],
        },
        Round { who: "administrator", person: Some(&administrator), pages: &["/admin/outbox"] },
    ];
    walk(&hall, &rounds).await;
}

async fn walk(hall: &Hall, rounds: &[Round<'_>]) {
    let window = hall.window(Screen::Phone, Language::Zh, &[]).await;
    window.cdp("Network.enable", json!({})).await;
    window.cdp("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await;
    let axe = axe::source();
    let mut wrong = BTreeSet::new();
    for Round { who, person, pages } in rounds {
        window.cdp("Network.clearBrowserCookies", json!({})).await;
        if let Some(person) = person {
            hall.sign_in(&window, person).await;
        }
        for path in *pages {
            for trouble in look(hall, &window, path, axe).await {
                wrong.insert(format!("{path} ({who}) {trouble}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", Vec::from_iter(wrong).join("\n"));
}

/// What is wrong with a page. Every two of language, light and width meet once.
async fn look(hall: &Hall, window: &Window, path: &str, axe: Option<&str>) -> Vec<String> {
    let mut wrong = Vec::new();
    for (language, tag, lights) in [(Language::Zh, "zh-CN", ["light", "dark"]), (Language::En, "en", ["dark", "light"])]
    {
        let cookie = json!({ "name": "language", "value": tag, "url": hall.evening.address });
        window.cdp("Network.setCookie", cookie).await;
        shine(window, lights[0]).await;
        window.resize(Screen::Phone).await;
        window.go(path).await;
        let seen = window
            .run(
                "(() => { const [page] = performance.getEntriesByType('navigation');
                    const files = performance.getEntriesByType('resource').filter(file => !file.name.includes('/photos/'));
                    return [page.responseStatus, files.reduce((sum, file) => sum + file.transferSize, page.transferSize), document.documentElement.lang]; })()",
            )
            .await;
        assert_eq!(seen[2], json!(tag), "{path} {language:?}");
        if seen[0] != json!(200) {
            wrong.push(format!("answers {}", seen[0]));
        }
        if seen[1].as_i64().is_none_or(|bytes| bytes > HEAVIEST) {
            wrong.push(format!("weighs {} bytes", seen[1]));
        }
        for (screen, light) in [Screen::Phone, Screen::Laptop].into_iter().zip(lights) {
            shine(window, light).await;
            window.resize(screen).await;
            let overhang = window.overhang(screen).await;
            if overhang > 0 {
                wrong.push(format!("{tag} {screen:?}: {overhang} pixels too wide"));
            }
            if let Some(axe) = axe {
                let found = axe::violations(window, axe).await;
                wrong.extend(found.into_iter().map(|violation| format!("{tag} {light} {screen:?}: {violation}")));
            }
        }
        wrong.extend(window.complaints().await.into_iter().map(|said| format!("{tag}: {said}")));
    }
    wrong
}

async fn shine(window: &Window, light: &str) {
    let features = json!([{ "name": "prefers-color-scheme", "value": light },
        { "name": "prefers-reduced-motion", "value": "reduce" }]);
    window.cdp("Emulation.setEmulatedMedia", json!({ "features": features })).await;
}
