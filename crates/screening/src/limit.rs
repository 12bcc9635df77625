//! The limits of a rule set, and the names by which people and programs are told of them.
//!
//! Every name is read back as what it was written for, whatever employers and bands are called: `unit A/men` is the men
//! of A, and an employer called `A/men` is `unit A/men/`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::applicant::{SIDES, Side};

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

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Min,
    Max,
}

/// What stands in the way of a selection: which number has to give, or what there is too little of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// They have one number, and so no end to name.
    Seats,
    /// A limit at one of its ends.
    Limit(Limit, End),
    /// The one number that bounds every unit at once.
    Units(End),
    /// The one number that bounds each side of every unit at once.
    UnitSides(End),
    /// Too few people of a side, or of a band of it.
    Applicants(Side, Option<String>),
    /// Guaranteed seats take the room.
    Held,
}

/// The text names no limit, or nothing that could stand in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this names no limit")]
pub struct NotALimit;

impl Obstacle {
    /// One limit at one of its ends.
    #[must_use]
    pub fn at(limit: &Limit, end: End) -> Self {
        match limit {
            Limit::Seats => Self::Seats,
            named => Self::Limit(named.clone(), end),
        }
    }

    /// The number in the rules that sets this limit: one bounds every unit at once.
    #[must_use]
    pub fn in_rules(limit: &Limit, end: End) -> Self {
        match limit {
            Limit::Unit(_) => Self::Units(end),
            Limit::UnitSide(..) => Self::UnitSides(end),
            named => Self::at(named, end),
        }
    }
}

/// The side named before a slash, and what follows it.
fn side_before(text: &str) -> Option<(Side, &str)> {
    let (side, rest) = text.split_once('/')?;
    Some((side.parse().ok()?, rest))
}

/// The side named behind the last slash, and what stands before it.
fn side_behind(text: &str) -> Option<(&str, Side)> {
    let (rest, side) = text.rsplit_once('/')?;
    Some((rest, side.parse().ok()?))
}

impl fmt::Display for Limit {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seats => out.write_str("seats"),
            Self::Side(side) => write!(out, "side {side}"),
            Self::Band(Some(side), name) => write!(out, "band {side}/{name}"),
            // A slash more than the name has: what follows it is no band of a side.
            Self::Band(None, name) if name.starts_with('/') || side_before(name).is_some() => {
                write!(out, "band /{name}")
            }
            Self::Band(None, name) => write!(out, "band {name}"),
            // Likewise behind it: this is no side of the unit.
            Self::Unit(unit) if unit.ends_with('/') || side_behind(unit).is_some() => write!(out, "unit {unit}/"),
            Self::Unit(unit) => write!(out, "unit {unit}"),
            Self::UnitSide(unit, side) => write!(out, "unit {unit}/{side}"),
        }
    }
}

impl FromStr for Limit {
    type Err = NotALimit;

    fn from_str(text: &str) -> Result<Self, NotALimit> {
        if text == "seats" {
            return Ok(Self::Seats);
        }
        let (kind, name) = text.split_once(' ').ok_or(NotALimit)?;
        match kind {
            "side" => name.parse().map(Self::Side),
            "band" => Ok(match (name.strip_prefix('/'), side_before(name)) {
                (Some(name), _) => Self::Band(None, name.to_owned()),
                (None, Some((side, name))) => Self::Band(Some(side), name.to_owned()),
                (None, None) => Self::Band(None, name.to_owned()),
            }),
            "unit" => Ok(match (name.strip_suffix('/'), side_behind(name)) {
                (Some(name), _) => Self::Unit(name.to_owned()),
                (None, Some((name, side))) => Self::UnitSide(name.to_owned(), side),
                (None, None) => Self::Unit(name.to_owned()),
            }),
            _ => Err(NotALimit),
        }
    }
}

impl FromStr for Side {
    type Err = NotALimit;

    fn from_str(text: &str) -> Result<Self, NotALimit> {
        SIDES.into_iter().find(|side| side.to_string() == text).ok_or(NotALimit)
    }
}

impl fmt::Display for End {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Min => "min",
            Self::Max => "max",
        })
    }
}

