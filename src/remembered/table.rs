//! The tables of which something is remembered.

use std::hash::{DefaultHasher, Hasher};

/// A table of which something is remembered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is called as its table")]
pub enum Table {
    Account,
    Profile,
    SecondFactor,
    Session,
    TokenFamily,
    Organization,
    Unit,
    UnitContact,
    Staff,
    Event,
    Crew,
    Device,
    Registration,
}

/// Some of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    All(Table),
    /// The rows with this value in one of the columns that [`Table::keys`] lists.
    Rows(Table, Key),
}

/// Stands for such a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub(super) u64);

impl Table {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Account,
        Self::Profile,
        Self::SecondFactor,
        Self::Session,
        Self::TokenFamily,
        Self::Organization,
        Self::Unit,
        Self::UnitContact,
        Self::Staff,
        Self::Event,
        Self::Crew,
        Self::Device,
        Self::Registration,
    ];

    /// What it is called in the database.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Profile => "profile",
            Self::SecondFactor => "second_factor",
            Self::Session => "session",
            Self::TokenFamily => "token_family",
            Self::Organization => "organization",
            Self::Unit => "unit",
            Self::UnitContact => "unit_contact",
            Self::Staff => "staff",
            Self::Event => "event",
            Self::Crew => "crew",
            Self::Device => "device",
            Self::Registration => "registration",
        }
    }

    /// The one called so.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }

    /// The columns by which its rows are told apart; none where a change to one row counts as a change to
    /// all of them, because there are few or they seldom change.
    #[must_use]
    pub const fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Account | Self::Registration => &["id"],
            Self::Profile | Self::SecondFactor => &["account_id"],
            Self::Session => &["id", "account_id", "token_digest"],
            Self::TokenFamily => &["id", "account_id"],
            _ => &[],
        }
    }

    /// Whether it is remembered, too, that it has no row of a kind: then a new row is a change. Of the
    /// others only what is there is remembered.
    #[must_use]
    pub const fn minds_new_rows(self) -> bool {
        matches!(self, Self::SecondFactor | Self::UnitContact | Self::Staff | Self::Crew)
    }

    /// The tables that lose rows, or columns of them, with rows of the table of this name.
    #[must_use]
    pub fn losing_with(name: &str) -> &'static [Self] {
        match name {
            "account" => &[
                Self::Profile,
                Self::SecondFactor,
                Self::Session,
                Self::TokenFamily,
                Self::UnitContact,
                Self::Staff,
                Self::Crew,
            ],
            "organization" => &[Self::Unit, Self::UnitContact, Self::Staff, Self::Event],
            "unit" => &[Self::UnitContact],
            "series" => &[Self::Event],
            "event" => &[Self::Crew],
            _ => &[],
        }
    }

    /// Its rows with this value in one of [`Table::keys`]; all of it where it has none.
    #[must_use]
    pub fn rows(self, value: &[u8]) -> Part {
        if self.keys().is_empty() {
            return Part::All(self);
        }
        let mut hasher = DefaultHasher::new();
        hasher.write(self.name().as_bytes());
        hasher.write(value);
        Part::Rows(self, Key(hasher.finish()))
    }
}
