//! The limits of a rule set, and the names by which people are told of them.

use std::fmt;

use super::applicant::Side;

/// One set of people whose number is bounded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Limit {
    Seats,
    Side(Side),
    /// An age band of one side, or of everybody where the side is left out.
    Band(Option<Side>, String),
    Unit(String),
    UnitSide(String, Side),
}

impl Limit {
    /// The key in the rules that sets this limit: one number may bound every unit at once.
    pub fn key(&self) -> String {
        match self {
            Self::Unit(_) => "unit".to_owned(),
            Self::UnitSide(..) => "unit_side".to_owned(),
            named => named.to_string(),
        }
    }

    /// The end of the limit that has to give, as people read it: `side men min`, `unit A max`; seats have one number.
    pub fn end(&self, end: End) -> String {
        match self {
            Self::Seats => self.to_string(),
            named => format!("{named} {end}"),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seats => out.write_str("seats"),
            Self::Side(side) => write!(out, "side {side}"),
            Self::Band(Some(side), name) => write!(out, "band {side}/{name}"),
            Self::Band(None, name) => write!(out, "band {name}"),
            Self::Unit(unit) => write!(out, "unit {unit}"),
            Self::UnitSide(unit, side) => write!(out, "unit {unit}/{side}"),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Min,
    Max,
}

impl fmt::Display for End {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Min => "min",
            Self::Max => "max",
        })
    }
}
