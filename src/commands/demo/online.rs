//! The online phase of a demonstration: who signed in, answered and wrote on which day.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use rand::RngExt;
use serde_json::json;
use uuid::Uuid;

use super::applying::Applicant;
use super::people::at_once;
use super::plaza::sample_text;
use crate::app::App;
use crate::batch::Request as _;
use crate::chance::seeded;
use crate::error::{Error, Fault};
use crate::events::access::Organizer;
use crate::plaza::ask::ask;
use crate::plaza::contribute::{NewContribution, contribute};
use crate::plaza::contribution::{Decision, Kind};
use crate::plaza::daily_check_in::{Request, sign_in_all};
use crate::plaza::moderate::moderate;
use crate::plaza::quiz_answer::answer;
use crate::points::award_by_hand::{Lines, award_by_hand};
use crate::points::rules::Rule;

/// How many posts and declarations of each online phase are read; nobody scrolls further.
const POSTS: usize = 120;

/// What one person does on one day.
struct Day {
    signs_in: bool,
    answers: Option<usize>,
    /// The place of the words among all that were written.
    writes: Option<usize>,
}

/// Signs people in and lets them answer and write, day by day, as zealously as each of them is; the
/// organizer reads it all in the evening.
///
/// # Errors
/// Only faults; every refusal would be a mistake of the scene.
pub async fn days(
    app: &Arc<App>,
    organizer: &Organizer,
    people: &[Applicant],
    begun: DateTime<Utc>,
    days: i64,
) -> Result<(), Error> {
    let mut dice = seeded(*b"queqiao demo, five lively days!!");
    let mut written = 0;
    for day in 0..days {
        app.clock.set(begun + Duration::days(day));
        if day == 0 {
            let complete = people.iter().filter(|person| dice.random_range(0..100) < person.zeal * 13 / 10);
            look_at_profiles(app, organizer, complete.map(|person| person.who.registration.id).collect()).await?;
        }
        let quiz = ask_today(app, organizer, day).await?;
        let plans: Vec<Day> = people
            .iter()
            .map(|person| {
                let mut does = |share: u32| dice.random_range(0..100) < person.zeal * share / 100;
                let (signs_in, knows, writes) = (does(100), does(75), does(25) && written < POSTS);
                let answers = knows.then(|| usize::from(dice.random_range(0..5) > 0));
                written += usize::from(writes);
                Day { signs_in, answers, writes: writes.then_some(written) }
            })
            .collect();
        let awake = people.iter().zip(&plans).filter(|(_, plan)| plan.signs_in);
        let awake: Vec<Request> = awake.map(|(person, _)| Request(person.who.clone())).collect();
        for some in awake.chunks(Request::LARGEST) {
            sign_in_all(app, some).await?.into_iter().collect::<Result<Vec<_>, _>>()?;
        }
        let each = people.iter().map(|person| person.who.clone()).zip(plans);
        let posts = at_once(app, each, |app, (who, plan)| async move {
            if let Some(choice) = plan.answers {
                answer(&app, &who, quiz, vec![choice]).await?;
            }
            let Some(place) = plan.writes else { return Ok(None) };
            let kind = if place % 3 == 0 { Kind::Declaration } else { Kind::Post };
            let contribution =
                NewContribution { kind, about: None, body: sample_text(kind, place), photos: Vec::new() };
            Ok(Some(contribute(&app, &who, contribution).await?.id))
        })
        .await?;
        let written = posts.into_iter().flatten().map(|post| (organizer.clone(), post));
        at_once(app, written, |app, (organizer, post)| async move {
            moderate(&app, &organizer, post, Decision::Approve, None).await
        })
        .await?;
    }
    Ok(())
}

async fn look_at_profiles(app: &App, organizer: &Organizer, registrations: Vec<Uuid>) -> Result<(), Error> {
    let reason = "资料完整".to_owned();
    let lines = Lines { registrations, rule: Rule::Profile, day: None, subject: None, reason };
    award_by_hand(app, organizer, lines).await?;
    Ok(())
}

/// One question, whose second option is right, for a day and a half.
async fn ask_today(app: &App, organizer: &Organizer, day: i64) -> Result<Uuid, Error> {
    let (text, options) = match day % 3 {
        0 => ("七夕是农历的哪一天？", ["五月初五", "七月初七", "八月十五", "九月初九"]),
        1 => ("七夕传说里，搭桥的是哪一种鸟？", ["燕子", "喜鹊", "大雁", "鸽子"]),
        _ => ("《工会法》规定，工会是谁自愿结合的群众组织？", ["企业", "职工", "行业协会", "社区"]),
    };
    let quiz = json!({
        "title": format!("第 {} 天的一题", day + 1),
        "questions": [{ "text": text, "options": options, "correct": 1 }],
        "opens_at": app.now(), "closes_at": app.now() + Duration::hours(36),
    });
    Ok(ask(app, organizer, serde_json::from_value(quiz).map_err(Fault::of)?).await?.id)
}
