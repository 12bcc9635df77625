//! What cannot be seen, or is written in many ways: in names, in searches, in pictures.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};
use migration::{Migrator, MigratorTrait};
use queqiao::events::phase::Phase;
use queqiao::units::unit;
use reqwest::Method;
use rstest::rstest;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;

use crate::fixtures::browser::Browser;
use crate::fixtures::door::doors_open;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::refused;
use crate::fixtures::photos;

const BLANK: [&str; 7] =
    ["\u{3164}", "\u{200b}", "\u{2800}", "\u{ad}", "\u{202e}\u{2066}", "\u{feff}\u{3000}", "\u{115f}\u{34f}"];

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_name_that_shows_nothing_is_empty(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.participant("women").await;
    let unit = format!("/api/v1/units/{}", evening.units[0].id);
    for blank in BLANK {
        for (asked, field) in [
            (her.patch("/api/v1/me", json!({ "nickname": blank })).await, "nickname"),
            (her.patch("/api/v1/me", json!({ "real_name": blank })).await, "real_name"),
            (her.patch("/api/v1/me", json!({ "about": blank })).await, "about"),
            (evening.organizer.patch("/api/v1/me", json!({ "name": blank })).await, "name"),
            (evening.organizer.post("/api/v1/units", json!({ "name": format!("{blank}{blank}") })).await, "name"),
            (evening.organizer.patch(&unit, json!({ "name": blank })).await, "name"),
        ] {
            refused(&asked, 422, "invalid");
            let wrong = &asked.json["errors"][0];
            assert_eq!((&wrong["field"], &wrong["code"]), (&json!(field), &json!("blank")), "{blank:?}");
        }
    }
    // Nor is it anything in a field of a page.
    let browser = Browser::of(&evening, &her).await;
    let form = [
        ("nickname", "小鹿"),
        ("gender", "female"),
        ("born_on", "1995-08-02"),
        ("real_name", "\u{3164}"),
        ("about", "\u{2800}"),
    ];
    assert_eq!(browser.send("/me/profile", &form).await.status().as_u16(), 303);
    let me = her.get("/api/v1/me").await.json;
    assert_eq!((&me["nickname"], &me["real_name"]), (&json!("小鹿"), &json!(null)), "{me}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_name_turns_what_stands_beside_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.participant("women").await;
    let answer =
        her.patch("/api/v1/me", json!({ "nickname": "小李\u{202e}(VIP)", "real_name": "\u{2067}李\u{2069}鹿" })).await;
    let named = &answer.json;
    assert_eq!((&named["nickname"], &named["real_name"]), (&json!("小李(VIP)"), &json!("李鹿")), "{}", answer.text());
    // A joiner inside an emoji is no such mark; nor is a name that reads from the right.
    for name in ["👩‍🚀小李❤️", "ئەركىن"] {
        let answer = her.patch("/api/v1/me", json!({ "nickname": name })).await;
        assert_eq!(answer.json["nickname"], name);
    }
    let organizer = Browser::of(&evening, &evening.organizer).await;
    let (_, page) = organizer.get("/office/e/qixi/registrations").await;
    assert!(page.contains("<bdi>李鹿</bdi>") && page.contains("<bdi>ئەركىن</bdi>"), "{page}");
    let own = Browser::of(&evening, &her).await;
    assert!(own.get("/me").await.1.contains("<bdi>ئەركىن</bdi>"));
}

/// As the cells of a list: 全角 letters and spaces of a Chinese keyboard are the same letters and spaces.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_name_that_is_typed_wide_is_kept_as_everybody_writes_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let her = evening.participant("women").await;
    let me = json!({ "nickname": "\u{3000}Ａｎｎａ\u{3000}小云", "real_name": "王\u{a0}Ｂ" });
    let kept = her.patch("/api/v1/me", me).await;
    assert_eq!((&kept.json["nickname"], &kept.json["real_name"]), (&json!("Anna 小云"), &json!("王 B")));
    let title = json!({ "title": "七夕\u{3000}２０２６", "venue": "Ａ座\u{3000}报告厅" });
    let event = evening.organizer.patch("/api/v1/events/qixi", title).await;
    assert_eq!((&event.json["title"], &event.json["venue"]), (&json!("七夕 2026"), &json!("A座 报告厅")));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_name_is_found_however_its_dot_is_written(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((evening, desk, guests)) = doors_open(engine, 1, 1).await else { return };
    let answer =
        guests[1].patch("/api/v1/me", json!({ "real_name": "阿依古丽·买买提", "nickname": "古丽•Guli" })).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let organizer = &evening.organizer;
    let unit = organizer.post("/api/v1/units", json!({ "name": "和田·玉都医院" })).await;
    assert_eq!(unit.status, 201, "{}", unit.text());
    let found = async |path: &str, q: &str| {
        let request = organizer.request(Method::GET, path).query(&[("q", q)]);
        organizer.send(request).await.json["items"].as_array().map_or(0, Vec::len)
    };
    for dot in ["·", "・", "•", "‧", "･", " ", "\u{3000}", "", "\u{200b}"] {
        let name = format!("阿依古丽{dot}买买提");
        assert_eq!(found("/api/v1/events/qixi/registrations", &name).await, 1, "{name}");
        assert_eq!(found("/api/v1/events/qixi/registrations", &format!("古丽{dot}买")).await, 1, "{name}");
        assert_eq!(found("/api/v1/events/qixi/registrations", &format!("古丽{dot}guli")).await, 1, "{name}");
        let hits = desk.post("/api/v1/events/qixi/check-ins/search", json!({ "name": name })).await;
        assert_eq!(hits.json["items"].as_array().map(Vec::len), Some(1), "{name}: {}", hits.text());
        let unit = format!("和田{dot}玉都");
        assert_eq!(found("/api/v1/units", &unit).await, 1, "{unit}");
        refused(&organizer.post("/api/v1/units", json!({ "name": format!("{unit}医院") })).await, 409, "unit_exists");
    }
    assert_eq!(found("/api/v1/events/qixi/registrations", "阿依古丽·艾力").await, 0);
    assert_eq!(found("/api/v1/events/qixi/registrations", "·").await, 0, "a dot is no part of a name");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn units_of_a_former_version_are_compared_without_their_dots(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let writer = evening.app.database.writer_for_schema();
    let newer = Migrator::migrations().iter().rev().take_while(|step| step.name() != "m0193_dots_in_names").count();
    Migrator::down(writer, Some(u32::try_from(newer + 1).unwrap())).await.unwrap();
    for (unit, name) in evening.units.iter().zip(["和田·玉都•医院", "甲·乙", "甲乙"]) {
        let written = Expr::value(name);
        let row = unit::Entity::update_many().filter(unit::Column::Id.eq(unit.id));
        row.col_expr(unit::Column::NameFolded, written).exec(writer).await.unwrap();
    }
    Migrator::up(writer, None).await.unwrap();
    let folded = async |at: usize| {
        let unit = unit::Entity::find_by_id(evening.units[at].id).one(writer).await.unwrap().unwrap();
        unit.name_folded
    };
    assert_eq!(folded(0).await, "和田玉都医院");
    assert_eq!((folded(1).await, folded(2).await), ("甲·乙".to_owned(), "甲乙".to_owned()), "two that would be one");
}

fn coded(format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(96, 96, |x, y| image::Rgb([x as u8, y as u8, 120]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_photo_that_was_cut_off_is_broken(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    let her = evening.participant("women").await;
    let send = async |bytes: Vec<u8>, kind: &str| {
        let request = her.request(Method::POST, "/api/v1/events/qixi/portraits").header("content-type", kind);
        her.send(request.body(bytes)).await
    };
    // As a camera makes it: a small picture, with an end of its own, stands before the large one.
    let (photo, small) = (photos::jpeg(400, 300), photos::jpeg(16, 16));
    let block = [b"Exif\0\0".as_slice(), &small].concat();
    let length = u16::try_from(block.len() + 2).unwrap().to_be_bytes();
    let photo = [&photo[..2], &[0xff, 0xe1], &length, &block, &photo[2..]].concat();
    let jpeg = photo.len();
    let padded = [&photo[..jpeg / 2], &vec![0; jpeg / 2]].concat();
    let (png, webp) = (coded(ImageFormat::Png), coded(ImageFormat::WebP));
    for (bytes, kind) in [
        (photo[..jpeg / 2].to_vec(), "image/jpeg"),
        (photo[..jpeg - 2].to_vec(), "image/jpeg"),
        (padded, "image/jpeg"),
        (png[..png.len() / 2].to_vec(), "image/png"),
        (webp[..webp.len() / 2].to_vec(), "image/webp"),
    ] {
        let answer = send(bytes, kind).await;
        assert_eq!(
            (answer.status, &answer.json["errors"][0]["code"]),
            (422, &json!("broken_photo")),
            "{}",
            answer.text()
        );
    }
    for (bytes, kind) in [(photo, "image/jpeg"), (png, "image/png"), (webp, "image/webp")] {
        assert_eq!(send(bytes, kind).await.status, 201, "{kind}");
    }
}
