//! The desk's own reader of codes, for browsers that have none: pictures as cameras take them, and no link.

use qrcode::{EcLevel, QrCode, Version};
use queqiao::events::phase::Phase;
use rstest::rstest;
use serde_json::{Value, json};

use crate::desk::{at_the_desk, badge_url, film_of, guests, inside, wait_for_result};
use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::hall::Hall;
use crate::line::Line;
use crate::window::{Screen, Window};

/// Lays a drawing on a table and takes a picture: so large (in pixels across), turned, tilted (by how much farther
/// away its end is than its beginning), blurred (by pixels), grainy (by grades of grey), and half in the shade.
const CAMERA: &str = "async (drawing, cases) => {
    const { read } = await import('/assets/desk-qr.js');
    const image = new Image();
    image.src = 'data:image/svg+xml,' + encodeURIComponent(drawing);
    await image.decode();
    let grain = 7;
    const chance = () => (grain = (grain * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32;
    return cases.map(({ across, turn, tilt, blur, noise, shade }) => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [640, 480];
        const pen = canvas.getContext('2d');
        pen.fillStyle = '#a09080';
        pen.fillRect(0, 0, 640, 480);
        for (let stripe = 0; stripe < 640; stripe += 37) {
            pen.fillStyle = stripe % 2 ? '#605848' : '#c8c0b0';
            pen.fillRect(stripe, 0, 18, 480);
        }
        pen.filter = blur ? `blur(${blur}px)` : 'none';
        pen.translate(320, 240);
        pen.rotate(turn);
        // Strip by strip, each a little farther away than the one before: that is how a tilted page looks.
        const strips = tilt ? 2 * across : 1;
        const seen = (strip) => (strip / strips - 0.5) / (1 + tilt * (strip / strips - 0.5));
        for (let strip = 0; strip < strips; strip++) {
            const [from, tall] = [(strip / strips) * image.height, image.height / strips];
            const wide = across / (1 + tilt * ((strip + 0.5) / strips - 0.5));
            const [top, end] = [across * seen(strip), across * seen(strip + 1)];
            pen.drawImage(image, 0, from, image.width, tall, -wide / 2, top, wide, end - top + (tilt ? 1 : 0));
        }
        pen.resetTransform();
        pen.filter = 'none';
        const picture = pen.getImageData(0, 0, 640, 480);
        for (let at = 0; at < picture.data.length; at += 4) {
            const light = shade && (at / 4) % 640 > 320 ? 0.45 : 1;
            const speck = noise * (chance() + chance() + chance() - 1.5);
            for (const colour of [0, 1, 2]) picture.data[at + colour] = picture.data[at + colour] * light + speck;
        }
        return read(picture, 4000);
    });
}";

