//! Scanners that type into the desk, as they do: with Tab, with Enter, with nothing, into an input method, twice.

use queqiao::checkin::attempt;
use queqiao::events::phase::Phase;
use rstest::rstest;
use sea_orm::EntityTrait;
use serde_json::json;

use crate::desk::{at_the_desk, code_of, counted, guests, inside, wait_for_result};
use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::hall::Hall;
use crate::window::{BACKSPACE, ENTER, Screen, TAB, Window};

const FIELD: &str = "#desk-typed";

/// The keys of an address, as a scanner sends them: by their places on an American keyboard.
async fn strike_places(window: &Window, address: &str) {
    for sign in address.to_uppercase().chars() {
        let code = match sign {
            'A'..='Z' => format!("Key{sign}"),
            '0'..='9' => format!("Digit{sign}"),
            '/' => "Slash".to_owned(),
            ':' => "Semicolon".to_owned(),
            _ => "Period".to_owned(),
        };
        composing_key(window, &code).await;
    }
}

/// A key that an input method takes for itself.
async fn composing_key(window: &Window, code: &str) {
    let key = json!({ "type": "rawKeyDown", "key": "Process", "code": code, "windowsVirtualKeyCode": 229 });
    window.cdp("Input.dispatchKeyEvent", key).await;
}

/// What an input method shows while it composes.
async fn composes(window: &Window, text: &str) {
    let caret = text.chars().count();
    let composition = json!({ "text": text, "selectionStart": caret, "selectionEnd": caret });
    window.cdp("Input.imeSetComposition", composition).await;
}

async fn puts(window: &Window, text: &str) {
    window.cdp("Input.insertText", json!({ "text": text })).await;
}

async fn says(window: &Window, id: &str) -> String {
    let text = window.run(&format!("document.getElementById('desk-{id}').textContent")).await;
    text.as_str().unwrap().to_owned()
}

