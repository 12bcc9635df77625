//! What somebody with a connection to the database, and no key, gets by writing into it: nothing.

use queqiao::accounts::address::MailAddress;
use queqiao::accounts::consent::{Agreed, Sentence};
use queqiao::accounts::profile::Gender;
use queqiao::accounts::{account, password, reset_request, session, sign_up, token};
use queqiao::commands::doctor::keys;
use queqiao::events::event;
use queqiao::events::phase::Phase;
use queqiao::invitations::invitation::{self, Kind};
use queqiao::language::Language;
use queqiao::organizations::staff;
use queqiao::sealed::{SIGN_UP_EMAIL, Sealed};
use reqwest::Method;
use rstest::rstest;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde_json::{Value, json};

use crate::fixtures::browser::Browser;
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Answer, Person};

const FORGOT: &str = "/api/v1/auth/password/forgot";
const RESET: &str = "/api/v1/auth/password/reset";
const VERIFY: &str = "/api/v1/auth/verify";
const LOGIN: &str = "/api/v1/auth/login";
const REFRESH: &str = "/api/v1/auth/refresh";

/// What somebody who writes the database knows, and what they do not.
const OWN: &str = "magpies build a bridge";
const THEIRS: &str = "nobody knows this one";

/// Writes into the database as somebody would who sits at its prompt.
async fn write(evening: &Evening, sql: &str) {
    let txn = evening.app.database.begin_write().await.unwrap();
    let done = txn.execute_unprepared(sql).await.unwrap_or_else(|fault| panic!("{sql}: {fault}"));
    assert!(done.rows_affected() > 0, "{sql}");
    txn.commit().await.unwrap();
}

/// The account of a person, in SQL.
fn the(person: &Person) -> String {
    format!("(SELECT account_id FROM profile WHERE nickname = '{}')", person.nickname())
}

/// Lets an account be found by the address of another, who stands aside, with what vouches for it; and
/// written to where `says` says.
async fn exchange(evening: &Evening, victim: &Person, own: &Person, says: Option<Sealed>) {
    let own = account::Entity::find_by_id(own.account_id).one(evening.app.database.reader()).await.unwrap().unwrap();
    let txn = evening.app.database.begin_write().await.unwrap();
    let aside =
        account::ActiveModel { id: Set(own.id), email_digest: Set(own.id.as_bytes().to_vec()), ..Default::default() };
    aside.update(&txn).await.unwrap();
    let moved = account::ActiveModel {
        id: Set(victim.account_id),
        email: Set(says.or(own.email)),
        email_digest: Set(own.email_digest),
        bond: Set(own.bond),
        ..Default::default()
    };
    moved.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
}

/// A request with a browser's cookie.
async fn me(evening: &Evening, token: &str) -> Answer {
    let visitor = evening.visitor();
    let request = visitor.request(Method::GET, "/api/v1/me").header("Cookie", format!("queqiao={token}"));
    visitor.send(request).await
}

async fn session_of(evening: &Evening, person: &Person) -> String {
    let txn = evening.app.database.begin_write().await.unwrap();
    let token = session::Entity::open(&txn, &evening.app, person.account_id).await.unwrap();
    txn.commit().await.unwrap();
    token
}

