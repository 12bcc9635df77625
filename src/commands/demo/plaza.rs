//! Life on the plaza of a demonstration: what people wrote, showed and asked.

use chrono::Duration;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, EntityTrait};
use serde_json::json;
use uuid::Uuid;

use crate::app::App;
use crate::database::Write;
use crate::error::{Error, Fault};
use crate::events::event;
use crate::events::phase::Phase;
use crate::picture::develop::{Developed, develop};
use crate::plaza::contribution::{self, Kind, State};
use crate::plaza::{answer, complaint, like, photo, quiz};

const POSTS: [&str; 12] = [
    "周末爬了香山，红叶正好 🍁 山顶风很大，保温杯里的热茶救了我。下次想早一点出发，看日出。",
    "会做三菜一汤，尤其是红烧肉。秘诀是冰糖和耐心。",
    "在找能一起看展的人。国博的新展排了两小时，一个人看也很好，两个人也许更好。",
    "跑完了人生第一个半马！两小时零九分，最后三公里全靠路边小朋友喊加油。",
    "夜班下班，天刚亮，街上只有扫落叶的声音。做护士第六年，还是喜欢这份工作。",
    "养了一只橘猫，名字叫年糕。它负责可爱，我负责铲屎。",
    "最近在读《岛上书店》，推荐给同样喜欢慢慢来的人。",
    "学了三个月吉他，终于能把《晴天》弹完整。邻居应该也会唱了。",
    "休假去了泉州，在开元寺的树下坐了一下午。",
    "我们班组今天抢修到凌晨两点，来电的那一刻，整栋楼都亮了。",
    "羽毛球双打缺人！周三晚上，水平不限，输了请喝汽水。",
    "阳台上的番茄终于红了第一颗，舍不得吃。",
];
const DECLARATIONS: [&str; 6] = [
    "愿有人与我立黄昏，也有人问我粥可温。",
    "不求轰轰烈烈，只想每天一起吃晚饭。",
    "你慢慢来，我也慢慢来，桥总会架起来。",
    "下班路上的晚霞，想分你一半。",
    "我会认真听你说完每一句话。",
    "先做朋友，再做彼此的家人。",
];
const COMMENTS: [&str; 6] = [
    "下次一起呀！",
    "红烧肉求菜谱 😋",
    "我也在读这本，读到一半。",
    "辛苦了，向你们致敬。",
    "年糕有照片吗？",
    "加油，全马不远了。",
];
/// Colours of skies and of coats.
const SKIES: [([f32; 3], [f32; 3]); 6] = [
    ([54.0, 64.0, 127.0], [246.0, 189.0, 150.0]),
    ([32.0, 84.0, 122.0], [222.0, 232.0, 236.0]),
    ([84.0, 56.0, 111.0], [244.0, 206.0, 196.0]),
    ([38.0, 98.0, 88.0], [238.0, 228.0, 190.0]),
    ([120.0, 62.0, 60.0], [248.0, 220.0, 176.0]),
    ([70.0, 76.0, 92.0], [214.0, 218.0, 226.0]),
];

/// The words of the n-th contribution.
#[must_use]
pub fn sample_text(kind: Kind, place: usize) -> String {
    let body = match kind {
        Kind::Declaration => DECLARATIONS.get(place / 3 % DECLARATIONS.len()),
        _ => POSTS.get(place % POSTS.len()),
    };
    body.copied().unwrap_or_default().to_owned()
}