async fn state(window: &Window, state: &str) {
    window.until_true(&format!("document.getElementById('desk-result').dataset.state === '{state}'")).await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_scan_is_heard_however_it_ends_and_wherever_the_focus_is(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let guests = guests(&hall).await;
    let laptop = at_the_desk(&hall, &hall.evening.address, "东门", Screen::Laptop, &[]).await;
    let address = hall.evening.address.clone();
    let (n, count) = (std::cell::Cell::new(0), counted(&laptop).await);
    let next = async || {
        n.set(n.get() + 1);
        code_of(&guests[n.get() - 1]).await
    };
    let heard = async || wait_for_result(&laptop, count + n.get(), &format!("男{:03}", n.get())).await;

    // Outside the field, in it, and in it with Tab, which leaves the focus where it is.
    for (field, before, ending) in [
        (false, String::new(), ENTER.to_string()),
        (false, format!("{address}/c/"), TAB.to_string()),
        (false, format!("{address}/c/"), String::new()),
        (true, format!("{address}/c/"), TAB.to_string()),
        (true, String::new(), ENTER.to_string()),
        (true, format!("{address}/c/"), String::new()),
    ] {
        if field {
            laptop.click(FIELD).await;
        } else {
            laptop.run("document.activeElement.blur()").await;
        }
        let code = next().await.to_lowercase();
        laptop.keys(&format!("{before}{code}{ending}")).await;
        heard().await;
        let kept = laptop.run("document.activeElement.id === 'desk-typed'").await;
        assert_eq!(kept, json!(field), "the focus after {before}…{ending:?}");
        assert_eq!(laptop.run("document.getElementById('desk-typed').value").await, json!(""));
    }

    // Texts that come whole, with Chinese punctuation and full-width letters.
    for before in ["https：、、queqiao。example、c、", "ｈｔｔｐｓ：／／ｑｕｅｑｉａｏ．ｅｘａｍｐｌｅ／ｃ／"]
    {
        laptop.click(FIELD).await;
        puts(&laptop, &format!("{before}{}", next().await)).await;
        laptop.keys(&ENTER.to_string()).await;
        heard().await;
    }
    // An input method eats the letters, and Enter closes its window only.
    laptop.click(FIELD).await;
    let code = next().await;
    composes(&laptop, "ht'tp").await;
    strike_places(&laptop, &format!("https://queqiao.example/c/{code}")).await;
    composing_key(&laptop, "Enter").await;
    heard().await;
    assert_eq!(laptop.run("document.getElementById('desk-typed').value").await, json!(""));

    // A scan while somebody looks for a name.
    laptop.click("#desk-search-act").await;
    laptop.until_true("document.getElementById('desk-search').open").await;
    laptop.keys("小").await;
    let code = next().await;
    laptop.keys(&format!("{code}{ENTER}")).await;
    heard().await;
    laptop.until_true("!document.getElementById('desk-search').open").await;
    assert_eq!(inside(&hall).await, u64::try_from(n.get()).unwrap());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nobodys_result_stays_while_somebody_else_is_typed(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    guests(&hall).await;
    let laptop = at_the_desk(&hall, &hall.evening.address, "东门", Screen::Laptop, &[]).await;
    for in_field in [true, false] {
        if in_field {
            laptop.click(FIELD).await;
        } else {
            laptop.run("document.activeElement.blur()").await;
        }
        let number = if in_field { "m1" } else { "m2" };
        laptop.keys(&format!("{number}{ENTER}")).await;
        state(&laptop, "admitted").await;
        laptop.keys("w").await;
        state(&laptop, "typing").await;
        assert_eq!((says(&laptop, "number").await.as_str(), says(&laptop, "words").await.as_str()), ("", "正在输入…"));
        laptop.keys("\u{E003}").await;
        state(&laptop, "ready").await;
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_badge_that_is_read_twice_is_one_scan(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let guests = guests(&hall).await;
    let laptop = at_the_desk(&hall, &hall.evening.address, "东门", Screen::Laptop, &[]).await;
    let (code, other) = (code_of(&guests[0]).await, code_of(&guests[1]).await);
    let address = &hall.evening.address;
    // Bare, as an address, in the field and outside: one badge.
    laptop.keys(&format!("{code}{ENTER}{address}/c/{code}{ENTER}")).await;
    laptop.click(FIELD).await;
    laptop.keys(&format!("{}{TAB}", code.to_lowercase())).await;
    laptop.keys(&format!("{other}{ENTER}{code}{ENTER}{other}{ENTER}")).await;
    wait_for_result(&laptop, 2, "男002").await;
    laptop.until_true("document.getElementById('desk-men').textContent === '2'").await;
    state(&laptop, "admitted").await;
    assert_eq!(counted(&laptop).await, 2);
    let attempts = attempt::Entity::find().all(hall.evening.app.database.reader()).await.unwrap();
    assert_eq!(attempts.len(), 2, "each badge was scanned once");
    // To go out is another scan.
    laptop.click("label:has(#desk-exit)").await;
    laptop.keys(&format!("{code}{ENTER}")).await;
    laptop.until_true("document.getElementById('desk-men').textContent === '1'").await;
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_name_that_is_too_short_says_how_much_is_needed(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    guests(&hall).await;
    let laptop = at_the_desk(&hall, &hall.evening.address, "东门", Screen::Laptop, &[]).await;
    laptop.click("#desk-search-act").await;
    for (name, said) in [("鹿", "至少写两个汉字或三个字母"), ("没有这人", "没有找到")] {
        laptop.fill("name", name).await;
        laptop.click("#desk-find .act").await;
        laptop.until_true(&format!("document.getElementById('desk-found-note').textContent.includes('{said}')")).await;
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_number_without_its_side_is_forgotten_when_somebody_else_is_scanned(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let guests = guests(&hall).await;
    let laptop = at_the_desk(&hall, &hall.evening.address, "东门", Screen::Laptop, &[]).await;
    let count = counted(&laptop).await;
    laptop.run("document.activeElement.blur()").await;
    laptop.keys(&format!("2{ENTER}")).await;
    let is_asked = "document.getElementById('desk-words').textContent.includes('男方还是女方')";
    laptop.until_true(is_asked).await;
    // A code that begins with a letter which would be an answer is none.
    laptop.keys(&format!("W{}{ENTER}", "A".repeat(25))).await;
    laptop
        .until_true(&format!("!{is_asked} && document.getElementById('desk-result').dataset.state === 'refused'"))
        .await;
    assert_eq!(inside(&hall).await, 0);
    laptop.keys(&format!("2{ENTER}")).await;
    laptop.until_true(is_asked).await;
    laptop.keys(&format!("{}{ENTER}", code_of(&guests[0]).await)).await;
    wait_for_result(&laptop, count + 1, "男001").await;
    // No answer to a question that nobody asks any more.
    laptop.keys("w").await;
    assert_eq!(laptop.run("document.getElementById('desk-typed').value").await, json!("W"), "it begins a new number");
    assert_eq!(inside(&hall).await, 1);
    // One letter alone is an answer.
    laptop.keys(&BACKSPACE.to_string()).await;
    laptop.keys(&format!("2{ENTER}")).await;
    laptop.until_true(is_asked).await;
    laptop.keys("m").await;
    wait_for_result(&laptop, count + 2, "男002").await;
    // The next number may follow it at once, and is another's.
    laptop.keys(&format!("1{ENTER}")).await;
    laptop.until_true(is_asked).await;
    laptop.keys(&format!("w2{ENTER}")).await;
    wait_for_result(&laptop, count + 3, "女001").await;
    laptop.until_true("document.getElementById('desk-typed').value === '2'").await;
    // So may a badge.
    laptop.keys(&format!("w{}{ENTER}", code_of(&guests[2]).await)).await;
    wait_for_result(&laptop, count + 5, "男003").await;
    assert_eq!(inside(&hall).await, 5);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_scanner_confirms_that_somebody_is_taken_back(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let guests = guests(&hall).await;
    let laptop = at_the_desk(&hall, &hall.evening.address, "东门", Screen::Laptop, &[]).await;
    let mut count = counted(&laptop).await;
    let is_open = "document.getElementById('desk-undo').open";
    let opens = async || {
        laptop.click("#desk-recent button.undo").await;
        laptop.until_true(is_open).await;
    };
    laptop.run("document.activeElement.blur()").await;
    laptop.keys(&format!("{}{ENTER}", code_of(&guests[0]).await)).await;
    count += 1;
    wait_for_result(&laptop, count, "男001").await;

    // The first answer is not to.
    opens().await;
    assert_eq!(laptop.run("document.activeElement.innerText.trim()").await, "关闭");
    laptop.keys(&ENTER.to_string()).await;
    laptop.until_true(&format!("!{is_open}")).await;
    // The price of a drink, read into the reason: it stays a reason, and nothing is done.
    opens().await;
    laptop.run("document.getElementById('desk-undo').onclose = () => (document.title = 'closed')").await;
    laptop.click("#desk-reason").await;
    laptop.keys(&format!("6901234567892{ENTER}{ENTER}")).await;
    laptop.run("document.getElementById('desk-undo-act').focus()").await;
    laptop.keys(&format!("6901234567892{ENTER}")).await;
    assert_eq!(
        (laptop.run(is_open).await, laptop.run("document.title === 'closed'").await),
        (json!(true), json!(false))
    );
    assert_eq!(inside(&hall).await, 1);
    // A badge read there is a scan, however slow the scanner, with the focus in the reason or on a button.
    for (guest, place) in [(1, "#desk-reason"), (2, "#desk-undo button[value='']")] {
        laptop.run(&format!("document.querySelector(`{place}`).focus()")).await;
        for letter in code_of(&guests[guest]).await.chars() {
            laptop.keys(&letter.to_string()).await;
            laptop.run("new Promise((done) => setTimeout(done, 70))").await;
        }
        laptop.keys(&ENTER.to_string()).await;
        count += 1;
        wait_for_result(&laptop, count, &format!("男{:03}", guest + 1)).await;
        assert_eq!(laptop.run(is_open).await, json!(false), "{place}");
        opens().await;
    }
    // By keyboard, on purpose.
    assert_eq!(laptop.run("document.getElementById('desk-reason').value").await, json!(""));
    laptop.run("document.getElementById('desk-reason').focus()").await;
    laptop.keys("看错了").await;
    laptop.run("document.getElementById('desk-undo-act').focus()").await;
    laptop.keys(" ").await;
    laptop.until_true(&format!("!{is_open}")).await;
    laptop.until_true("document.getElementById('desk-men').textContent === '2'").await;
    assert_eq!(inside(&hall).await, 2);
}