async fn taken(window: &Window, drawing: &str, cases: &Value) -> Vec<Value> {
    let script = format!("({CAMERA})({}, {cases})", json!(drawing));
    window.run(&script).await.as_array().unwrap().clone()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_house_s_badges_are_read_near_and_far_turned_tilted_and_grainy(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let guest = guests(&hall).await.remove(0);
    let mine = guest.get("/api/v1/events/qixi/badges/me").await.json;
    let (url, drawing) = (mine["url"].clone(), mine["qr"].as_str().unwrap().to_owned());
    let desk = hall.laptop().await;
    desk.go("/").await;
    let plain = |across: i32, turn: f64| json!({"across": across, "turn": turn, "tilt": 0, "blur": 0, "noise": 0});
    let mut cases: Vec<Value> = [130, 200, 320, 470].map(|across| plain(across, 0.0)).to_vec();
    cases.extend((0..12).map(|hour| plain(300, f64::from(hour) * std::f64::consts::PI / 6.0 + 0.05)));
    for (turn, tilt, blur, noise) in [
        (0.4, 0.2, 0.0, 0),
        (2.0, 0.25, 0.0, 0),
        (4.5, 0.3, 1.0, 30),
        (0.0, 0.0, 2.5, 0),
        (1.0, 0.0, 1.2, 40),
        (3.0, 0.0, 0.0, 70),
        (5.5, 0.15, 1.0, 30),
    ] {
        for shade in [false, true] {
            let case = json!({"across": 330, "turn": turn, "tilt": tilt, "blur": blur, "noise": noise, "shade": shade});
            cases.push(case);
        }
    }
    let seen = taken(&desk, &drawing, &json!(cases)).await;
    let missed: Vec<_> = cases.iter().zip(&seen).filter(|(_, seen)| **seen != json!([url])).collect();
    assert!(missed.is_empty(), "{missed:#?}");
    // A table without a badge says nothing.
    let empty = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'></svg>";
    assert_eq!(taken(&desk, empty, &json!([plain(200, 0.0)])).await, [json!([])]);
}

/// Every version the reader knows, in each level: what is hidden is restored up to what the level promises.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn modules_are_read_in_every_version_and_level(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let desk = hall.laptop().await;
    desk.go("/").await;
    let mut codes = Vec::new();
    for (version, bytes) in (1..).zip([17, 32, 53, 78, 106, 134, 154, 192, 230, 271]) {
        for (level, percent) in [(EcLevel::L, 100), (EcLevel::M, 75), (EcLevel::Q, 50), (EcLevel::H, 40)] {
            let room = bytes * percent / 100;
            let of = |sign: &str, letters| sign.repeat(letters).chars().take(letters).collect::<String>();
            let texts = [of("0123456789", room), of("HTTPS://A.B/C/", room), of("https://鹊桥.cn/c/x", room * 3 / 4)];
            for text in texts {
                let Ok(code) = QrCode::with_version(&text, Version::Normal(version), level) else { continue };
                let modules: Vec<u8> =
                    code.to_colors().iter().map(|module| u8::from(*module == qrcode::Color::Dark)).collect();
                codes.push(json!({"version": version, "modules": modules, "text": text, "whole": true}));
                // A thumb over the lower right corner.
                let across = code.width();
                let thumb = if level == EcLevel::H { across / 4 } else { 2 };
                let mut covered = modules;
                for y in across - thumb..across {
                    for x in across - thumb..across {
                        covered[y * across + x] = 1;
                    }
                }
                codes.push(json!({"version": version, "modules": covered, "text": text}));
            }
        }
    }
    assert!(codes.len() > 150, "{}", codes.len());
    let script = format!(
        "(async (codes) => {{
            const {{ words }} = await import('/assets/desk-qr-words.js');
            const read = ({{ version, modules }}) => words(version, (x, y) => modules[y * (17 + 4 * version) + x]);
            return codes.filter((code) => read(code) !== code.text)
                .map((code) => [code.version, code.text, read(code), Boolean(code.whole)]);
        }})({})",
        json!(codes)
    );
    assert_eq!(desk.run(&script).await, json!([]));
    let noise = "(async () => {
        const { words } = await import('/assets/desk-qr-words.js');
        let grain = 5;
        const chance = () => (grain = (grain * 1664525 + 1013904223) % 2 ** 32) / 2 ** 32 < 0.5 ? 1 : 0;
        return Array.from({ length: 300 }, (_, n) => words(1 + (n % 10), chance)).filter((text) => text !== null);
    })()";
    assert_eq!(desk.run(noise).await, json!([]), "noise says nothing");
}

/// As on an iPhone: the browser reads no codes, and there is no link.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_camera_reads_badges_without_a_link_and_without_the_browser(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::OnSite).await else { return };
    let guests = guests(&hall).await;
    let folder = tempfile::tempdir().unwrap();
    let film = folder.path().join("badge.y4m");
    film_of(&badge_url(&guests[0]).await, &film);
    let line = Line::to(&hall.evening.address).await;
    let flags = [
        "--use-fake-device-for-media-stream".to_owned(),
        format!("--use-file-for-fake-video-capture={}", film.display()),
    ];
    let phone = at_the_desk(&hall, &line.address, "东门", Screen::Phone, &flags).await;
    phone.until_true("!!document.getElementById('desk').dataset.roster").await;
    assert_eq!(inside(&hall).await, 0, "nobody allowed the camera yet");
    let script = json!({ "source": "delete globalThis.BarcodeDetector" });
    phone.cdp("Page.addScriptToEvaluateOnNewDocument", script).await;
    let allow = json!({ "permissions": ["videoCapture"], "origin": line.address });
    phone.cdp("Browser.grantPermissions", allow).await;

    line.cut();
    phone.reload().await;
    wait_for_result(&phone, 1, "男001").await;
    phone.until_true("document.getElementById('desk').dataset.link === 'down'").await;
    let note = "document.getElementById('desk-camera-note').textContent.includes('对准这里')";
    assert_eq!(phone.run(note).await, json!(true));
    assert_eq!(inside(&hall).await, 0, "the line is cut");
    line.mend();
    phone.until_true("document.getElementById('desk').dataset.waiting === '0'").await;
    assert_eq!(inside(&hall).await, 1);
}
