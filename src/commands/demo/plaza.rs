//! Life on the plaza of a demonstration: what people wrote, showed and asked.

use std::sync::Arc;

use queqiao_photos::Developed;
use uuid::Uuid;

use super::applying::Applicant;
use super::people::at_once;
use super::pictures::Pictures;
use crate::app::App;
use crate::error::Error;
use crate::events::access::Organizer;
use crate::plaza::complain::complain;
use crate::plaza::contribute::{NewContribution, contribute};
use crate::plaza::contribution::{Decision, Kind};
use crate::plaza::like::like;
use crate::plaza::moderate::moderate;
use crate::registrations::access::Participant;

/// How many are seen with a face.
const FACES: usize = 300;

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
/// for the organizer.
///
/// # Errors
/// Only faults; every refusal would be a mistake of the scene.
pub async fn liven(
    app: &Arc<App>,
    organizer: &Organizer,
    people: &[Applicant],
    Pictures { faces, views }: &Pictures,
) -> Result<(), Error> {
    let plaza = Plaza { app: Arc::clone(app), organizer: organizer.clone() };
    let faced = people.iter().enumerate().filter(|(place, _)| place % 3 != 2).take(FACES);
    let faced = faced.map(|(place, person)| (person.who.clone(), faces.get(place % faces.len()).cloned()));
    at_once(app, faced, |_, (who, face)| {
        let plaza = plaza.clone();
        async move { plaza.shows(&who, Kind::Portrait, "", face).await }
    })
    .await?;
    for (place, person) in people.iter().enumerate().take(16) {
        let view = views.get(place % views.len()).cloned().filter(|_| place % 2 == 0);
        let post = plaza.shows(&person.who, Kind::Post, &sample_text(Kind::Post, place + 1), view).await?;
        for (nth, other) in people.iter().skip(place + 20).step_by(7).take(place * 5 % 4).enumerate() {
            let comment = COMMENTS.get((place + nth) % COMMENTS.len()).copied().unwrap_or_default();
            plaza.puts(&other.who, Kind::Comment, Some(post), comment, None).await?;
        }
        let fans = people.iter().skip(place).step_by(5).take(place * 7 % 23).map(|fan| fan.who.clone());
        at_once(app, fans, |app, fan| async move { like(&app, &fan, post, true).await }).await?;
        if let Some(reader) = people.get(40).filter(|_| place == 3) {
            complain(app, &reader.who, post, "广告或留联系方式：像是在拉跑团".to_owned()).await?;
        }
    }
    for (place, person) in people.iter().enumerate().skip(16).take(9) {
        let kind = if place % 3 == 0 { Kind::Declaration } else { Kind::Post };
        let view = views.get(place % views.len()).cloned().filter(|_| kind == Kind::Post);
        plaza.puts(&person.who, kind, None, &sample_text(kind, place + 5), view).await?;
    }
    if let Some(first) = people.first() {
        plaza.puts(&first.who, Kind::Portrait, None, "", faces.get(1).cloned()).await?;
    }
    Ok(())
}

#[derive(Clone)]
struct Plaza {
    app: Arc<App>,
    organizer: Organizer,
}

impl Plaza {
    async fn puts(
        &self,
        who: &Participant,
        kind: Kind,
        about: Option<Uuid>,
        text: &str,
        shot: Option<Developed>,
    ) -> Result<Uuid, Error> {
        let photos = shot.into_iter().collect();
        let contribution = NewContribution { kind, about, body: text.to_owned(), photos };
        Ok(contribute(&self.app, who, contribution).await?.id)
    }

    /// As [`Self::puts`], and the organizer lets it be seen.
    async fn shows(&self, who: &Participant, kind: Kind, text: &str, shot: Option<Developed>) -> Result<Uuid, Error> {
        let id = self.puts(who, kind, None, text, shot).await?;
        moderate(&self.app, &self.organizer, id, Decision::Approve, None).await?;
        Ok(id)
    }
}
