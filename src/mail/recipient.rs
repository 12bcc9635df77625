//! To whom a letter goes, and in which language.

use uuid::Uuid;

use crate::language::Language;

/// Somebody who is written to. Those with an account are made from it: `accounts/recipient.rs`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    pub account_id: Option<Uuid>,
    pub address: String,
    pub language: Language,
    /// Empty where the letter calls nobody by name.
    pub nickname: String,
}

impl Recipient {
    /// An address that has no account yet, or of which nobody has looked whether it has.
    #[must_use]
    pub fn without_account(address: String, language: Language) -> Self {
        Self { account_id: None, address, language, nickname: String::new() }
    }
}
