//! What an inviter's own list says of somebody. It stays the inviter's: nothing of an account is
//! ever written into it, and nothing of it into an account before its owner agreed.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::invitation;
use crate::accounts::profile::Gender;
use crate::app::App;
use crate::error::Fault;
use crate::page::Page;
use crate::sealed::{INVITATION_DETAILS, Sealed};

/// A row of a list, as far as it says something of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = InvitationWords)]
pub struct InvitedPerson {
    pub gender: Gender,
    /// The unit's name, as written.
    pub unit: String,
    pub real_name: Option<String>,
    pub nickname: Option<String>,
    #[serde(default)]
    pub born_on: Option<NaiveDate>,
    pub birth_year: Option<i32>,
    pub education: Option<String>,
    pub phone: Option<String>,
    /// Checked beforehand: approved as soon as the person accepts.
    #[serde(default)]
    pub approved: bool,
}

impl InvitedPerson {
    /// What it says, each with its name, on a page.
    #[must_use]
    pub fn labelled_fields(&self, page: &Page) -> Vec<(String, String)> {
        let fields = [
            ("column-unit", Some(self.unit.clone())),
            ("column-real-name", self.real_name.clone()),
            ("column-nickname", self.nickname.clone()),
            ("column-gender", Some(page.t(&format!("gender-{}", gender(self.gender))))),
            ("column-born-on", self.born_on.map(|born| born.to_string())),
            ("column-birth-year", self.birth_year.filter(|_| self.born_on.is_none()).map(|year| year.to_string())),
            ("column-education", self.education.clone()),
            ("column-phone", self.phone.clone()),
        ];
        fields.into_iter().filter_map(|(key, value)| Some((page.t(key), value?))).collect()
    }

    /// Sealed for the row of this invitation: names and numbers are nothing for whoever has only the
    /// database.
    pub fn seal(&self, app: &App, id: Uuid) -> Result<Sealed, Fault> {
        INVITATION_DETAILS.seal(&app.secrets, &[id], &serde_json::to_string(self).map_err(Fault::of)?)
    }
}

/// What the list said, where the invitation comes from one.
///
/// # Errors
/// Only faults: the row was not written here, or its key is gone.
pub fn of(app: &App, invitation: &invitation::Model) -> Result<Option<InvitedPerson>, Fault> {
    let details = INVITATION_DETAILS.open_if_any(&app.secrets, &[invitation.id], invitation.details.as_ref())?;
    details.map(|details| serde_json::from_str(&details).map_err(Fault::of)).transpose()
}

/// As the API and the keys of words spell it.
#[must_use]
pub fn gender(gender: Gender) -> &'static str {
    match gender {
        Gender::Male => "male",
        Gender::Female => "female",
    }
}
