//! The circle of a demonstration's finished evening: what people who have met say to each other.

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait, QueryOrder};
use uuid::Uuid;

use crate::app::App;
use crate::checkin::presence;
use crate::circle::note::{self, State};
use crate::circle::{member, report};
use crate::database::Write;
use crate::error::{Error, Fault};
use crate::events::event;
use crate::events::phase::Phase;

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
/// Only faults.
pub async fn gather(app: &Arc<App>, event: &event::Model, now: DateTime<Utc>) -> Result<(), Error> {
    let here = presence::Entity::inside(event.id).order_by_asc(presence::Column::Number);
    let here = here.all(app.database.reader()).await?;
    let people: Vec<Uuid> = here.iter().map(|presence| presence.registration_id).take(MEMBERS).collect();
    let over = event.boundary(Phase::Closed).unwrap_or(event.ends_at);
    app.clock.set(over + Duration::hours(1));
    let txn = app.database.begin_write().await?;
    let joined = people.iter().map(|person| member::ActiveModel {
        registration_id: Set(*person),
        event_id: Set(event.id),
        joined_at: Set(app.now()),
    });
    member::Entity::insert_many(joined).exec_without_returning(&txn).await?;
    for (place, (by, hours, text, answers)) in SAID.into_iter().enumerate() {
        if over + Duration::hours(hours + 2) > now {
            break;
        }
        app.clock.set(over + Duration::hours(hours));
        let hidden = place == REPORTED;
        let speaker = by.and_then(|by| people.get(by).copied());
        let post = put(app, &txn, event, speaker, None, text, hidden).await?;
        for (nth, (by, text)) in (1..).zip(answers) {
            app.clock.set(over + Duration::hours(hours) + Duration::minutes(23 * nth));
            put(app, &txn, event, people.get(*by).copied(), Some(post), text, false).await?;
        }
        for (person, reason) in people.iter().skip(18).take(2).zip(["广告或留联系方式", "虚假信息"]) {
            if hidden {
                let row = report::ActiveModel {
                    note_id: Set(post),
                    registration_id: Set(*person),
                    reason: Set(reason.to_owned()),
                    at: Set(app.now()),
                };
                report::Entity::insert(row).exec_without_returning(&txn).await?;
            }
        }
    }
    txn.commit().await
}

async fn put(
    app: &App,
    txn: &Write,
    event: &event::Model,
    speaker: Option<Uuid>,
    about: Option<Uuid>,
    text: &str,
    hidden: bool,
) -> Result<Uuid, Fault> {
    let id = app.new_id();
    let row = note::ActiveModel {
        id: Set(id),
        event_id: Set(event.id),
        registration_id: Set(speaker),
        about: Set(about),
        body: Set(text.to_owned()),
        day: Set(event.day(app.now())),
        state: Set(if hidden { State::Reported } else { State::Shown }),
        reason: Set(None),
        at: Set(app.now()),
    };
    row.insert(txn).await?;
    Ok(id)
}
