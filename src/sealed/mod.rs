//! What stands sealed in the database: texts about people, each in its own column of its own row. A
//! copy of the database tells none of them without the secret that lies elsewhere.
//!
//! All such columns are listed here, so that they can be sealed anew in one place when the secret
//! changes ([`renew`]); the rooms say what they mean.

pub mod renew;

use sea_orm::DeriveValueType;
use uuid::Uuid;

use crate::error::Fault;
use crate::folding;
use crate::secrets::Secrets;

/// What sealing is for, among the purposes of the installation's secrets.
const PURPOSE: &str = "at rest";
/// As [`PURPOSE`], for what sealed texts are found by.
const FINDING: &str = "found at rest";

/// A text at rest. Only its [`Column`] opens it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, DeriveValueType)]
pub struct Sealed(pub Vec<u8>);

/// Where sealed texts stand.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    table: &'static str,
    name: &'static str,
    /// The columns that tell one row from another: ids, in the order rows are named by.
    key: &'static [&'static str],
    found: Option<DigestColumn>,
    /// What the two were called when the first text was sealed: texts stay bound to that, whatever they are called now.
    first_called: (&'static str, &'static str),
}

/// The column beside it that whole texts are found by: a keyed digest of the folded text, the same as
/// long as the house stands, so that one index holds whatever key seals.
#[derive(Debug, Clone, Copy)]
struct DigestColumn {
    name: &'static str,
    fold: fn(&str) -> String,
}

/// What somebody signs in with.
pub const ACCOUNT_EMAIL: Column = Column::of("account", "email_sealed", &["id"]).found_by("email_digest", lower_case);
/// The address a sign-up is to prove.
pub const SIGN_UP_EMAIL: Column = Column::of("sign_up", "email_sealed", &["id"]).found_by("email_digest", lower_case);
/// Who is invited.
pub const INVITATION_EMAIL: Column =
    Column::of("invitation", "email_sealed", &["id"]).found_by("email_digest", lower_case);

/// To whom a letter goes.
pub const LETTER_RECIPIENT: Column =
    Column::of("letter", "recipient_sealed", &["id"]).found_by("recipient_digest", lower_case);
/// What a letter says, as JSON.
pub const LETTER_CONTENTS: Column = Column::of("letter", "contents_sealed", &["id"]);
/// What the mail server said last; it likes to repeat the address.
pub const LETTER_ERROR: Column = Column::of("letter", "last_error_sealed", &["id"]);

/// What somebody is called in their papers.
pub const REAL_NAME: Column =
    Column::of("profile", "real_name_sealed", &["account_id"]).found_by("real_name_digest", folding::letters);
/// When somebody was born, as ISO 8601 writes it.
pub const BORN_ON: Column = Column::of("profile", "born_on_sealed", &["account_id"]);
pub const PHONE: Column = Column::of("profile", "phone_sealed", &["account_id"]);
pub const WECHAT: Column = Column::of("profile", "wechat_sealed", &["account_id"]);
/// What an authenticator shares with the house.
pub const SECOND_FACTOR: Column = Column::of("second_factor", "secret_sealed", &["account_id"]);
/// What somebody wrote down for themselves about whom they sat with.
pub const DATE_NOTE: Column =
    Column::of("date_note", "text_sealed", &["written_by", "about"]).sealed_as("date_note", "words_sealed");
/// What a volunteer heard from a couple.
pub const FOLLOW_UP_NOTE: Column = Column::of("follow_up", "note_sealed", &["id"]);

/// What an inviter's list says of somebody, as JSON.
pub const INVITATION_DETAILS: Column =
    Column::of("invitation", "details_sealed", &["id"]).sealed_as("invitation", "words");
/// For what somebody asks to be written to, as JSON; until the letter is.
pub const LETTER_ERRAND: Column = Column::of("letter_request", "errand_sealed", &["id"]).sealed_as("asked", "wish");
/// What somebody gave in a match when contacts were opened, as JSON.
pub const CONTACT_GIVEN: Column = Column::of("contact_given", "sealed", &["match_id", "registration_id"]);

