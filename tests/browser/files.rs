//! A form that answers with a file leaves its page where it is, and can be sent again.

use queqiao::audit::entry;
use queqiao::events::phase::Phase;
use queqiao::registrations::registration::Status;
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::json;

use crate::fixtures::evening::Engine::{self, Sqlite};
use crate::fixtures::person::PASSWORD;
use crate::hall::Hall;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn whoever_asks_for_a_file_again_gets_it_again_and_two_taps_are_one(#[values(Sqlite)] engine: Engine) {
    let Some(hall) = Hall::open(engine, Phase::Registration).await else { return };
    hall.evening.participants("women", 2, Status::Applied).await;
    let organizer = &hall.evening.organizer;
    hall.evening.with_password(organizer, PASSWORD).await;
    let laptop = hall.laptop().await;
    hall.sign_in(&laptop, organizer).await;
    let folder = tempfile::tempdir().unwrap();
    let behavior = json!({ "behavior": "allow", "downloadPath": folder.path() });
    laptop.cdp("Browser.setDownloadBehavior", behavior).await;
    let records = async |deed: &str| {
        let entries = entry::Entity::find().filter(entry::Column::Action.eq(deed));
        entries.count(hall.evening.app.database.reader()).await.unwrap()
    };
    for (page, action, deed) in [
        ("/me/data", "/me/data/export", "data_taken_home"),
        ("/office/e/qixi/registrations", "/office/e/qixi/registrations/export", "registrations_exported"),
    ] {
        laptop.go(page).await;
        if page == "/me/data" {
            laptop.fill("export_password", PASSWORD).await;
        }
        let form = format!("document.querySelector(\"form[action='{action}']\")");
        for time in 1..=2 {
            // As a hand does it: the first tap is on its way when the second comes.
            let taps = format!(
                "(async () => {{ const act = {form}.querySelector('.act'); act.click();
                    await new Promise((go) => setTimeout(go, 80)); act.click(); }})()"
            );
            laptop.run(&taps).await;
            laptop.until(&format!("{deed} to be on record"), async || records(deed).await >= time).await;
            laptop.until_true(&format!("!{form}.dataset.sent")).await;
            assert_eq!(records(deed).await, time, "{page}: two taps are one");
        }
        assert_eq!(laptop.path().await, page, "the page stays");
    }
    let files = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name());
    let files: Vec<String> = files.map(|name| name.to_string_lossy().into_owned()).collect();
    assert!(files.iter().any(|name| name.contains("queqiao")) && files.len() >= 2, "{files:?}");
}