/// Gives some people a face and their posts photos, comments and likes; leaves something to decide
/// for the organizer, and asks a question a day.
///
/// # Errors
/// Only faults.
pub async fn liven(app: &App, event: &event::Model, people: &[(Uuid, u32)], organizer: Uuid) -> Result<(), Error> {
    let shots = tokio::task::spawn_blocking(|| (faces(), views())).await.map_err(Fault::of)?;
    let (faces, views) = (shots.0?, shots.1?);
    let txn = app.database.begin_write().await?;
    let scene = Scene { app, txn: &txn, event };
    for (place, (person, _)) in people.iter().enumerate().filter(|(place, _)| place % 3 != 2).take(300) {
        let face = faces.get(place % faces.len()).cloned();
        scene.put(*person, Kind::Portrait, State::Approved, None, "", face).await?;
    }
    for (place, (person, _)) in people.iter().enumerate().take(16) {
        let view = views.get(place % views.len()).cloned().filter(|_| place % 2 == 0);
        let post =
            scene.put(*person, Kind::Post, State::Approved, None, &sample_text(Kind::Post, place + 1), view).await?;
        for (nth, (other, _)) in people.iter().skip(place + 20).step_by(7).take(place * 5 % 4).enumerate() {
            let comment = COMMENTS.get((place + nth) % COMMENTS.len()).copied().unwrap_or_default();
            scene.put(*other, Kind::Comment, State::Approved, Some(post.id), comment, None).await?;
        }
        let fans = people.iter().skip(place).step_by(5).take(place * 7 % 23).map(|(fan, _)| like::ActiveModel {
            post_id: Set(post.id),
            registration_id: Set(*fan),
            at: Set(app.now()),
        });
        like::Entity::insert_many(fans).exec_without_returning(&txn).await?;
        if place == 3 {
            scene.complain(people.get(40).map(|(person, _)| *person), post.id).await?;
        }
    }
    for (place, (person, _)) in people.iter().enumerate().skip(4).take(9) {
        let kind = if place % 3 == 0 { Kind::Declaration } else { Kind::Post };
        let view = views.get(place % views.len()).cloned().filter(|_| kind == Kind::Post);
        scene.put(*person, kind, State::Pending, None, &sample_text(kind, place + 5), view).await?;
    }
    scene
        .put(
            people.first().map_or(Uuid::nil(), |(id, _)| *id),
            Kind::Portrait,
            State::Pending,
            None,
            "",
            faces.first().cloned(),
        )
        .await?;
    scene.ask(organizer, people).await?;
    txn.commit().await
}

struct Scene<'a> {
    app: &'a App,
    txn: &'a Write,
    event: &'a event::Model,
}

impl Scene<'_> {
    async fn put(
        &self,
        person: Uuid,
        kind: Kind,
        state: State,
        about: Option<Uuid>,
        text: &str,
        shot: Option<Developed>,
    ) -> Result<contribution::Model, Fault> {
        let now = self.app.now();
        let row = contribution::ActiveModel {
            id: Set(self.app.new_id()),
            event_id: Set(self.event.id),
            registration_id: Set(person),
            kind: Set(kind),
            post_id: Set(about),
            body: Set(text.to_owned()),
            day: Set(self.event.day(now)),
            state: Set(state),
            reason: Set(None),
            decided_by: Set(None),
            decided_at: Set((state != State::Pending).then_some(now)),
            at: Set(now),
        };
        let row = row.insert(self.txn).await?;
        photo::keep(self.txn, self.app, &row, shot.into_iter().collect()).await?;
        Ok(row)
    }

    async fn complain(&self, person: Option<Uuid>, about: Uuid) -> Result<(), Fault> {
        let row = complaint::ActiveModel {
            id: Set(self.app.new_id()),
            event_id: Set(self.event.id),
            registration_id: Set(person.unwrap_or_default()),
            contribution_id: Set(about),
            reason: Set("广告或留联系方式：像是在拉跑团".to_owned()),
            state: Set(complaint::State::Open),
            decided_by: Set(None),
            decided_at: Set(None),
            at: Set(self.app.now()),
        };
        complaint::Entity::insert(row).exec_without_returning(self.txn).await?;
        Ok(())
    }

    /// One question of yesterday, one of today.
    async fn ask(&self, organizer: Uuid, people: &[(Uuid, u32)]) -> Result<(), Fault> {
        let opens = self.event.boundary(Phase::Online).unwrap_or(self.app.now());
        let old = (
            "工会知识",
            json!([
                { "text": "《工会法》规定，工会是谁自愿结合的群众组织？", "options": ["职工", "企业", "行业协会"], "correct": 0 },
                { "text": "七夕传说里，搭桥的是哪一种鸟？", "options": ["燕子", "喜鹊", "大雁", "鸽子"], "correct": 1 },
            ]),
            opens - Duration::hours(20),
            opens,
        );
        let new = (
            "今天的一题",
            json!([
                { "text": "七夕是农历的哪一天？", "options": ["五月初五", "七月初七", "八月十五", "九月初九"], "correct": 1 },
            ]),
            opens,
            opens + Duration::days(2),
        );
        for (title, questions, opens_at, closes_at) in [old, new] {
            let row = quiz::ActiveModel {
                id: Set(self.app.new_id()),
                event_id: Set(self.event.id),
                title: Set(title.to_owned()),
                questions: Set(serde_json::from_value(questions).map_err(Fault::of)?),
                opens_at: Set(opens_at),
                closes_at: Set(closes_at),
                created_by: Set(organizer),
                created_at: Set(opens_at),
            };
            let quiz = row.insert(self.txn).await?;
            if closes_at <= opens {
                self.answer(&quiz, people).await?;
            }
        }
        Ok(())
    }

    /// Every third person knew, or guessed.
    async fn answer(&self, quiz: &quiz::Model, people: &[(Uuid, u32)]) -> Result<(), Fault> {
        let answers = people.iter().step_by(3).take(150).enumerate().map(|(place, (person, zeal))| {
            let choices: Vec<usize> = quiz
                .questions
                .0
                .iter()
                .map(
                    |question| if place % 5 < 3 { question.correct } else { (*zeal as usize) % question.options.len() },
                )
                .collect();
            answer::ActiveModel {
                quiz_id: Set(quiz.id),
                registration_id: Set(*person),
                correct: Set(quiz.mark(&choices).and_then(|right| i32::try_from(right).ok()).unwrap_or(0)),
                choices: Set(answer::Choices(choices)),
                at: Set(quiz.opens_at),
            }
        });
        answer::Entity::insert_many(answers).exec_without_returning(self.txn).await?;
        Ok(())
    }
}