/// What one of two lets their volunteer see, as JSON.
pub const VOLUNTEER_CONTACT: Column = Column::of("volunteer_contact", "sealed", &["match_id", "registration_id"]);
/// What a volunteer and one of two wrote to each other through the house.
pub const CASE_LETTER: Column = Column::of("case_letter", "text_sealed", &["id"]);
/// What one of two answered when they were asked how it goes.
pub const CASE_ANSWER: Column = Column::of("case_question", "answer_sealed", &["id"]);
/// Whom somebody would like to be introduced to, as JSON.
pub const INTRODUCTION_WISH: Column = Column::of("introduction_request", "wish_sealed", &["id"]);
/// What one of two answered when they were proposed to each other.
pub const INTRODUCTION_ANSWER: Column =
    Column::of("introduction_answer", "answer_sealed", &["introduction_id", "account_id"]);
/// What somebody gave whom they were introduced to, as JSON.
pub const INTRODUCTION_GIVEN: Column = Column::of("introduction_given", "sealed", &["introduction_id", "account_id"]);

/// What organizers wrote to many, as JSON: it is what their letters said.
pub const ANNOUNCEMENT: Column = Column::of("announcement", "message_sealed", &["id"]);

/// What somebody says in the chat of an event.
pub const CHAT_LINE: Column = Column::of("chat_line", "body_sealed", &["id"]);

/// Every column of the house that is sealed.
pub const ALL: &[Column] = &[
    ACCOUNT_EMAIL,
    SIGN_UP_EMAIL,
    INVITATION_EMAIL,
    LETTER_RECIPIENT,
    LETTER_CONTENTS,
    LETTER_ERROR,
    REAL_NAME,
    BORN_ON,
    PHONE,
    WECHAT,
    SECOND_FACTOR,
    DATE_NOTE,
    FOLLOW_UP_NOTE,
    INVITATION_DETAILS,
    LETTER_ERRAND,
    CONTACT_GIVEN,
    VOLUNTEER_CONTACT,
    CASE_LETTER,
    CASE_ANSWER,
    INTRODUCTION_WISH,
    INTRODUCTION_ANSWER,
    INTRODUCTION_GIVEN,
    ANNOUNCEMENT,
    CHAT_LINE,
];

impl Column {
    const fn of(table: &'static str, name: &'static str, key: &'static [&'static str]) -> Self {
        Self { table, name, key, found: None, first_called: (table, name) }
    }

    const fn found_by(self, name: &'static str, fold: fn(&str) -> String) -> Self {
        Self { found: Some(DigestColumn { name, fold }), ..self }
    }

    const fn sealed_as(self, table: &'static str, name: &'static str) -> Self {
        Self { first_called: (table, name), ..self }
    }

    /// The table and the column.
    #[must_use]
    pub fn place(&self) -> (&'static str, &'static str) {
        (self.table, self.name)
    }

    /// What binds a sealed text to its place: moved to another row or column it does not open.
    fn context(&self, row: &[Uuid]) -> Vec<u8> {
        let (table, name) = self.first_called;
        let place = [table.as_bytes(), b".", name.as_bytes(), b"\0"].concat();
        row.iter().fold(place, |place, id| [place.as_slice(), id.as_bytes()].concat())
    }

    /// Seals a text for the row of this key.
    ///
    /// # Errors
    /// Where the operating system has no randomness to give.
    pub fn seal(&self, secrets: &Secrets, row: &[Uuid], text: &str) -> Result<Sealed, Fault> {
        Ok(Sealed(secrets.seal(PURPOSE, &self.context(row), text.as_bytes())?))
    }

    /// Opens the text of the row of this key.
    ///
    /// # Errors
    /// A fault where it was sealed elsewhere, or under a secret this house does not have.
    pub fn open(&self, secrets: &Secrets, row: &[Uuid], sealed: &Sealed) -> Result<String, Fault> {
        let opened = secrets.open(PURPOSE, &self.context(row), &sealed.0).map_err(|closed| {
            Fault::from(anyhow::Error::from(closed).context(format!("{}.{}", self.table, self.name)))
        })?;
        String::from_utf8(opened.to_vec()).map_err(Fault::of)
    }

    /// As [`Column::open`], where there may be nothing.
    ///
    /// # Errors
    /// As [`Column::open`].
    pub fn open_if_any(
        &self,
        secrets: &Secrets,
        row: &[Uuid],
        sealed: Option<&Sealed>,
    ) -> Result<Option<String>, Fault> {
        sealed.map(|sealed| self.open(secrets, row, sealed)).transpose()
    }

    /// As [`Column::seal`], where there may be nothing.
    ///
    /// # Errors
    /// As [`Column::seal`].
    pub fn seal_if_any(&self, secrets: &Secrets, row: &[Uuid], text: Option<&str>) -> Result<Option<Sealed>, Fault> {
        text.map(|text| self.seal(secrets, row, text)).transpose()
    }

    /// What is stored for a text to be found by; nothing where this column is not looked up.
    #[must_use]
    pub fn digest(&self, secrets: &Secrets, text: &str) -> Vec<u8> {
        self.found.map(|found| secrets.lasting_mac(FINDING, &self.parts(&(found.fold)(text)))).unwrap_or_default()
    }

    fn parts<'a>(&self, folded: &'a str) -> [&'a [u8]; 3] {
        [self.first_called.0.as_bytes(), self.first_called.1.as_bytes(), folded.as_bytes()]
    }
}

