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

    /// The band of somebody of this age.
    #[must_use]
    pub fn of(age: i32) -> Self {
        match age {
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
        for (age, word) in [(24, "under-25"), (25, "25-29"), (29, "25-29"), (30, "30-34"), (40, "from-40")] {
            assert_eq!(Band::of(age).word(), word, "{age}");
        }
    }
}
