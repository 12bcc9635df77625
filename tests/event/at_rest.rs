//! What somebody reads who has the database and not the secret: nothing about anybody.

use migration::{Migrator, MigratorTrait};
use queqiao::accounts::{account, profile};
use queqiao::app::App;
use queqiao::clock::Clock;
use queqiao::database::Database;
use queqiao::dates::date_note;
use queqiao::events::phase::Phase;
use queqiao::mail::letter;
use queqiao::mail::postman::Postman;
use queqiao::registrations::registration::Status;
use queqiao::sealed;
use queqiao::secrets::Secrets;
use queqiao::server::jobs;
use queqiao::settings::Settings;
use rstest::rstest;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, Statement};
use serde_json::json;
use uuid::Uuid;

use crate::fixtures::browser::Browser;
use crate::fixtures::couples::matched;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::{Evening, the_hour};
use crate::fixtures::person::Person;
use crate::fixtures::postgres;

const PASSWORD: &str = "magpies build a bridge";

/// Every byte in this folder.
fn files(folder: &std::path::Path) -> Vec<u8> {
    let files = std::fs::read_dir(folder).unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file());
    files.flat_map(|path| std::fs::read(path).unwrap()).collect()
}

/// Every row of every table of PostgreSQL, as text.
async fn rows(db: &impl ConnectionTrait) -> Vec<u8> {
    let ask =
        async |question: String| db.query_all_raw(Statement::from_string(DbBackend::Postgres, question)).await.unwrap();
    let tables = "SELECT table_name::text AS name FROM information_schema.tables \
        WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
    let mut held = Vec::new();
    for table in ask(tables.to_owned()).await {
        let name: String = table.try_get("", "name").unwrap();
        for row in ask(format!("SELECT t::text AS row FROM \"{name}\" t")).await {
            held.extend(row.try_get::<String>("", "row").unwrap().into_bytes());
        }
    }
    held
}

/// All that the house's database holds.
async fn held(evening: &Evening) -> Vec<u8> {
    match evening.app.database.is_postgres() {
        true => rows(evening.app.database.reader()).await,
        false => files(evening.folder()),
    }
}

/// As it is, or in hexadecimals, as PostgreSQL writes bytes.
fn stands(held: &[u8], needle: &[u8]) -> bool {
    let hex: String = needle.iter().map(|byte| format!("{byte:02x}")).collect();
    let is_in = |needle: &[u8]| held.windows(needle.len()).any(|window| window == needle);
    !needle.is_empty() && (is_in(needle) || is_in(hex.as_bytes()))
}