/// As people and programs read it: `side men min`, `unit A max`, `applicants women/35+`.
impl fmt::Display for Obstacle {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seats => out.write_str("seats"),
            Self::Limit(limit, end) => write!(out, "{limit} {end}"),
            Self::Units(end) => write!(out, "unit {end}"),
            Self::UnitSides(end) => write!(out, "unit_side {end}"),
            Self::Applicants(side, Some(band)) => write!(out, "applicants {side}/{band}"),
            Self::Applicants(side, None) => write!(out, "applicants {side}"),
            Self::Held => out.write_str("held"),
        }
    }
}

impl FromStr for Obstacle {
    type Err = NotALimit;

    fn from_str(text: &str) -> Result<Self, NotALimit> {
        match text {
            "seats" => return Ok(Self::Seats),
            "held" => return Ok(Self::Held),
            _ => {}
        }
        if let Some(whose) = text.strip_prefix("applicants ") {
            return match side_before(whose) {
                Some((side, band)) => Ok(Self::Applicants(side, Some(band.to_owned()))),
                None => Ok(Self::Applicants(whose.parse()?, None)),
            };
        }
        let (limit, end) = match text.rsplit_once(' ') {
            Some((limit, "min")) => (limit, End::Min),
            Some((limit, "max")) => (limit, End::Max),
            _ => return Err(NotALimit),
        };
        match limit {
            "unit" => Ok(Self::Units(end)),
            "unit_side" => Ok(Self::UnitSides(end)),
            limit => Ok(Self::Limit(limit.parse()?, end)),
        }
    }
}

/// In JSON as in words.
macro_rules! written_as_text {
    ($($named:ident),+) => {$(
        impl Serialize for $named {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $named {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
            }
        }
    )+};
}

written_as_text!(Limit, Obstacle);

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 12] =
        ["", "电力局", "A/B", "X/men", "X/women", "men", "men/35+", "/men", "X/", "X//", "X/men/", "25 min"];

    #[test]
    fn a_limit_is_read_back_whatever_its_people_are_called() {
        let mut limits = vec![Limit::Seats, Limit::Side(Side::Men), Limit::Side(Side::Women)];
        for name in NAMES.map(str::to_owned) {
            limits.push(Limit::Unit(name.clone()));
            limits.extend(SIDES.map(|side| Limit::UnitSide(name.clone(), side)));
            limits.push(Limit::Band(None, name.clone()));
            limits.extend(SIDES.map(|side| Limit::Band(Some(side), name.clone())));
        }
        let mut texts = std::collections::HashSet::new();
        for limit in &limits {
            let text = limit.to_string();
            assert_eq!(text.parse().as_ref(), Ok(limit), "{text}");
            assert!(texts.insert(text.clone()), "{text} stands for two");
            for end in [End::Min, End::Max] {
                let obstacle = Obstacle::at(limit, end);
                assert_eq!(obstacle.to_string().parse(), Ok(obstacle), "{text} {end}");
            }
        }
    }

    #[test]
    fn ordinary_names_stand_as_they_are() {
        let men = |name: &str| Limit::UnitSide(name.to_owned(), Side::Men);
        assert_eq!(men("X").to_string(), "unit X/men");
        assert_eq!(Limit::Unit("X/men".to_owned()).to_string(), "unit X/men/");
        assert_eq!(Limit::Unit("A/B".to_owned()).to_string(), "unit A/B");
        assert_eq!(Limit::Band(Some(Side::Women), "35+".to_owned()).to_string(), "band women/35+");
    }

    #[test]
    fn what_stands_in_the_way_is_read_back() {
        let band = Some("35+".to_owned());
        for obstacle in [
            Obstacle::Units(End::Max),
            Obstacle::UnitSides(End::Max),
            Obstacle::Applicants(Side::Women, band),
            Obstacle::Applicants(Side::Men, None),
            Obstacle::Held,
            Obstacle::Seats,
        ] {
            assert_eq!(obstacle.to_string().parse(), Ok(obstacle));
        }
        for text in ["", "doors open", "side", "side them", "unit A", "what else"] {
            assert_eq!(text.parse::<Obstacle>(), Err(NotALimit), "{text}");
        }
    }
}
