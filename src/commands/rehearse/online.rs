//! Five days online: people sign in, post, declare and answer; the phones add up what they should
//! have earned and compare it with the ledger.

use std::sync::Arc;

use anyhow::Context;
use chrono::Duration;
use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

use super::client::Line;
use super::gathering::{House, PHONES, Person};
use super::report::Report;
use super::theatre::at_once;
use super::{dice, tell};

const DAYS: usize = 5;

/// # Errors
/// Where a step is refused.
pub async fn five_days(house: &House<'_>, people: &[Arc<Person>], report: &mut Report) -> anyhow::Result<()> {
    house.theatre.time_passes(Duration::days(6) + Duration::hours(1)).await;
    let mut announced = vec![0; people.len()];
    for number in 1..=DAYS {
        tell(&format!("day {number} online"));
        let quiz = set_quiz(house, number).await?;
        let (line, event) = (house.theatre.line.step("plaza"), house.event.clone());
        let day = Arc::new(Day { number, line, event, quiz });
        let awarded = at_once(PHONES, people.iter().cloned().enumerate(), |(place, person)| {
            let (day, dice) = (Arc::clone(&day), dice(house.theatre.seed, "online", place * DAYS + number));
            async move { day.of(&person, dice).await }
        })
        .await?;
        for (sum, points) in announced.iter_mut().zip(awarded) {
            *sum += points;
        }
        moderate(house).await?;
        if number == DAYS {
            not_screened_early(house, report).await?;
        }
        house.theatre.time_passes(Duration::days(1)).await;
    }
    ledgers_agree(house, people, &announced, report).await
}

/// One of the days, and what there is to do on it.
struct Day {
    number: usize,
    line: Line,
    event: String,
    quiz: String,
}

impl Day {
    /// One person's: what the answers said it earned.
    async fn of(&self, person: &Person, mut dice: StdRng) -> anyhow::Result<i64> {
        let mut does = |percent: u32| dice.random_range(0..100) < percent;
        let zeal = person.cast.zeal;
        let phone = &person.phone;
        let mut earned = 0;
        let mut acts: Vec<(String, Value)> = Vec::new();
        if does(zeal) {
            acts.push(("sign-ins".into(), json!({})));
            // A thumb that taps twice earns nothing more.
            if does(10) {
                acts.push(("sign-ins".into(), json!({})));
            }
        }
        if does(zeal * 3 / 4) {
            acts.push((format!("quizzes/{}/answers", self.quiz), json!({ "choices": [0] })));
        }
        if does(zeal / 3) {
            acts.push((
                "posts".into(),
                json!({ "body": format!("第{}天的风采 🌸 <b>{}</b>", self.number, person.cast.nickname) }),
            ));
        }
        if self.number == 1 && does(zeal / 2) {
            acts.push(("declarations".into(), json!({ "body": "愿得一人心,白首不相离。" })));
        }
        for (what, body) in acts {
            let answer = phone.post(&self.line, &format!("/events/{}/{what}", self.event), &body).await?;
            anyhow::ensure!(answer.status < 300 || answer.status == 409, "{what}: {} {}", answer.status, answer.json);
            earned += answer.json["awarded"]["points"].as_i64().unwrap_or(0);
        }
        Ok(earned)
    }
}

async fn not_screened_early(house: &House<'_>, report: &mut Report) -> anyhow::Result<()> {
    let line = house.theatre.line.step("screening");
    let path = format!("/events/{}/screening/runs", house.event);
    let early = house.organizer.post(&line, &path, &json!({ "beacon": "too early" })).await?;
    report.promise("nothing is screened while points can change", early.status == 409, early.code().to_owned());
    Ok(())
}

async fn set_quiz(house: &House<'_>, day: usize) -> anyhow::Result<String> {
    let line = house.theatre.line.step("quiz set");
    let quiz = json!({
        "title": format!("第{day}天问答"),
        "opens_at": house.theatre.clock.now().to_rfc3339(),
        "closes_at": (house.theatre.clock.now() + Duration::hours(23)).to_rfc3339(),
        "questions": [{ "text": "牛郎织女哪一天相会?", "options": ["七月初七", "八月十五"], "correct": 0 }],
    });
    let made = house.organizer.post(&line, &format!("/events/{}/quizzes", house.event), &quiz).await?.ok()?;
    Ok(made["id"].as_str().context("no id")?.to_owned())
}

/// The organizer approves what waits.
async fn moderate(house: &House<'_>) -> anyhow::Result<()> {
    let line = house.theatre.line.step("moderation");
    loop {
        let path = format!("/events/{}/moderation?limit=200", house.event);
        let queue = house.organizer.get(&line, &path).await?.ok()?;
        let items: Vec<Value> = queue["items"].as_array().context("no items")?.clone();
        if items.is_empty() {
            return Ok(());
        }
        for item in items {
            let id = item["id"].as_str().context("no id")?;
            let path = format!("/events/{}/moderation/{id}/decision", house.event);
            house.organizer.post(&line, &path, &json!({ "decision": "approve" })).await?.ok()?;
        }
    }
}

/// Every line of every ledger is read; its sum is what the person is shown.
async fn ledgers_agree(
    house: &House<'_>,
    people: &[Arc<Person>],
    announced: &[i64],
    report: &mut Report,
) -> anyhow::Result<()> {
    let line = house.theatre.line.step("ledger read");
    let seen = at_once(PHONES, people.iter().cloned(), |person| {
        let (line, event) = (line.clone(), house.event.clone());
        async move {
            let mine = person.phone.get(&line, &format!("/events/{event}/ledger/me")).await?.ok()?;
            let lines = mine["lines"].as_array().context("no lines")?;
            let sum: i64 = lines.iter().filter_map(|line| line["points"].as_i64()).sum();
            let total = mine["points"].as_i64().context("no points")?;
            Ok((lines.len(), sum, total))
        }
    })
    .await?;
    report.ledger_lines = seen.iter().map(|(lines, ..)| lines).sum();
    let capped = seen.iter().all(|(.., total)| (0..=100).contains(total));
    let sums = seen.iter().all(|(_, sum, total)| sum == total);
    // What a post earns comes with its approval, so the ledger may hold more than the phones were told.
    let is_complete = seen.iter().zip(announced).all(|((.., total), is_complete)| total >= is_complete);
    let detail = format!("{} lines", report.ledger_lines);
    report.promise("every ledger adds up to what is shown, under the caps", capped && sums && is_complete, detail);
    Ok(())
}
