//! What somebody says who signs up, to the API or on a page.

use std::collections::BTreeSet;

use garde::Validate;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::address::{MailAddress, mail_address, read_address};
use super::consent::{Agreed, Sentence};
use super::nickname::nickname_rule;
use super::profile::Gender;
use super::register::Wish;
use crate::error::Error;
use crate::folding;
use crate::language::Language;

/// A sign-up.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUpForm {
    /// Domains in Chinese are welcome.
    #[garde(custom(mail_address))]
    #[schema(example = "lilei@example.cn")]
    pub email: String,
    #[garde(custom(nickname_rule))]
    #[schema(example = "云上的喜鹊")]
    pub nickname: String,
    #[garde(skip)]
    pub gender: Gender,
    /// Where the person works; each registration for an event says it again.
    #[garde(skip)]
    pub unit_id: Option<Uuid>,
    /// Left out: that of `Accept-Language`.
    #[garde(skip)]
    pub language: Option<Language>,
    /// The sentences the person was shown and agreed to, each on its own.
    #[serde(default)]
    #[garde(skip)]
    #[schema(value_type = Vec<Sentence>)]
    pub consents: BTreeSet<Sentence>,
}

impl SignUpForm {
    /// Where to write, and what the verb takes. `asked` is the language where the form names none.
    ///
    /// # Errors
    /// 422 `invalid` where the address is none.
    pub fn wish(self, preferred: Language) -> Result<(MailAddress, Wish), Error> {
        let language = self.language.unwrap_or(preferred);
        let address = read_address(&self.email)?;
        let wish = Wish {
            email: address.as_str().to_owned(),
            nickname: folding::line(&self.nickname),
            gender: self.gender,
            unit_id: self.unit_id,
            language,
            agreed: Agreed::to(self.consents, language),
            to: None,
        };
        Ok((address, wish))
    }
}