async fn describe(person: &Person, real_name: &str, phone: &str, wechat: &str) {
    let me = json!({ "real_name": real_name, "phone": phone, "wechat": wechat });
    assert_eq!(person.patch("/api/v1/me", me).await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_copy_of_the_database_tells_no_name_number_letter_or_session(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some((hall, id)) = matched(engine).await else { return };
    let (evening, he, she) = (&hall.evening, &hall.men[0], &hall.women[0]);
    let mut secrets: Vec<String> = Vec::new();
    for (person, name, phone, wechat) in
        [(he, "欧阳长庚", "13912345678", "niulang-1983"), (she, "司马织云", "+86 139 8765 4321", "zhinv-0707")]
    {
        describe(person, name, phone, wechat).await;
        secrets.extend([name, phone, wechat].map(str::to_owned));
        let offer = json!({ "fields": ["wechat", "phone"] });
        assert_eq!(person.post(&format!("/api/v1/matches/{id}/contact"), offer).await.status, 200);
    }
    let txn = evening.app.database.begin_write().await.unwrap();
    let note = "说话轻声细语，喜欢看星星";
    date_note::put(&txn, &evening.app, (he.registration_id, she.registration_id), note).await.unwrap();
    txn.commit().await.unwrap();
    secrets.push(note.to_owned());

    // The addresses they sign in with, that of somebody who is invited, one that signs up; a birthday.
    secrets.extend([he.email.clone(), she.email.clone()]);
    let invited = json!({ "email": "lu.su@example.com", "role": "host" });
    assert_eq!(evening.organizer.post("/api/v1/events/qixi/crew", invited).await.status, 201);
    let signs_up = json!({ "email": "xiaoqiao@example.com", "nickname": "小乔", "gender": "female" });
    assert_eq!(evening.visitor().post("/api/v1/auth/register", signs_up).await.status, 202);
    assert_eq!(she.patch("/api/v1/me", json!({ "born_on": "1994-07-07" })).await.status, 200);
    secrets.extend(["lu.su@example.com", "xiaoqiao@example.com", "1994-07-07"].map(str::to_owned));

    evening.with_password(he, PASSWORD).await;
    let visitor = evening.visitor();
    let tokens = visitor.post("/api/v1/auth/login", json!({ "email": he.email, "password": PASSWORD })).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text());
    secrets.extend(["access_token", "refresh_token"].map(|token| tokens.json[token].as_str().unwrap().to_owned()));
    let browser = Browser::of(evening, he).await;
    secrets.extend(browser.cookie.iter().map(|cookie| cookie.split_once('=').unwrap().1.to_owned()));
    visitor.post("/api/v1/auth/password/forgot", json!({ "email": she.email })).await;
    let announcement = json!({ "subject": "集合地点改到东门", "text": "请各位嘉宾提前十分钟到东门集合，带好号码牌。" });
    let sent = evening.organizer.post("/api/v1/events/qixi/announcements", announcement).await;
    assert!(sent.status < 300, "{}", sent.text());
    Postman::new(&evening.app).unwrap().step().await.unwrap();
    let letters = evening.letters().await;
    let token = letters.iter().find_map(|letter| letter.plain.split_once("token=")).unwrap().1;
    secrets.push(token.split_whitespace().next().unwrap().to_owned());
    for letter in &letters {
        secrets.push(letter.subject.clone());
        secrets.extend(letter.plain.lines().filter(|line| line.chars().count() > 5).map(str::to_owned));
    }
    assert!(secrets.len() > 20 && letters.len() > 4, "{secrets:?}");

    if engine == Sqlite {
        let copy = format!("VACUUM INTO '{}'", evening.folder().join("backup.sqlite3").display());
        evening.app.database.writer_for_schema().execute_unprepared(&copy).await.unwrap();
    }
    let held = held(evening).await;
    assert!(stands(&held, "情定七夕".as_bytes()), "the copy is one");
    for secret in &secrets {
        assert!(!stands(&held, secret.as_bytes()), "{secret} stands in the database");
    }
    // And those it is for still read it.
    let me = he.get("/api/v1/me").await.json;
    assert_eq!((&me["real_name"], &me["phone"]), (&json!("欧阳长庚"), &json!("13912345678")));
    let theirs = &she.get(&format!("/api/v1/matches/{id}")).await.json["contact"]["theirs"];
    assert_eq!((&theirs["wechat"], &theirs["phone"]), (&json!("niulang-1983"), &json!("13912345678")));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn organizers_find_people_by_a_part_of_a_name_that_is_sealed(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let guests = evening.participants("men", 5, Status::Applied).await;
    describe(&guests[1], "欧阳长庚", "13912345678", "niulang").await;
    describe(&guests[3], "欧阳修", "13912345679", "zuiweng").await;
    describe(&guests[4], "Ada O'Brien", "13912345670", "ada").await;
    let search = async |q: &str| -> Vec<String> {
        let mut url = reqwest::Url::parse("http://house/api/v1/events/qixi/registrations?limit=2").unwrap();
        url.query_pairs_mut().append_pair("q", q);
        let found = evening.organizer.get(&format!("{}?{}", url.path(), url.query().unwrap())).await;
        assert_eq!(found.status, 200, "{}", found.text());
        let items = found.json["items"].as_array().unwrap().clone();
        items.iter().map(|row| row["real_name"].as_str().unwrap_or("-").to_owned()).collect()
    };
    assert_eq!(search("欧阳").await, ["欧阳长庚", "欧阳修"]);
    assert_eq!(search("长庚").await, ["欧阳长庚"]);
    assert_eq!(search("o'brien").await, ["Ada O'Brien"]);
    assert_eq!(search("司马").await, Vec::<String>::new());
    assert_eq!(search("guest-").await.len(), 2, "nicknames, as before, and no more than were asked for");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_erased_or_taken_down_is_gone_from_the_files_within_a_round(#[values(Sqlite)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Online).await else { return };
    // So many that pages are full and rows have neighbours.
    let crowd = evening.participants("women", 60, Status::Approved).await;
    let him = evening.participant("men").await;
    describe(&him, "欧阳长庚", "13912345678", "niulang-1983").await;
    let about = "昨夜星辰昨夜风，画楼西畔桂堂东";
    let nickname = "牧牛人甲";
    assert_eq!(him.patch("/api/v1/me", json!({ "nickname": nickname, "about": about })).await.status, 200);
    let post = him.post("/api/v1/events/qixi/posts", json!({ "body": "身无彩凤双飞翼，心有灵犀一点通" })).await;
    assert_eq!(post.status, 201, "{}", post.text());
    let hers = crowd[7].post("/api/v1/events/qixi/posts", json!({ "body": "银烛秋光冷画屏，轻罗小扇扑流萤" })).await;
    assert_eq!(hers.status, 201, "{}", hers.text());
    evening.visitor().post("/api/v1/auth/password/forgot", json!({ "email": him.email })).await;
    for guest in &crowd[20..50] {
        describe(guest, "某人", "13900000000", "nobody").await;
    }
    let db = evening.app.database.reader();
    let own = profile::Entity::find_by_id(him.account_id).one(db).await.unwrap().unwrap();
    let letter = evening.letters_to(&him, "reset").await.remove(0);
    let sealed = [own.real_name, own.phone, own.wechat, Some(letter.row.recipient), letter.row.contents];
    let mut traces: Vec<Vec<u8>> = sealed.into_iter().map(|sealed| sealed.unwrap().0).collect();
    traces.extend([nickname, about, "心有灵犀一点通"].map(|trace| trace.as_bytes().to_vec()));
    evening.app.database.checkpoint().await.unwrap();
    let before = files(evening.folder());
    for trace in &traces {
        assert!(stands(&before, &trace[..trace.len().min(200)]), "it was there");
    }

    assert_eq!(evening.leaves(&him).await.status, 204);
    let id = hers.json["id"].as_str().unwrap();
    let down = crowd[7].delete(&format!("/api/v1/events/qixi/contributions/{id}")).await;
    assert_eq!(down.status, 204, "{}", down.text());
    jobs::once(&evening.app).await;
    let after = files(evening.folder());
    traces.push("轻罗小扇扑流萤".as_bytes().to_vec());
    for trace in &traces {
        let trace_text = String::from_utf8_lossy(trace);
        assert!(!stands(&after, &trace[..trace.len().min(200)]), "{trace_text} is still there");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn on_a_server_what_is_erased_is_cleared_out_of_its_tables_within_a_round() {
    let Some(evening) = Evening::begin(Postgres, Phase::Online).await else { return };
    let him = evening.participant("men").await;
    let db = evening.app.database.reader();
    // Nothing else clears there: the server of the stories does not do so by itself.
    let cleared = async || {
        let tables = "SELECT count(*) FROM pg_stat_user_tables WHERE vacuum_count > 0 \
                      AND relname IN ('account', 'profile', 'registration', 'letter')";
        let counted = db.query_one_raw(Statement::from_string(db.get_database_backend(), tables)).await;
        counted.unwrap().unwrap().try_get_by_index::<i64>(0).unwrap()
    };
    jobs::once(&evening.app).await;
    assert_eq!(cleared().await, 0);
    assert_eq!(evening.leaves(&him).await.status, 204);
    jobs::once(&evening.app).await;
    assert_eq!(cleared().await, 4);
}

/// As a house of the former version left it: a person and a letter, in the clear.
async fn former(url: &str) -> [Uuid; 2] {
    let database = Database::connect(&url.to_owned().into(), 2).await.unwrap();
    database.migrate().await.unwrap();
    let writer = database.writer_for_schema();
    let newer = Migrator::migrations().iter().rev().take_while(|step| step.name() >= "m0110").count();
    Migrator::down(writer, Some(u32::try_from(newer).unwrap())).await.unwrap();
    let [person, letter] = [Uuid::from_u128(0x17), Uuid::from_u128(0x18)];
    let id = |id: Uuid| match database.is_postgres() {
        true => format!("'{id}'"),
        false => format!("x'{}'", id.simple()),
    };
    let (person_id, letter_id, yes) = (id(person), id(letter), if database.is_postgres() { "false" } else { "0" });
    for statement in [
        format!(
            "INSERT INTO account (id, email, language, administrator, created_at) \
             VALUES ({person_id}, 'li@example.com', 'zh', {yes}, '2026-08-01 00:00:00+00:00')"
        ),
        format!(
            "INSERT INTO profile (account_id, nickname, gender, interests, real_name, phone, wechat) \
             VALUES ({person_id}, '小云', 'female', '[]', '欧阳长庚', '13912345678', NULL)"
        ),
        format!(
            "INSERT INTO letter (id, kind, recipient, language, subject, plain, html, attachments, state, tries, \
             refusals, not_before, posted_at, last_error) VALUES ({letter_id}, 'reset', 'li@example.com', 'zh', \
             '重设密码 \"一\"', '请点 token=geheim', '<p>请点</p>', '[]', 'waiting', 0, 0, '2026-08-01 00:00:00+00:00', \
             '2026-08-01 00:00:00+00:00', 'no such li@example.com')"
        ),
    ] {
        writer.execute_unprepared(&statement).await.unwrap();
    }
    database.close().await;
    [person, letter]
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_a_former_version_wrote_in_the_clear_is_sealed_before_anybody_is_answered(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let folder = tempfile::tempdir().unwrap();
    let url = match engine {
        Sqlite => format!("sqlite://{}/queqiao.sqlite3", folder.path().display()),
        Postgres => {
            let Some(url) = postgres::fresh().await else { return };
            url
        }
    };
    let [person, letter] = former(&url).await;
    let mut settings = Settings::defaults().unwrap();
    settings.database.url = url.clone().into();
    let app = App::build(settings, Clock::stopped_at(the_hour()), Secrets::fresh().unwrap()).await.unwrap();
    let db = app.database.reader();
    let own = profile::Entity::find_by_id(person).one(db).await.unwrap().unwrap();
    let private = own.private(&app.secrets).unwrap();
    assert_eq!((private.real_name.as_deref(), private.phone.as_deref()), (Some("欧阳长庚"), Some("13912345678")));
    assert_eq!(private.wechat, None);
    assert_eq!(sealed::REAL_NAME.digest(&app.secrets, "欧阳 长庚"), own.real_name_digest.unwrap());
    let account = account::Entity::of_email(&app.secrets, "li@example.com").one(db).await.unwrap().unwrap();
    assert_eq!((account.id, account.address(&app.secrets).unwrap().as_str()), (person, "li@example.com"));
    let letter = letter::Entity::find_by_id(letter).one(db).await.unwrap().unwrap();
    assert_eq!(letter.to(&app.secrets).unwrap(), "li@example.com");
    assert_eq!(letter.last_error(&app.secrets).unwrap().as_deref(), Some("no such li@example.com"));
    let contents = letter.contents(&app.secrets).unwrap().unwrap();
    assert_eq!((contents.subject.as_str(), contents.plain.as_str()), ("重设密码 \"一\"", "请点 token=geheim"));
    let held = if engine == Sqlite { files(folder.path()) } else { rows(db).await };
    for clear in ["欧阳长庚", "13912345678", "重设密码", "geheim", "no such", "li@example.com"] {
        assert!(!stands(&held, clear.as_bytes()), "{clear} is still there");
    }
    // Once more changes nothing.
    assert_eq!(sealed::renew::seal(&app.database, &app.secrets).await.unwrap(), 0);

    // Down again loses what was sealed, as it says, and up again finds its way.
    let writer = app.database.writer_for_schema();
    let newer = Migrator::migrations().iter().rev().take_while(|step| step.name() >= "m0110").count();
    Migrator::down(writer, Some(u32::try_from(newer).unwrap())).await.unwrap();
    Migrator::up(writer, None).await.unwrap();
    sealed::renew::seal(&app.database, &app.secrets).await.unwrap();
    let own = profile::Entity::find_by_id(person).one(db).await.unwrap().unwrap();
    assert_eq!((own.nickname.as_str(), own.private(&app.secrets).unwrap().real_name), ("小云", None));
    let letter = letter::Entity::find_by_id(letter.id).one(db).await.unwrap().unwrap();
    assert_eq!((letter.state, letter.to(&app.secrets).unwrap().as_str()), (letter::State::Failed, ""));
}

/// Before addresses and birthdays were sealed.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn addresses_and_birthdays_of_a_former_version_are_sealed_and_found(#[values(Sqlite, Postgres)] engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let url = match engine {
        Sqlite => format!("sqlite://{}/queqiao.sqlite3", folder.path().display()),
        Postgres => {
            let Some(url) = postgres::fresh().await else { return };
            url
        }
    };
    let mut settings = Settings::defaults().unwrap();
    settings.database.url = url.into();
    let database = Database::open(&settings.database).await.unwrap();
    database.migrate().await.unwrap();
    let writer = database.writer_for_schema();
    let steps = Migrator::migrations();
    let newer = steps.len() - steps.iter().position(|step| step.name() == "m0190_sealed_addresses").unwrap();
    Migrator::down(writer, Some(u32::try_from(newer).unwrap())).await.unwrap();
    let person = Uuid::from_u128(0x19);
    let (id, no) = match database.is_postgres() {
        true => (format!("'{person}'"), "false"),
        false => (format!("x'{}'", person.simple()), "0"),
    };
    for statement in [
        format!(
            "INSERT INTO account (id, email, language, administrator, created_at) \
             VALUES ({id}, 'li@example.com', 'zh', {no}, '2026-08-01 00:00:00+00:00')"
        ),
        format!(
            "INSERT INTO profile (account_id, nickname, gender, born_on, birth_year, interests) \
             VALUES ({id}, '小云', 'female', '1994-07-07', 1994, '[]')"
        ),
    ] {
        writer.execute_unprepared(&statement).await.unwrap();
    }
    database.close().await;
    let app = App::build(settings, Clock::stopped_at(the_hour()), Secrets::fresh().unwrap()).await.unwrap();
    let db = app.database.reader();
    let account = account::Entity::of_email(&app.secrets, "li@example.com").one(db).await.unwrap().unwrap();
    assert_eq!((account.id, account.address(&app.secrets).unwrap().as_str()), (person, "li@example.com"));
    assert!(account.is_bound(&app), "vouched for as it is found now");
    let own = profile::Entity::find_by_id(person).one(db).await.unwrap().unwrap();
    assert_eq!(own.born_on(&app.secrets).unwrap().unwrap().to_string(), "1994-07-07");
    let held = if engine == Sqlite { files(folder.path()) } else { rows(db).await };
    for clear in ["li@example.com", "1994-07-07"] {
        assert!(!stands(&held, clear.as_bytes()), "{clear} is still there");
    }
}
