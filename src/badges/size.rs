//! What badges are printed on.

use crate::page::Page;

/// A badge on A4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// 90 × 54 mm, for a clip: ten on A4.
    Card,
    /// 86 × 120 mm, for a lanyard: four on A4.
    Lanyard,
    /// A6, folded or in a stand: four on A4.
    Table,
}

impl Size {
    pub const ALL: [Self; 3] = [Self::Card, Self::Lanyard, Self::Table];

    #[must_use]
    pub fn of(name: &str) -> Self {
        Self::ALL.into_iter().find(|size| size.name() == name).unwrap_or(Self::Card)
    }

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Card => "90x54",
            Self::Lanyard => "86x120",
            Self::Table => "a6",
        }
    }

    #[must_use]
    pub fn on_a_sheet(self) -> usize {
        match self {
            Self::Card => 10,
            Self::Lanyard | Self::Table => 4,
        }
    }

    #[must_use]
    pub fn label(self, page: &Page) -> String {
        page.t(&format!("badges-size-{}", self.name()))
    }
}
