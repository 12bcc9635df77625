//! What others may see of a person, and what only the person may see.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "profile")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: Uuid,
    pub nickname: String,
    pub gender: Gender,
    /// Shown to nobody: others are told a band, organizers the age on the day of their event. Where it
    /// is there, `birth_year` is its year.
    pub born_on: Option<Date>,
    pub birth_year: Option<i32>,
    pub education: Option<String>,
    pub district: Option<String>,
    /// A list of short words.
    pub interests: Json,
    pub about: Option<String>,
    /// Never shown to another participant or a desk.
    pub real_name: Option<String>,
    /// Given only by handshake.
    pub phone: Option<String>,
    /// Given only by handshake.
    pub wechat: Option<String>,
    /// Where the person says they work; each registration says it again.
    pub unit_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumIter, DeriveActiveEnum, Serialize, Deserialize, ToSchema)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Gender {
    Male,
    Female,
}

impl Model {
    /// Whether others find in it what they look for in somebody they may meet.
    #[must_use]
    pub fn says_enough(&self) -> bool {
        let said = |field: &Option<String>| field.as_deref().is_some_and(|words| !words.trim().is_empty());
        self.birth_year.is_some() && said(&self.education) && said(&self.about) && !self.interests().is_empty()
    }

    /// The words, as a list.
    #[must_use]
    pub fn interests(&self) -> Vec<String> {
        let words = self.interests.as_array().map(Vec::as_slice).unwrap_or_default();
        words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect()
    }
}
