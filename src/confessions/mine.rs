//! What one person asked and was asked.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::confession::Entity;
use super::terms::Terms;
use crate::app::App;
use crate::error::Fault;
use crate::picks::own;
use crate::registrations::access::Participant;
use crate::registrations::exclusion;

/// What I asked, without to whom, because what came of it is nobody's to read off a screen; and what
/// I am asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MyConfessions)]
pub struct Mine {
    /// How often I may still ask; 0 where the event has no 真情告白.
    pub left: u32,
    pub asked: Vec<MyConfession>,
    pub questions: Vec<Question>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MyConfession)]
pub struct MyConfession {
    pub id: Uuid,
    pub withdrawn: bool,
}

/// Somebody would like to speak to me on stage.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ConfessionQuestion)]
pub struct Question {
    pub id: Uuid,
    #[schema(example = "男013")]
    pub badge: String,
    pub nickname: String,
    /// I said yes, and may still take it back.
    pub agreed: bool,
    /// After this, silence is a no.
    pub answer_by: DateTime<Utc>,
}

pub async fn mine(app: &App, db: &impl ConnectionTrait, me: &Participant) -> Result<Mine, Fault> {
    let id = me.registration.id;
    let own = Entity::asked_by(id).all(db).await?;
    let hidden = exclusion::out_of_sight(db, id).await?;
    let mut questions = Entity::asked_of(id, app.now()).all(db).await?;
    questions.retain(|question| !hidden.contains(&question.asked_by));
    let mut faces = own::faces(db, questions.iter().map(|question| question.asked_by)).await?;
    let questions = questions.into_iter().map(|row| {
        let (badge, nickname) = faces.remove(&row.asked_by).unwrap_or_default();
        Question { id: row.id, badge, nickname, agreed: row.agreed, answer_by: row.answer_by }
    });
    let each = Terms::of(&me.event)?.map_or(0, |terms| terms.each);
    let spent = u32::try_from(own.len()).unwrap_or(u32::MAX);
    let mine = |row: super::confession::Model| MyConfession { id: row.id, withdrawn: row.withdrawn };
    Ok(Mine {
        left: each.saturating_sub(spent),
        questions: questions.collect(),
        asked: own.into_iter().map(mine).collect(),
    })
}
