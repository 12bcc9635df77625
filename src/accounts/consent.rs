//! What a person agreed to: a row a sentence, with the words as they stood there. Wording changes;
//! what somebody agreed to does not.

use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;
use sea_orm::{ConnectionTrait, DbErr, FromJsonQueryResult, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::FieldError;
use crate::language::Language;
use crate::page::fluent;
use crate::page::form::Form;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "consent")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub account_id: Uuid,
    /// The application it was given with; none where it was given with the account.
    pub registration_id: Option<Uuid>,
    pub sentence: Sentence,
    pub text: String,
    pub at: DateTimeUtc,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

/// What somebody is asked to agree to.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
    ToSchema,
)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Sentence {
    /// Of age, and single.
    GrownUp,
    /// The unions keep and use what the person enters.
    MayKeep,
    /// Others at the event see the profile.
    MayShow,
    /// The employer's union is asked whether the person works there.
    MayCheck,
}

/// A sentence somebody agreed to, as they read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreedSentence {
    pub sentence: Sentence,
    #[serde(rename = "words")]
    pub text: String,
}

/// All somebody agreed to at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Agreed(Vec<AgreedSentence>);

impl Sentence {
    /// What an account needs.
    pub const OF_ACCOUNT: [Self; 2] = [Self::GrownUp, Self::MayKeep];
    /// What an application needs.
    pub const OF_APPLICATION: [Self; 2] = [Self::MayShow, Self::MayCheck];

    /// As forms name it.
    #[must_use]
    pub fn field(self) -> &'static str {
        match self {
            Self::GrownUp => "grown_up",
            Self::MayKeep => "may_keep",
            Self::MayShow => "may_show",
            Self::MayCheck => "may_check",
        }
    }

    #[must_use]
    pub fn text(self, language: Language) -> String {
        let key = match self {
            Self::GrownUp => "consent-grown-up",
            Self::MayKeep => "consent-may-keep",
            Self::MayShow => "consent-may-show",
            Self::MayCheck => "consent-may-check",
        };
        fluent::say(language, key, &[])
    }

    /// Those of the sentences that were not ticked, as what is wrong with the form.
    #[must_use]
    pub fn unticked(required: &[Self], form: &Form) -> Vec<FieldError> {
        let ticked = |sentence: &Self| form.flag(sentence.field()) == Value::Bool(true);
        let needed = |sentence: &Self| FieldError::new(sentence.field(), "needed", "must be agreed to");
        required.iter().filter(|sentence| !ticked(sentence)).map(needed).collect()
    }
}

impl Agreed {
    /// To these sentences, read in a language.
    #[must_use]
    pub fn to(sentences: impl IntoIterator<Item = Sentence>, language: Language) -> Self {
        let agreed = |sentence: Sentence| AgreedSentence { sentence, text: sentence.text(language) };
        Self(sentences.into_iter().map(agreed).collect())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The sentences, as they were read.
    pub fn sentences(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|agreed| agreed.text.as_str())
    }

    /// The rows that keep it, of one person.
    pub fn rows(
        self,
        app: &App,
        account_id: Uuid,
        registration_id: Option<Uuid>,
        at: DateTimeUtc,
    ) -> impl Iterator<Item = ActiveModel> {
        self.0.into_iter().map(move |AgreedSentence { sentence, text }| ActiveModel {
            id: Set(app.new_id()),
            account_id: Set(account_id),
            registration_id: Set(registration_id),
            sentence: Set(sentence),
            text: Set(text),
            at: Set(at),
        })
    }

    /// Keeps it.
    pub async fn keep(
        self,
        txn: &impl ConnectionTrait,
        app: &App,
        account_id: Uuid,
        registration_id: Option<Uuid>,
        at: DateTimeUtc,
    ) -> Result<(), DbErr> {
        if !self.0.is_empty() {
            let rows = self.rows(app, account_id, registration_id, at);
            Entity::insert_many(rows).exec_without_returning(txn).await?;
        }
        Ok(())
    }
}

/// What a person agreed to, in order.
pub async fn of_person(db: &impl ConnectionTrait, account_id: Uuid) -> Result<Vec<Model>, DbErr> {
    Entity::find().filter(Column::AccountId.eq(account_id)).order_by_asc(Column::Id).all(db).await
}
