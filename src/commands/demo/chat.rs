//! The chat of a demonstration's online phase: a first evening among people who have not met.

use chrono::Duration;

use super::applying::Applicant;
use crate::app::App;
use crate::chat::announce::announce;
use crate::chat::complain::complain;
use crate::chat::room::Which;
use crate::chat::say::say;
use crate::error::Error;
use crate::events::access::{Host, Organizer};

/// What is said, and by whom; None: the organizer.
const SAID: [(Option<usize>, &str); 12] = [
    (None, "大家好，交流群开了。随便聊，联系方式先别发；每天签到、答题都有积分。"),
    (Some(0), "来了来了，有人也是第一次参加吗？"),
    (Some(1), "我！今天的题第二问我选错了 😂"),
    (Some(2), "积分规则里写了，答了就有分，不看对错"),
    (Some(3), "请问音乐会那天有停车位吗"),
    (None, "文化宫地下停车场，当天凭号码牌免费。"),
    (Some(4), "有没有一起从城东过去的，拼车"),
    (Some(5), "城东＋1，我可以带一个"),
    (Some(6), "代办信用卡，秒批，私聊"),
    (Some(7), "刚下夜班，看你们聊得好热闹"),
    (Some(8), "辛苦了，早点休息 🌙"),
    (Some(1), "明天的题会不会又是诗词？我去复习一下"),
];
/// The one that two people report.
const REPORTED: usize = 8;

/// Lets some of them talk, a minute after the other.
///
/// # Errors
/// Only faults; every refusal would be a mistake of the scene.
pub async fn talk(app: &App, organizer: &Organizer, people: &[Applicant]) -> Result<(), Error> {
    let begun = app.now();
    let host = Host { account: organizer.account, event: organizer.event.clone(), organizer: true };
    for ((place, (by, text)), minute) in SAID.into_iter().enumerate().zip(0..) {
        app.clock.set(begun + Duration::seconds(40 * minute));
        let line = match by.and_then(|by| people.get(by)) {
            Some(person) => say(app, &person.who, Which::ALL, text.to_owned(), None).await?,
            None => announce(app, &host, Which::ALL, text.to_owned()).await?,
        };
        for person in people.iter().skip(20).take(if place == REPORTED { 2 } else { 0 }) {
            complain(app, &person.who, Which::ALL, line.id, "广告或留联系方式".to_owned()).await?;
        }
    }
    Ok(())
}