fn lower_case(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_opens_in_its_own_row_and_column_only() {
        let secrets = Secrets::fresh().unwrap();
        let (here, there) = ([Uuid::from_u128(1)], [Uuid::from_u128(2)]);
        let sealed = LETTER_RECIPIENT.seal(&secrets, &here, "li@example.com").unwrap();
        assert_eq!(LETTER_RECIPIENT.open(&secrets, &here, &sealed).unwrap(), "li@example.com");
        assert!(LETTER_RECIPIENT.open(&secrets, &there, &sealed).is_err());
        assert!(LETTER_ERROR.open(&secrets, &here, &sealed).is_err());
        assert!(LETTER_RECIPIENT.open(&Secrets::fresh().unwrap(), &here, &sealed).is_err());
    }

    #[test]
    fn a_text_sealed_before_its_column_was_renamed_opens() {
        for (column, called) in [(DATE_NOTE, "date_note.words_sealed"), (INVITATION_DETAILS, "invitation.words")] {
            assert!(column.context(&[Uuid::nil()]).starts_with(format!("{called}\0").as_bytes()), "{called}");
        }
        assert!(LETTER_ERRAND.context(&[Uuid::nil()]).starts_with(b"asked.wish\0"));
    }

    #[test]
    fn ten_thousand_names_are_opened_while_somebody_waits_for_an_answer() {
        let (secrets, row) = (Secrets::fresh().unwrap(), [Uuid::from_u128(1)]);
        let sealed = REAL_NAME.seal(&secrets, &row, "欧阳长庚").unwrap();
        let begun = std::time::Instant::now();
        for _ in 0..10_000 {
            assert!(REAL_NAME.open(&secrets, &row, &sealed).is_ok());
        }
        // A tenth of this where it is built to be used.
        assert!(begun.elapsed().as_secs() < 5, "{:?}", begun.elapsed());
        println!("10,000 names opened in {:?}", begun.elapsed());
    }

    #[test]
    fn a_text_is_found_however_it_is_written() {
        let secrets = Secrets::fresh().unwrap();
        let stored = LETTER_RECIPIENT.digest(&secrets, "li@example.com");
        assert_eq!(LETTER_RECIPIENT.digest(&secrets, " Li@Example.com"), stored);
        assert_ne!(LETTER_RECIPIENT.digest(&secrets, "wang@example.com"), stored);
        assert!(LETTER_ERROR.digest(&secrets, "li@example.com").is_empty());
        let stored = REAL_NAME.digest(&secrets, "阿依古丽·买买提");
        for name in ["阿依古丽・买买提", "阿依古丽•买买提", "阿依古丽‧买买提", " 阿依古丽 买买提", "阿依古丽买买提"]
        {
            assert_eq!(REAL_NAME.digest(&secrets, name), stored, "{name}");
        }
        assert_ne!(REAL_NAME.digest(&secrets, "阿依古丽"), stored, "a part of it finds nothing");
    }
}
