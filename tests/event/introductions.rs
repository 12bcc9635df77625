//! Stories of the room `introductions`.

mod later;
mod own;
mod withdrawn;

use std::sync::Arc;

use chrono::Duration;
use queqiao::audit::entry;
use queqiao::events::crew::Role;
use queqiao::events::phase::Phase;
use queqiao::introductions::{answer, introduction, lapse, place, request};
use queqiao::registrations::registration::{Side, Status};
use rstest::rstest;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::fixtures::browser::{Browser, header, read, unmarked};
use crate::fixtures::evening::Engine::{self, Postgres, Sqlite};
use crate::fixtures::evening::Evening;
use crate::fixtures::person::{Person, refused};

const MINE: &str = "/api/v1/events/qixi/introductions";
const REQUEST: &str = "/api/v1/events/qixi/introductions/request";
const REQUESTS: &str = "/api/v1/organizations/yanyuan/introductions/requests";
const PROPOSALS: &str = "/api/v1/organizations/yanyuan/introductions";

/// An event that is over, two men and two women of it, and a volunteer.
struct After {
    evening: Evening,
    men: Vec<Person>,
    women: Vec<Person>,
    volunteer: Person,
}

async fn after(engine: Engine) -> Option<After> {
    let mut evening = Evening::begin(engine, Phase::Online).await?;
    let men = evening.participants("men", 2, Status::Confirmed).await;
    let women = evening.participants("women", 2, Status::NotSelected).await;
    let volunteer = evening.crew(Role::Volunteer).await;
    evening.move_to(Phase::Closed).await;
    Some(After { evening, men, women, volunteer })
}

fn wish(words: &str, shows: &[&str]) -> Value {
    let wish = json!({ "ages": ["25-29"], "education": "本科", "district": "海淀", "words": words });
    json!({ "wish": wish, "shows": shows, "agrees": true })
}

impl After {
    /// The first man and the first woman ask.
    async fn both_ask(&self) {
        for person in [&self.men[0], &self.women[0]] {
            asks(person).await;
        }
    }

    /// What the volunteer is told somebody asks by.
    async fn request_of(&self, person: &Person) -> String {
        let row = request::Entity::find().filter(request::Column::AccountId.eq(person.account_id));
        row.one(self.evening.app.database.reader()).await.unwrap().unwrap().id.to_string()
    }

    async fn propose(&self, one: &Person, other: &Person) -> crate::fixtures::person::Answer {
        let pair = json!({ "one": self.request_of(one).await, "other": self.request_of(other).await });
        self.evening.again(&self.volunteer).post(PROPOSALS, pair).await
    }

    /// The first man and the first woman are proposed to each other.
    async fn proposed(&self) -> String {
        self.both_ask().await;
        let answer = self.propose(&self.men[0], &self.women[0]).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json["id"].as_str().unwrap().to_owned()
    }

    async fn mine(&self, person: &Person) -> Value {
        let answer = self.evening.again(person).get(MINE).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json
    }

    async fn says(&self, person: &Person, id: &str, yes: bool) -> u16 {
        let path = format!("/api/v1/introductions/{id}/answer");
        self.evening.again(person).put(&path, json!({ "yes": yes })).await.status
    }

    async fn outcome(&self) -> Value {
        self.evening.again(&self.volunteer).get(PROPOSALS).await.json["items"][0].clone()
    }

    async fn page(&self, person: &Person) -> String {
        let (status, page) = Browser::of(&self.evening, person).await.get("/e/qixi/introductions").await;
        assert_eq!(status, 200, "{page}");
        unmarked(&page)
    }
}