/// What the doctor says about rows that were written past the house.
async fn named(evening: &Evening) -> Vec<String> {
    keys::keys(evening.app.database.reader(), &evening.app.secrets).await.unwrap().wrong
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_session_that_was_written_into_the_database_opens_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let (own, victim) = (evening.participant("men").await, evening.participant("women").await);
    let token = session_of(&evening, &own).await;
    let seen = me(&evening, &token).await;
    assert_eq!((seen.status, &seen.json["email"]), (200, &json!(own.email)), "{}", seen.text());

    // A row of one's own making, with nothing that vouches for it and with what vouches for another.
    let db = evening.app.database.reader();
    let row = session::Entity::find().filter(session::Column::AccountId.eq(own.account_id)).one(db).await.unwrap();
    let row = row.unwrap();
    for bond in [None, row.token_bond.clone()] {
        let minted = token::mint(&evening.app).unwrap();
        let forged = session::ActiveModel {
            id: Set(evening.app.new_id()),
            account_id: Set(victim.account_id),
            token_digest: Set(minted.digest),
            token_bond: Set(bond),
            ..row.clone().into_active_model().reset_all()
        };
        let txn = evening.app.database.begin_write().await.unwrap();
        forged.insert(&txn).await.unwrap();
        txn.commit().await.unwrap();
        assert_eq!(me(&evening, &minted.text).await.status, 401);
    }

    // One's own session, given to somebody else.
    let owner = format!("UPDATE session SET account_id = {} WHERE account_id = {}", the(&victim), the(&own));
    write(&evening, &owner).await;
    assert_eq!(me(&evening, &token).await.status, 401);
    assert_eq!(named(&evening).await.iter().filter(|line| line.starts_with("session")).count(), 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_address_that_was_written_into_the_database_gets_no_letter_and_claims_nothing(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let victim = evening.participant("women").await;
    let ask = async |email: &str| {
        assert_eq!(evening.visitor().post(FORGOT, json!({"email": email})).await.status, 202);
        evening.letters().await.iter().filter(|letter| letter.kind == "reset").count()
    };
    assert_eq!(ask(&victim.email).await, 1, "the owner is written to");
    // As another address stands sealed elsewhere, and as a former version wrote it in the clear.
    for (own, says) in [("thief", None), ("robber", Some(Sealed(b"\0\0\0\0robber@example.com".to_vec())))] {
        let own = evening.account(own, Gender::Male).await;
        exchange(&evening, &victim, &own, says).await;
        assert_eq!(ask(&own.email).await, 1, "the thief is written to");
    }
    assert!(
        named(&evening)
            .await
            .contains(&format!("account {}: written past the house; it opens nothing", victim.account_id))
    );
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_administrator_who_was_written_into_the_database_is_none(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let administrator = evening.administrator().await;
    let person = evening.participant("men").await;
    assert_eq!(administrator.get("/api/v1/admin/outbox").await.status, 200);
    write(&evening, &format!("UPDATE account SET administrator = TRUE WHERE id = {}", the(&person))).await;
    assert_eq!(person.get("/api/v1/admin/outbox").await.status, 403);
    let copied = format!(
        "UPDATE account SET bond = (SELECT bond FROM account WHERE id = {}) WHERE id = {}",
        the(&administrator),
        the(&person)
    );
    write(&evening, &copied).await;
    assert_eq!(person.get("/api/v1/admin/outbox").await.status, 403);
    assert_eq!(administrator.get("/api/v1/admin/outbox").await.status, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_device_and_a_screen_given_another_event_open_nothing_there(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    // Somebody's own event, at which they may have desks and screens as they like.
    let stranger = evening.stranger().await;
    let mut organizer = Browser::of(&evening, &stranger).await;
    let txn = evening.app.database.begin_write().await.unwrap();
    let staff = staff::Entity::find().filter(staff::Column::AccountId.eq(stranger.account_id));
    let organization = staff.one(&txn).await.unwrap().unwrap().organization_id;
    let own = event::ActiveModel {
        id: Set(evening.app.new_id()),
        organization_id: Set(organization),
        slug: Set("own".to_owned()),
        ..evening.event.clone().into_active_model().reset_all()
    };
    own.insert(&txn).await.unwrap();
    txn.commit().await.unwrap();

    let invited = stranger.post("/api/v1/events/own/devices", json!({})).await;
    assert_eq!(invited.status, 201, "{}", invited.text());
    let pairing = json!({"token": invited.json["token"], "name": "东门"});
    // An invitation that was moved pairs nothing there.
    let moved = "UPDATE device SET event_id = (SELECT id FROM event WHERE slug = 'qixi')";
    write(&evening, moved).await;
    assert_eq!(evening.visitor().post("/api/v1/devices/pair", pairing.clone()).await.status, 404);
    write(&evening, "UPDATE device SET event_id = (SELECT id FROM event WHERE slug = 'own')").await;
    let paired = evening.visitor().post("/api/v1/devices/pair", pairing).await;
    assert_eq!(paired.status, 201, "{}", paired.text());
    let mut desk = evening.visitor();
    desk.token = paired.json["token"].as_str().map(str::to_owned);
    assert_eq!(desk.get("/api/v1/events/own/check-ins/roster").await.status, 200);
    write(&evening, moved).await;
    assert_ne!(desk.get("/api/v1/events/qixi/check-ins/roster").await.status, 200, "a desk at somebody else's door");

    let made = organizer.send("/e/own/console/screens", &[]).await;
    let (_, page) = organizer.arrive(made).await;
    let (_, link) = page.split_once("/screen/").expect("the page tells a link");
    let link: String = link.chars().take(43).collect();
    let mut screen = Browser::open(&evening);
    let entered = screen.send(&format!("/screen/{link}"), &[]).await;
    let cookie = entered.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
    screen.cookie = Some(cookie);
    assert_eq!(screen.get("/e/own/stage").await.0, 200);
    write(&evening, "UPDATE screen_pass SET event_id = (SELECT id FROM event WHERE slug = 'qixi')").await;
    assert_ne!(screen.get("/e/qixi/stage").await.0, 200, "a screen at somebody else's evening");
}

/// A person with a password of their own.
async fn with_password(evening: &Evening, name: &str, password: &str) -> Person {
    let person = evening.account(name, Gender::Female).await;
    let hash = password::hash(&evening.app, password).await.unwrap();
    let sealed = account::sealed_hash(&evening.app, person.account_id, &hash).unwrap();
    let txn = evening.app.database.begin_write().await.unwrap();
    let row = account::ActiveModel { id: Set(person.account_id), password: Set(Some(sealed)), ..Default::default() };
    row.update(&txn).await.unwrap();
    txn.commit().await.unwrap();
    person
}

async fn log_in(evening: &Evening, person: &Person, password: &str) -> Answer {
    evening.visitor().post(LOGIN, json!({"email": person.email, "password": password})).await
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_password_that_was_written_into_the_database_opens_nothing(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let own = with_password(&evening, "own", OWN).await;
    let victim = with_password(&evening, "victim", THEIRS).await;
    assert_eq!(log_in(&evening, &own, OWN).await.status, 200);
    assert_eq!(log_in(&evening, &victim, THEIRS).await.status, 200);
    let row = account::Entity::find_by_id(own.account_id).one(evening.app.database.reader()).await.unwrap().unwrap();
    let stored = row.password.unwrap();
    assert!(!stored.windows(6).any(|bytes| bytes == b"argon2"), "a hash to guess at");

    let copied = format!(
        "UPDATE account SET password = (SELECT password FROM account WHERE id = {}) WHERE id = {}",
        the(&own),
        the(&victim)
    );
    write(&evening, &copied).await;
    assert_eq!(log_in(&evening, &victim, OWN).await.status, 401);
    // As a former version kept it.
    let hash = password::hash(&evening.app, OWN).await.unwrap();
    for sealed in ["NULL", "password"] {
        let plain =
            format!("UPDATE account SET password_hash = '{hash}', password = {sealed} WHERE id = {}", the(&victim));
        write(&evening, &plain).await;
        assert_eq!(log_in(&evening, &victim, OWN).await.status, 401);
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_link_that_was_given_somebody_else_sets_no_password_and_proves_no_address(
    #[values(Sqlite, Postgres)] engine: Engine,
) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let (own, victim) = (evening.account("own", Gender::Male).await, evening.account("victim", Gender::Female).await);
    let reset = async |token: &str| {
        evening.visitor().post(RESET, json!({"token": token, "password": "four unrelated magpies"})).await.status
    };
    let link = async || {
        let minted = token::mint(&evening.app).unwrap();
        let address = MailAddress::read(&own.email).unwrap();
        let lasts = chrono::Duration::hours(1);
        let row = reset_request::Model::new(&evening.app, own.account_id, &address, minted.digest, lasts);
        let txn = evening.app.database.begin_write().await.unwrap();
        row.into_active_model().reset_all().insert(&txn).await.unwrap();
        txn.commit().await.unwrap();
        minted.text
    };
    let moved = link().await;
    write(&evening, &format!("UPDATE reset_request SET account_id = {}", the(&victim))).await;
    assert_eq!(reset(&moved).await, 422);
    assert!(reset(&link().await).await < 300, "one's own link works");
    // Not even where the account goes by the address it was written to.
    let moved = link().await;
    write(&evening, &format!("UPDATE reset_request SET account_id = {}", the(&victim))).await;
    exchange(&evening, &victim, &own, None).await;
    assert_eq!(reset(&moved).await, 422);

    let minted = token::mint(&evening.app).unwrap();
    let (id, until) = (evening.app.new_id(), evening.app.now() + chrono::Duration::hours(1));
    let digest = |email: &str| SIGN_UP_EMAIL.digest(&evening.app.secrets, email);
    let row = sign_up::Model {
        id,
        email: SIGN_UP_EMAIL.seal(&evening.app.secrets, &[id], "thief@example.com").unwrap(),
        email_digest: digest("thief@example.com"),
        nickname: "云上的喜鹊".to_owned(),
        gender: Gender::Female,
        unit_id: None,
        language: Language::Zh,
        agreed: Agreed::to(Sentence::OF_ACCOUNT, Language::Zh),
        token_digest: minted.digest,
        at: evening.app.now(),
        expires_at: until,
        token_bond: None,
    };
    let txn = evening.app.database.begin_write().await.unwrap();
    row.bound(&evening.app).into_active_model().reset_all().insert(&txn).await.unwrap();
    txn.commit().await.unwrap();
    let found_by = async |email: &str| {
        let txn = evening.app.database.begin_write().await.unwrap();
        let row = sign_up::ActiveModel { id: Set(id), email_digest: Set(digest(email)), ..Default::default() };
        row.update(&txn).await.unwrap();
        txn.commit().await.unwrap();
    };
    let prove = async || {
        evening.visitor().post(VERIFY, json!({"token": minted.text, "password": "four unrelated magpies"})).await.status
    };
    found_by("boss@example.com").await;
    assert_eq!(prove().await, 422);
    found_by("thief@example.com").await;
    assert_eq!(prove().await, 200);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_sign_in_that_was_given_somebody_else_is_over(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let own = with_password(&evening, "own", OWN).await;
    let victim = with_password(&evening, "victim", THEIRS).await;
    let tokens = log_in(&evening, &own, OWN).await.json;
    assert_eq!(log_in(&evening, &victim, THEIRS).await.status, 200);
    let refresh = async |token: &Value| evening.visitor().post(REFRESH, json!({"refresh_token": token})).await;
    let give = |from: &Person, to: &Person| {
        format!("UPDATE token_family SET account_id = {} WHERE account_id = {}", the(to), the(from))
    };
    write(&evening, &give(&own, &victim)).await;
    assert_eq!(refresh(&tokens["refresh_token"]).await.status, 401);

    // One's own token, put into the family of somebody else's.
    let tokens = log_in(&evening, &own, OWN).await.json;
    let family = format!("(SELECT id FROM token_family WHERE account_id = {} LIMIT 1)", the(&victim));
    let own_family = format!("(SELECT id FROM token_family WHERE account_id = {} LIMIT 1)", the(&own));
    write(&evening, &format!("UPDATE refresh_token SET family_id = {family} WHERE family_id = {own_family}")).await;
    assert_eq!(refresh(&tokens["refresh_token"]).await.status, 401);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_invitation_that_was_changed_past_the_house_invites_nobody(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(evening) = Evening::begin(engine, Phase::Registration).await else { return };
    let thief = evening.account("thief", Gender::Male).await;
    let invite = async |email: &str, role: &str| {
        let wish = json!({"email": email, "role": role});
        let answer = evening.organizer.post("/api/v1/events/qixi/crew", wish).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json["id"].as_str().unwrap().parse::<uuid::Uuid>().unwrap()
    };
    let (own, other) = (invite(&thief.email, "desk").await, invite("boss@example.com", "volunteer").await);
    let find = async |id| invitation::Entity::find_by_id(id).one(evening.app.database.reader()).await.unwrap().unwrap();
    let put = async |row: invitation::Model| {
        let txn = evening.app.database.begin_write().await.unwrap();
        row.into_active_model().reset_all().update(&txn).await.unwrap();
        txn.commit().await.unwrap();
    };
    let accept = async |id| {
        let path = format!("/api/v1/me/invitations/{id}/accept");
        thief.post(&path, json!({"name": "某人"})).await.status
    };
    let (as_it_was, theirs) = (find(own).await, find(other).await);

    // One's own, to be something else, at another event, or for longer.
    let (_, elsewhere) = evening.other_union(Phase::Registration).await;
    let later = as_it_was.expires_at + chrono::Duration::days(300);
    for forged in [
        invitation::Model { kind: Kind::Host, ..as_it_was.clone() },
        invitation::Model { subject_id: elsewhere.id, event_id: Some(elsewhere.id), ..as_it_was.clone() },
        invitation::Model { expires_at: later, ..as_it_was.clone() },
    ] {
        put(forged).await;
        assert_eq!(accept(own).await, 404);
        assert_eq!(thief.get("/api/v1/me/invitations").await.json["items"], json!([]));
    }
    // Somebody else's, as if it were to oneself.
    put(invitation::Model {
        email: as_it_was.email.clone(),
        email_digest: as_it_was.email_digest.clone(),
        ..theirs.clone()
    })
    .await;
    assert_ne!(accept(other).await, 200);
    // A link of one's own for an address that has no account: it would be one's to take.
    let minted = token::mint(&evening.app).unwrap();
    put(invitation::Model { token_digest: minted.digest, ..theirs.clone() }).await;
    let taken = json!({"token": minted.text, "password": "four unrelated magpies"});
    let taken = evening.visitor().post(VERIFY, taken).await;
    assert_eq!((taken.status, taken.code()), (422, "token_invalid"), "{}", taken.text());
    assert!(named(&evening).await.iter().any(|line| line.starts_with(&format!("invitation {other}: "))));

    for row in [as_it_was, theirs] {
        put(row).await;
    }
    assert_eq!(accept(own).await, 200, "as the house wrote it");
}
