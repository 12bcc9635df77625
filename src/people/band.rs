//! An age as others are told it: in bands of five years.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    Under25,
    To29,
    To34,
    To39,
    From40,
}

impl Band {
    pub const ALL: [Self; 5] = [Self::Under25, Self::To29, Self::To34, Self::To39, Self::From40];

    /// The band of somebody born in a year, in another year.
    #[must_use]
    pub fn of(born: i32, year: i32) -> Self {
        match year - born {
            ..25 => Self::Under25,
            25..30 => Self::To29,
            30..35 => Self::To34,
            35..40 => Self::To39,
            40.. => Self::From40,
        }
    }

    /// As addresses and keys of words spell it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Under25 => "under-25",
            Self::To29 => "25-29",
            Self::To34 => "30-34",
            Self::To39 => "35-39",
            Self::From40 => "from-40",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_meet_without_a_gap() {
        let bands = [(2002, "under-25"), (2001, "25-29"), (1997, "25-29"), (1996, "30-34"), (1986, "from-40")];
        for (born, word) in bands {
            assert_eq!(Band::of(born, 2026).word(), word, "{born}");
        }
    }
}