async fn asks(person: &Person) {
    let answer = person.put(REQUEST, wish("爱笑的人", &["age", "education", "about"])).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_asks_says_so_themself_and_takes_it_back(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(mut evening) = Evening::begin(engine, Phase::OnSite).await else { return };
    let guest = evening.participant_as("men", Status::Confirmed).await;
    let unselected = evening.participant_as("women", Status::NotSelected).await;
    let applied = evening.participant_as("women", Status::Applied).await;
    let volunteer = evening.crew(Role::Volunteer).await;
    refused(&guest.put(REQUEST, wish("", &["age"])).await, 409, "phase_closed");
    // The evening takes place without her.
    assert_eq!(unselected.put(REQUEST, wish("爱笑的人", &["age", "nickname"])).await.status, 204);
    refused(&applied.put(REQUEST, wish("", &["age"])).await, 403, "not_approved");
    evening.move_to(Phase::Closed).await;
    for _ in 0..2 {
        assert_eq!(guest.put(REQUEST, wish("会做饭的人", &["age", "education"])).await.status, 204);
    }
    for (body, field) in [
        (json!({ "shows": ["age"], "agrees": false }), "agrees"),
        (json!({ "shows": ["age", "age"], "agrees": true }), "shows[1]"),
        (json!({ "shows": ["age"], "agrees": true, "wish": { "ages": ["12-13"] } }), "wish.ages[0]"),
    ] {
        let wrong = guest.put(REQUEST, body).await;
        assert_eq!((wrong.status, &wrong.json["errors"][0]["field"]), (422, &json!(field)), "{}", wrong.text());
    }
    for body in [json!({ "shows": [], "agrees": true }), json!({ "shows": ["salary"], "agrees": true }), json!({})] {
        refused(&guest.put(REQUEST, body).await, 422, "invalid");
    }
    assert_eq!(guest.get(MINE).await.json["request"]["wish"]["words"], "会做饭的人");
    let seen = volunteer.get(REQUESTS).await;
    let names: Vec<&Value> =
        seen.json["items"].as_array().unwrap().iter().map(|one| &one["person"]["nickname"]).collect();
    assert_eq!(names, [&json!(unselected.nickname()), &json!(guest.nickname())], "{}", seen.text());
    assert_eq!(seen.json["items"][1]["wish"]["words"], "会做饭的人");
    for private in ["example.com", "13800000000", "wx-", "registration", "account"] {
        assert!(!seen.text().contains(private), "{private}: {}", seen.text());
    }
    // For volunteers and organizers of this union, and nobody else.
    assert_eq!(evening.organizer.get(REQUESTS).await.status, 200);
    let (other, _) = evening.other_union(Phase::Closed).await;
    for person in [&guest, &other, &evening.crew(Role::Host).await, &evening.crew(Role::Desk).await] {
        refused(&person.get(REQUESTS).await, 404, "not_found");
        refused(&person.get(PROPOSALS).await, 404, "not_found");
        let (status, _) = Browser::of(&evening, person).await.get("/volunteer/introductions").await;
        assert_eq!(status, if person.account_id == other.account_id { 200 } else { 404 });
    }
    let sealed = request::Entity::find().all(evening.app.database.reader()).await.unwrap();
    assert!(sealed.iter().all(|row| !String::from_utf8_lossy(&row.wish.0).contains("做饭")));
    for _ in 0..2 {
        assert_eq!(guest.delete(REQUEST).await.status, 204);
    }
    assert_eq!(volunteer.get(REQUESTS).await.json["items"].as_array().unwrap().len(), 1);
    assert_eq!(guest.get(MINE).await.json["request"], Value::Null);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn only_two_yeses_tell_both_and_open_the_exchange(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(after) = after(engine).await else { return };
    let (he, she) = (&after.men[0], &after.women[0]);
    let id = after.proposed().await;
    for person in [he, she] {
        let letters = after.evening.letters_to(person, "introduction_proposed").await;
        assert_eq!(letters.len(), 1);
        assert!(!letters[0].plain.contains(&he.nickname()) || person.account_id == he.account_id, "names whom");
    }
    // Each sees what the other agreed to show, and no name.
    let open = after.mine(he).await["open"][0].clone();
    assert_eq!((&open["id"], &open["answer"], &open["person"]["side"]), (&json!(id), &Value::Null, &json!("women")));
    assert_eq!((&open["person"]["nickname"], &open["person"]["district"]), (&Value::Null, &Value::Null));
    assert_eq!(after.says(he, &id, true).await, 204);
    assert_eq!(after.mine(she).await["open"][0]["answer"], Value::Null);
    assert_eq!(after.outcome().await["outcome"], "open", "one yes is nobody's business");
    let contact = format!("/api/v1/introductions/{id}/contact");
    refused(&he.post(&contact, json!({ "fields": ["phone"] })).await, 404, "not_found");
    assert_eq!(after.says(she, &id, true).await, 204);
    assert_eq!(after.outcome().await["outcome"], "together");
    for (person, other) in [(he, she), (she, he)] {
        let mine = after.mine(person).await;
        assert_eq!(mine["open"], json!([]));
        assert_eq!(mine["introduced"][0]["person"]["nickname"], json!(other.nickname()));
        assert_eq!(after.evening.letters_to(person, "introduction_made").await.len(), 1);
    }
    let db = after.evening.app.database.reader();
    assert_eq!(answer::Entity::find().count(db).await.unwrap(), 0, "what each said is needed no more");
    assert_eq!(place::Entity::find().count(db).await.unwrap(), 0);
    refused(&he.put(&format!("/api/v1/introductions/{id}/answer"), json!({ "yes": false })).await, 409, "introduced");
    // As between two who picked each other: nothing moves until both have offered.
    assert_eq!(he.post(&contact, json!({ "fields": ["phone"] })).await.status, 204);
    assert_eq!(after.mine(she).await["introduced"][0]["theirs"], Value::Null);
    assert_eq!(he.post(&contact, json!({ "withdraw": true })).await.status, 204);
    assert_eq!(she.post(&contact, json!({ "fields": ["email"] })).await.status, 204);
    assert_eq!(after.mine(he).await["introduced"][0]["theirs"], Value::Null, "he had taken his back");
    refused(&he.post(&contact, json!({ "fields": ["phone", "phone"] })).await, 422, "invalid");
    refused(&after.men[1].post(&contact, json!({ "fields": ["phone"] })).await, 404, "not_found");
    assert_eq!(he.post(&contact, json!({ "fields": ["phone"] })).await.status, 204);
    let hers = after.mine(he).await["introduced"][0]["theirs"].clone();
    assert_eq!(hers, json!({ "wechat": null, "phone": null, "email": she.email }));
    assert_eq!(she.patch("/api/v1/me", json!({ "phone": "13911112222" })).await.status, 200);
    assert_eq!(he.patch("/api/v1/me", json!({ "phone": "13911112222" })).await.status, 200);
    assert_eq!(after.mine(she).await["introduced"][0]["theirs"]["phone"], "13800000000", "as it was in that moment");
    refused(&he.post(&contact, json!({ "withdraw": true })).await, 409, "already_opened");
    for person in [he, she] {
        assert_eq!(after.evening.letters_to(person, "contact_opened").await.len(), 1);
    }
    let deeds = entry::Entity::find().filter(entry::Column::SubjectKind.eq("introduction")).all(db).await.unwrap();
    let deeds: Vec<(&str, &Value)> = deeds.iter().map(|deed| (deed.action.as_str(), &deed.detail)).collect();
    assert_eq!(deeds, [("introduction_proposed", &Value::Null), ("introduction_made", &Value::Null)]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_no_and_no_answer_look_alike_to_the_other_and_to_the_volunteer(#[values(Sqlite, Postgres)] engine: Engine) {
    let mut views = Vec::new();
    // What he does is told nobody: nothing, a no, a yes that he took back, what he asked taken back, a block.
    for does in ["nothing", "no", "yes and no", "takes back", "blocks"] {
        let Some(after) = after(engine).await else { return };
        let (he, she) = (&after.men[0], &after.women[0]);
        after.evening.wears(he, Side::Men, 1).await;
        after.evening.wears(she, Side::Women, 1).await;
        let id = after.proposed().await;
        match does {
            "no" => assert_eq!(after.says(he, &id, false).await, 204),
            "yes and no" => {
                assert_eq!(after.says(he, &id, true).await, 204);
                assert_eq!(after.says(he, &id, false).await, 204);
            }
            "takes back" => assert_eq!(he.delete(REQUEST).await.status, 204),
            "blocks" => {
                assert_eq!(after.says(he, &id, true).await, 204);
                let block = json!({ "badge": "女001", "because": "blocked" });
                assert_eq!(he.post("/api/v1/events/qixi/dates/exclusions", block).await.status, 204);
            }
            _ => {}
        }
        let look = async || {
            let without_id = |text: String| text.replace(&id, "<id>");
            let raw = after.evening.again(she).get(MINE).await;
            let outcome = after.outcome().await["outcome"].clone();
            (without_id(raw.text()), raw.bytes.len(), without_id(after.page(she).await), outcome)
        };
        let before = look().await;
        assert_eq!(after.says(she, &id, true).await, 204, "{does}");
        let between = look().await;
        after.evening.clock.advance(Duration::days(7));
        let lapsed = look().await;
        lapse::due(&after.evening.app).await.unwrap();
        let ended = look().await;
        assert_eq!(lapsed, ended, "{does}: the clock alone ends it");
        assert_eq!(after.evening.letters_to(she, "introduction_made").await.len(), 0, "{does}");
        assert_eq!(between.3, "open", "{does}");
        assert_eq!(ended.3, "not_about", "{does}");
        let db = after.evening.app.database.reader();
        assert_eq!(answer::Entity::find().count(db).await.unwrap(), 0, "{does}: answers outlive the proposal");
        assert_eq!(after.says(she, &id, true).await, 409, "{does}: too late");
        views.push((does, [before, between, lapsed]));
    }
    for (does, view) in &views[1..] {
        for (step, (one, other)) in view.iter().zip(&views[0].1).enumerate() {
            assert_eq!(one, other, "{does} is told by step {step}");
        }
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_keeps_away_is_asked_nothing_and_the_volunteer_is_not_told(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(after) = after(engine).await else { return };
    let (he, she) = (&after.men[0], &after.women[0]);
    after.evening.wears(he, Side::Men, 1).await;
    after.evening.wears(she, Side::Women, 1).await;
    let block = json!({ "badge": "男001", "because": "blocked" });
    assert_eq!(she.post("/api/v1/events/qixi/dates/exclusions", block).await.status, 204);
    let id = after.proposed().await;
    for person in [he, she] {
        assert_eq!(after.mine(person).await["open"], json!([]));
        assert!(after.evening.letters_to(person, "introduction_proposed").await.is_empty());
        assert_eq!(after.says(person, &id, true).await, 404);
    }
    assert_eq!(after.outcome().await["outcome"], "open");
    after.evening.clock.advance(Duration::days(7));
    assert_eq!(after.outcome().await["outcome"], "not_about");
    assert_eq!(after.mine(he).await["past"], 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_pair_is_proposed_once_and_nobody_is_asked_about_two(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(after) = after(engine).await else { return };
    for person in after.men.iter().chain(&after.women) {
        asks(person).await;
    }
    let (he, she) = (&after.men[0], &after.women[0]);
    assert_eq!(after.propose(he, she).await.status, 201);
    refused(&after.propose(he, &after.women[1]).await, 409, "asked_already");
    refused(&after.propose(&after.men[1], she).await, 409, "asked_already");
    refused(&after.propose(&after.women[1], &after.women[1]).await, 422, "invalid");
    let busy = after.volunteer.get(REQUESTS).await.json;
    let busy: Vec<bool> = busy["items"].as_array().unwrap().iter().map(|one| one["busy"] == true).collect();
    assert_eq!(busy, [true, false, true, false]);
    let same_side = json!({ "one": after.request_of(&after.men[1]).await, "other": after.request_of(he).await });
    refused(&after.volunteer.post(PROPOSALS, same_side).await, 422, "invalid");
    after.evening.clock.advance(Duration::days(7));
    refused(&after.propose(she, he).await, 409, "proposed_before");
    assert_eq!(after.propose(he, &after.women[1]).await.status, 201, "free by the clock");
    // Whoever takes it back and asks anew is still being asked about the same one.
    let him = after.evening.again(he);
    assert_eq!(him.delete(REQUEST).await.status, 204);
    asks(&him).await;
    refused(&after.propose(&him, she).await, 409, "asked_already");
    let seen = after.evening.again(&after.volunteer).get(REQUESTS).await.json;
    let seen = seen["items"].as_array().unwrap().iter();
    let busy: Vec<&Value> = seen.filter(|one| one["busy"] == true).map(|one| &one["person"]["nickname"]).collect();
    assert!(busy.contains(&&json!(he.nickname())), "{busy:?}");
    after.evening.clock.advance(Duration::days(7));
    // Taken back and asked anew, it is still the same two.
    let (him, her) = (after.evening.again(he), after.evening.again(she));
    for person in [&him, &her] {
        assert_eq!(person.delete(REQUEST).await.status, 204);
        asks(person).await;
    }
    refused(&after.propose(&him, &her).await, 409, "proposed_before");
    // A volunteer who asks too does not find themself, and proposes nobody to themself.
    let both = after.evening.participant_as("men", Status::Confirmed).await;
    after.evening.appoint(&both, Role::Volunteer).await;
    asks(&both).await;
    let own = after.request_of(&both).await;
    assert!(!both.get(REQUESTS).await.text().contains(&own));
    let pair = json!({ "one": own, "other": after.request_of(&her).await });
    let wrong = both.post(PROPOSALS, pair).await;
    assert_eq!((wrong.status, &wrong.json["errors"][0]["code"]), (422, &json!("oneself")));
    // Another union's organizer proposes nobody here, nor with what is asked here.
    let (other, _) = after.evening.other_union(Phase::Closed).await;
    let pair = json!({ "one": after.request_of(&him).await, "other": after.request_of(&her).await });
    refused(&other.post(PROPOSALS, pair.clone()).await, 404, "not_found");
    refused(&other.post("/api/v1/organizations/other/introductions", pair).await, 404, "not_found");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_who_say_yes_at_the_same_instant_are_introduced_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(after) = after(engine).await else { return };
    let id = after.proposed().await;
    let after = Arc::new(after);
    let saying: Vec<_> = (0..16)
        .map(|turn| {
            let (after, id) = (Arc::clone(&after), id.clone());
            tokio::spawn(async move {
                let person = if turn % 2 == 0 { &after.men[0] } else { &after.women[0] };
                after.says(person, &id, true).await
            })
        })
        .collect();
    for answer in saying {
        let status = answer.await.unwrap();
        assert!(matches!(status, 204 | 409), "{status}");
    }
    let db = after.evening.app.database.reader();
    let together = introduction::Entity::find().filter(introduction::Column::TogetherAt.is_not_null());
    assert_eq!(together.count(db).await.unwrap(), 1);
    let made = entry::Entity::find().filter(entry::Column::Action.eq("introduction_made"));
    assert_eq!(made.count(db).await.unwrap(), 1);
    for person in [&after.men[0], &after.women[0]] {
        assert_eq!(after.evening.letters_to(person, "introduction_made").await.len(), 1);
    }
    assert_eq!(answer::Entity::find().count(db).await.unwrap(), 0);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_volunteers_at_once_propose_a_person_once(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(after) = after(engine).await else { return };
    for person in after.men.iter().chain(&after.women) {
        asks(person).await;
    }
    let after = Arc::new(after);
    let proposing: Vec<_> = (0..12)
        .map(|turn| {
            let after = Arc::clone(&after);
            tokio::spawn(async move { after.propose(&after.men[0], &after.women[turn % 2]).await.status })
        })
        .collect();
    let mut made = 0;
    for answer in proposing {
        let status = answer.await.unwrap();
        assert!(matches!(status, 201 | 409), "{status}");
        made += u32::from(status == 201);
    }
    assert_eq!(made, 1);
    assert_eq!(place::Entity::find().count(after.evening.app.database.reader()).await.unwrap(), 2);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn both_pages_lead_through_it(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(after) = after(engine).await else { return };
    let (he, she) = (&after.men[0], &after.women[0]);
    after.evening.calls_themselves(he, "<b>大山</b>").await;
    let (his, hers) = (Browser::of(&after.evening, he).await, Browser::of(&after.evening, she).await);
    let form = [("ages", "25-29"), ("words", "爱笑<i>"), ("shows", "age"), ("shows", "nickname"), ("agrees", "yes")];
    let sent = his.send("/e/qixi/introductions", &form).await;
    assert_eq!((sent.status().as_u16(), header(&sent, "location")), (303, "/e/qixi/introductions"));
    let (status, page) = read(hers.send("/e/qixi/introductions", &[("words", "高个子"), ("shows", "age")]).await).await;
    assert!(status == 422 && page.contains("高个子") && page.contains("要同意"), "{page}");
    assert_eq!(hers.send("/e/qixi/introductions", &form).await.status().as_u16(), 303);
    let waiting = after.page(she).await;
    assert!(waiting.contains("收回请求") && waiting.contains("会先来问你"), "{waiting}");
    let (_, journey) = hers.get("/e/qixi/me").await;
    assert!(journey.contains("href=\"/e/qixi/introductions\""), "{journey}");
    let volunteer = Browser::of(&after.evening, &after.volunteer).await;
    let (_, list) = volunteer.get("/volunteer/introductions").await;
    assert!(
        list.contains("&#60;b&#62;大山") && list.contains("爱笑&#60;i&#62;") && !list.contains("<b>大山"),
        "{list}"
    );
    assert!(volunteer.get("/volunteer").await.1.contains("/volunteer/introductions"));
    let pair = [("one", after.request_of(she).await), ("other", after.request_of(he).await)];
    let pair = pair.each_ref().map(|(name, value)| (*name, value.as_str()));
    let union = after.evening.event.organization_id;
    let path = format!("/volunteer/introductions/{union}");
    assert_eq!(volunteer.send(&path, &[]).await.status().as_u16(), 422);
    let proposed = volunteer.send(&path, &pair).await;
    assert_eq!((proposed.status().as_u16(), header(&proposed, "location")), (303, "/volunteer/introductions"));
    let (status, again) = read(volunteer.send(&path, &pair).await).await;
    assert!(status == 409 && again.contains("正在被问"), "{again}");
    let open = after.page(she).await;
    assert!(open.contains("&#60;b&#62;大山") && open.contains("愿意认识"), "{open}");
    assert_eq!(open.len(), waiting.len(), "the size tells that somebody was proposed");
    let db = after.evening.app.database.reader();
    let id = introduction::Entity::find().one(db).await.unwrap().unwrap().id;
    for browser in [&his, &hers] {
        let said_yes = browser.send(&format!("/e/qixi/introductions/{id}/answer"), &[("answer", "yes")]).await;
        assert_eq!(said_yes.status().as_u16(), 303);
    }
    assert!(after.page(she).await.contains("交换联系方式"));
    let contact = format!("/e/qixi/introductions/{id}/contact");
    assert_eq!(hers.send(&contact, &[("fields", "phone")]).await.status().as_u16(), 303);
    assert!(after.page(she).await.contains("等对方也愿意"));
    assert_eq!(hers.send(&format!("{contact}/withdraw"), &[]).await.status().as_u16(), 303);
    assert_eq!(hers.send(&contact, &[("fields", "phone")]).await.status().as_u16(), 303);
    assert_eq!(his.send(&contact, &[("fields", "phone")]).await.status().as_u16(), 303);
    assert!(after.page(he).await.contains("13800000000"));
    assert!(volunteer.get("/volunteer/introductions").await.1.contains("都愿意认识"));
    assert_eq!(hers.send("/e/qixi/introductions/take-back", &[]).await.status().as_u16(), 303);
    assert!(!after.page(she).await.contains("收回请求"));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_one_asked_and_answered_is_taken_home_and_forgotten(#[values(Sqlite, Postgres)] engine: Engine) {
    let Some(after) = after(engine).await else { return };
    let he = &after.men[0];
    let id = after.proposed().await;
    assert_eq!(after.says(he, &id, true).await, 204);
    assert_eq!(after.evening.takes_home(he).await.status, 200);
    assert_eq!(after.evening.leaves(he).await.status, 204);
    let db = after.evening.app.database.reader();
    assert_eq!(request::Entity::find().count(db).await.unwrap(), 1);
    assert_eq!(answer::Entity::find().count(db).await.unwrap(), 0);
    // Who waits goes on waiting: her yes comes to nothing.
    assert_eq!(after.says(&after.women[0], &id, true).await, 204);
    assert_eq!(after.outcome().await["outcome"], "open");
    assert!(after.evening.letters_to(&after.women[0], "introduction_made").await.is_empty());
}
