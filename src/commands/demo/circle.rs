//! The circle of a demonstration's finished evening: what people who have met say to each other.

use chrono::{DateTime, Duration, Utc};

use super::people::who_came;
use crate::app::App;
use crate::circle::announce::announce;
use crate::circle::complain::complain;
use crate::circle::join::join;
use crate::circle::write::write;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::events::phase::Phase;
use crate::registrations::access::Participant;
use crate::registrations::registration::Side;

/// How many joined, and who speaks among them.
const MEMBERS: usize = 23;

/// What was said: by whom (None: the organizer), how many hours after the end, the words, and the answers.
type SampleNote = (Option<usize>, i64, &'static str, &'static [(usize, &'static str)]);

const SAID: [SampleNote; 8] = [
    (None, 2, "谢谢大家今晚来。活动圈开着，想聊就聊；联系方式请到“牵手”页面交换，双方都同意才打开。", &[]),
    (
        Some(3),
        3,
        "到家了。今天的桌牌我偷偷带走了一张当书签，工会不会来要吧 😄",
        &[(8, "签到台的姐姐在看着你 👀"), (0, "我也拿了一张！")],
    ),
    (
        Some(6),
        20,
        "破冰那组的“你画我猜”太好笑了，谁还记得那只像土豆的喜鹊？",
        &[(11, "是我画的，谢谢记得"), (14, "它很有神韵")],
    ),
    (
        Some(1),
        44,
        "周六上午去奥森跑步，配速随缘，想来的在这里说一声。北门集合，八点半。",
        &[(5, "来！"), (9, "我走着去行吗"), (1, "走着也行，终点有豆浆")],
    ),
    (
        Some(12),
        70,
        "问一下，那天弹唱《晴天》的是哪位？想请教一下指弹怎么入门。",
        &[(2, "是我，买一把便宜的先弹三个月")],
    ),
    (Some(17), 90, "加我微信领内部理财，稳赚。", &[]),
    (None, 120, "十月有一场读书会，报名开放后会在这里告诉大家。", &[(4, "蹲一个")]),
    (Some(9), 150, "今天夜班，窗外的月亮很圆。祝大家都好。", &[(3, "辛苦了，注意休息")]),
];
/// The one two members did not want to read.
const REPORTED: usize = 5;

/// Lets some of those who came join and talk, as far as the time has come.
///
/// # Errors
/// Only faults; every refusal would be a mistake of the scene.
pub async fn gather(app: &App, organizer: &Organizer, now: DateTime<Utc>) -> Result<(), Error> {
    let event = &organizer.event;
    let (men, women) = (who_came(app, event, Side::Men).await?, who_came(app, event, Side::Women).await?);
    let pairs = men.into_iter().zip(women).flat_map(|(he, she)| [he.0, she.0]);
    let people: Vec<Participant> = pairs.take(MEMBERS).collect();
    let over = event.boundary(Phase::Closed).unwrap_or(event.ends_at);
    app.clock.set(over + Duration::hours(1));
    for person in &people {
        join(app, person).await?;
    }
    for (place, (by, hours, text, answers)) in SAID.into_iter().enumerate() {
        if over + Duration::hours(hours + 2) > now {
            break;
        }
        app.clock.set(over + Duration::hours(hours));
        let speaker = by.and_then(|by| people.get(by));
        let note = match speaker {
            Some(speaker) => write(app, speaker, None, text.to_owned()).await?.id,
            None => announce(app, organizer, text.to_owned()).await?,
        };
        for (nth, (by, text)) in (1..).zip(answers) {
            app.clock.set(over + Duration::hours(hours) + Duration::minutes(23 * nth));
            if let Some(speaker) = people.get(*by) {
                write(app, speaker, Some(note), (*text).to_owned()).await?;
            }
        }
        let readers = people.iter().skip(18).take(if place == REPORTED { 2 } else { 0 });
        for (person, reason) in readers.zip(["广告或留联系方式", "虚假信息"]) {
            complain(app, person, note, reason.to_owned()).await?;
        }
    }
    Ok(())
}
