//! Which house a database is, and that a key which is not its own stops the start.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use queqiao::app::App;
use queqiao::clock::Clock;
use queqiao::secrets::Secrets;
use queqiao::settings::Settings;
use rstest::rstest;

use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::the_hour;
use crate::fixtures::postgres;

/// A database nobody was in, and a key file that is not there yet.
struct Site {
    folder: tempfile::TempDir,
    settings: Settings,
}

impl Site {
    async fn of(engine: Engine) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::defaults().unwrap();
        settings.database.url = match engine {
            Sqlite => format!("sqlite://{}", folder.path().join("queqiao.sqlite3").display()).into(),
            Postgres => postgres::fresh().await?.into(),
        };
        settings.security.secret_file = folder.path().join("keys/secret.key").display().to_string();
        Some(Self { folder, settings })
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("keys/secret.key")
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("queqiao.sqlite3")
    }

    async fn open(&self) -> anyhow::Result<Arc<App>> {
        self.open_as(&self.settings, false).await
    }

    async fn open_as(&self, settings: &Settings, meant: bool) -> anyhow::Result<Arc<App>> {
        let secrets = Secrets::load(&settings.security)?;
        let secrets = if meant { secrets.expecting_new_key() } else { secrets };
        App::build(settings.clone(), Clock::stopped_at(the_hour()), secrets).await
    }

    /// Why the house does not open; there it is in words.
    async fn refused(&self) -> String {
        let refused = self.open().await.err().expect("it opened all the same");
        format!("{refused:#}")
    }
}

async fn close(app: Arc<App>) {
    app.database.clone().close().await;
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_house_has_one_id_for_as_long_as_it_stands(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(site) = Site::of(engine).await else { return };
    let first = site.open().await.unwrap();
    let id = first.house_id();
    assert!(!first.identity.to_bind, "there is nothing to bind in an empty house");
    let (address, lasting) = (first.secrets.mac("a", &[b"x"]), first.secrets.key("handles"));
    close(first).await;
    assert!(text(&site.key()).contains(&format!("house {id}\n")), "the key file knows its house");
    let again = site.open().await.unwrap();
    assert_eq!((again.house_id(), again.secrets.newest()), (id, 1));
    assert_eq!((again.secrets.mac("a", &[b"x"]), again.secrets.key("handles")), (address, lasting));
    close(again).await;

    let mut expecting = site.settings.clone();
    expecting.security.house = id.to_string();
    close(site.open_as(&expecting, false).await.unwrap()).await;
    let Some(other) = Site::of(engine).await else { return };
    assert_ne!(other.open().await.unwrap().house_id(), id, "another database is another house");
    expecting.database.url = other.settings.database.url.clone();
    expecting.security.secret = "a secret that was configured by somebody".into();
    let refused = other.open_as(&expecting, false).await.err().unwrap().to_string();
    assert!(refused.contains("security.house asks for") && refused.contains(&id.to_string()), "{refused}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_missing_key_stops_the_start_and_none_is_made(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(site) = Site::of(engine).await else { return };
    let first = site.open().await.unwrap();
    let id = first.house_id();
    close(first).await;
    let aside = site.folder.path().join("aside");
    fs::rename(site.key(), &aside).unwrap();
    let refused = site.refused().await;
    assert!(refused.contains("secret.key: the key is missing") && refused.contains("--new-key"), "{refused}");
    assert!(!site.key().exists(), "made all the same");
    fs::rename(&aside, site.key()).unwrap();
    close(site.open().await.unwrap()).await;

    fs::remove_file(site.key()).unwrap();
    let meant = site.open_as(&site.settings, true).await.unwrap();
    assert_eq!((meant.house_id(), meant.secrets.newest(), meant.identity.to_bind), (id, 2, true));
    close(meant).await;
    let after = site.open().await.unwrap();
    assert_eq!((after.house_id(), after.secrets.newest()), (id, 2), "from now on it is the house's");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_foreign_key_stops_the_start(#[values(Sqlite, Postgres)] engine: Engine) {
    let (Some(site), Some(other)) = (Site::of(engine).await, Site::of(engine).await) else { return };
    close(site.open().await.unwrap()).await;
    close(other.open().await.unwrap()).await;
    let own = fs::read(site.key()).unwrap();

    fs::write(site.key(), [7; 32]).unwrap();
    let refused = site.refused().await;
    assert!(refused.contains("this is not a key of house") && refused.contains("--new-key"), "{refused}");
    assert_eq!(fs::read(site.key()).unwrap(), [7; 32], "nothing was changed");

    fs::copy(other.key(), site.key()).unwrap();
    let refused = site.refused().await;
    assert!(refused.contains("this is house") && refused.contains("belongs to house"), "{refused}");

    fs::write(site.key(), &own).unwrap();
    let mut configured = site.settings.clone();
    configured.security.secret = "a secret that was configured by somebody".into();
    let refused = site.open_as(&configured, false).await.err().unwrap().to_string();
    assert!(refused.starts_with("security.secret: this is not a key of house"), "{refused}");

    // Among the keys of a file, none may pass for another's number.
    let hex = "ab".repeat(32);
    fs::write(site.key(), String::from_utf8(own.clone()).unwrap().replace("key 1", &format!("key 1 {hex}\nkey 2")))
        .unwrap();
    let refused = site.refused().await;
    assert!(refused.contains("key 1 is not the one") || refused.contains("key 2 is not the one"), "{refused}");
    fs::write(site.key(), own).unwrap();
    close(site.open().await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_empty_or_missing_database_where_there_was_a_house_stops_the_start_and_is_not_filled() {
    let site = Site::of(Sqlite).await.unwrap();
    close(site.open().await.unwrap()).await;
    let whole = fs::read(site.database()).unwrap();
    fs::write(site.database(), b"").unwrap();
    let refused = site.refused().await;
    assert!(refused.contains("the database is an empty file"), "{refused}");
    assert_eq!(fs::metadata(site.database()).unwrap().len(), 0, "filled all the same");
    fs::remove_file(site.database()).unwrap();
    let refused = site.refused().await;
    assert!(refused.contains("there is no database") && refused.contains("belongs to house"), "{refused}");
    assert!(!site.database().exists(), "made all the same");
    fs::write(site.database(), whole).unwrap();
    close(site.open().await.unwrap()).await;
}

/// A house from before there were numbers: its key file is 32 bytes, its database has no row.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_from_before_there_were_numbers_is_number_one(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(site) = Site::of(engine).await else { return };
    fs::create_dir(site.key().parent().unwrap()).unwrap();
    fs::write(site.key(), [5; 32]).unwrap();
    let app = site.open().await.unwrap();
    assert_eq!(app.secrets.newest(), 1);
    close(app).await;
    assert!(text(&site.key()).contains(&format!("key 1 {}\n", "05".repeat(32))), "{}", text(&site.key()));
    close(site.open().await.unwrap()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_several_processes_that_start_at_once_one_founds_the_house() {
    let Some(mut site) = Site::of(Postgres).await else { return };
    site.settings.security.secret = "a secret that several processes share".into();
    site.settings.database.connections = 4;
    let apps = futures_util::future::join_all((0..4).map(|_| site.open())).await;
    let ids: Vec<_> = apps.iter().map(|app| app.as_ref().unwrap().house_id()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
}