/// Somebody before an evening sky, a dozen of them.
fn faces() -> Result<Vec<Developed>, Error> {
    (0..12)
        .map(|person| {
            paint(480, 480, person, |x, y| {
                let head = (x - 0.5).powi(2) + (y - 0.42).powi(2) < 0.026;
                let shoulders = ((x - 0.5) / 0.34).powi(2) + ((y - 1.04) / 0.42).powi(2) < 1.0;
                head || shoulders
            })
        })
        .collect()
}

/// Hills at dusk.
fn views() -> Result<Vec<Developed>, Error> {
    (0..6)
        .map(|hill: u8| {
            paint(640, 420, hill, |x, y| {
                let turn = f32::from(hill);
                y > 0.72 - 0.1 * (x * 7.0 + turn).sin() - 0.04 * (x * 19.0 + turn * 2.0).sin()
            })
        })
        .collect()
}

fn paint(width: u16, height: u16, number: u8, dark: impl Fn(f32, f32) -> bool) -> Result<Developed, Error> {
    let (top, bottom) = SKIES.get(usize::from(number) % SKIES.len()).copied().unwrap_or_default();
    let picture = RgbImage::from_fn(u32::from(width), u32::from(height), |x, y| {
        let part = |at: u32, of: u16| f32::from(u16::try_from(at).unwrap_or(0)) / f32::from(of);
        let (x, y) = (part(x, width), part(y, height));
        let moon = (x - 0.78).powi(2) + ((y - 0.2) * f32::from(height) / f32::from(width)).powi(2) < 0.003;
        let mixed = top.iter().zip(bottom).map(|(top, bottom)| match (dark(x, y), moon) {
            (true, _) => top * 0.55,
            (false, true) => 244.0,
            (false, false) => top + (bottom - top) * y,
        });
        let mut colour = [0; 3];
        for (place, light) in colour.iter_mut().zip(mixed) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a colour, between 0 and 255")]
            {
                *place = light as u8;
            }
        }
        Rgb(colour)
    });
    let mut bytes = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, ImageFormat::Jpeg).map_err(Fault::of)?;
    develop(&bytes.into_inner()).map_err(Error::from)
}
