//! The rules of a screening as the organizer publishes them, and what is refused before anybody is ranked.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::applicant::{SIDES, Side};
use super::limit::Limit;

/// How many seats, and which limits the selection must keep. Published before registration opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ScreeningRules))]
#[serde(deny_unknown_fields)]
pub struct Rules {
    pub seats: u32,
    #[serde(default)]
    pub fallback: Fallback,
    /// How many of each side wait in line; everybody where it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standby: Option<u32>,
    #[serde(default)]
    pub side: Sides,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit_side: Option<Cap>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<Cap>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub band: Vec<Band>,
}

/// What the organizer wants where no legal selection exists. Chosen beforehand, so that it cannot be chosen for anybody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ScreeningFallback))]
#[serde(rename_all = "snake_case")]
pub enum Fallback {
    #[default]
    None,
    ReduceSeats,
    WidenBalance,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ScreeningSides))]
#[serde(deny_unknown_fields)]
pub struct Sides {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub men: Option<Bounds>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub women: Option<Bounds>,
}

/// At least `min` and at most `max` people; no upper limit where `max` is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ScreeningBounds))]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    #[serde(default)]
    pub min: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ScreeningCap))]
#[serde(deny_unknown_fields)]
pub struct Cap {
    pub max: u32,
}

/// An age band of one side; of both together where the side is left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "schema", schema(as = ScreeningBand))]
#[serde(deny_unknown_fields)]
pub struct Band {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    pub name: String,
    #[serde(default)]
    pub min: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<u32>,
}

impl Band {
    pub fn limit(&self) -> Limit {
        Limit::Band(self.side, self.name.clone())
    }

    pub fn bounds(&self) -> Bounds {
        Bounds { min: self.min, max: self.max }
    }
}

/// Why a rule set is not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRules {
    #[error("rules: {0}")]
    Unreadable(String),
    #[error("rules: seats: must be at least 1")]
    NoSeats,
    #[error("rules: no number can be above {UNBOUNDED}")]
    TooMany,
    #[error("rules: {limit}: min {min} is more than max {max}")]
    EmptyRange { limit: String, min: u32, max: u32 },
    #[error("rules: {0} is there twice")]
    Twice(String),
    #[error("rules: a band has no name")]
    NamelessBand,
    /// Choosing among three families of limits that cross contains three-dimensional matching.
    #[error(
        "rules: \"{first}\" and \"{second}\" cross, and \"{third}\" crosses both: at most two crossing families of limits can be kept"
    )]
    ThreeFamilies { first: String, second: String, third: String },
}

/// No limit in practice, and far from overflow in every sum of limits.
pub const UNBOUNDED: u32 = u32::MAX / 8;

impl Rules {
    /// Reads and checks a rule set written as TOML.
    pub fn from_toml(text: &str) -> Result<Self, NotRules> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let rules: Self = toml::from_str(text).map_err(|error| {
            let line =
                error.span().and_then(|span| text.get(..span.start)).map(|before| before.matches('\n').count() + 1);
            let message = error.message().lines().collect::<Vec<_>>().join("; ");
            NotRules::Unreadable(line.map_or(message.clone(), |line| format!("line {line}: {message}")))
        })?;
        rules.check()?;
        Ok(rules)
    }

    /// Everything that is wrong whoever applies. Whether the quotas can be met is another question: it depends on the pool.
    pub fn check(&self) -> Result<(), NotRules> {
        if self.seats == 0 {
            return Err(NotRules::NoSeats);
        }
        if self.numbers().any(|number| number > UNBOUNDED) {
            return Err(NotRules::TooMany);
        }
        for side in SIDES {
            checked(&Limit::Side(side), self.side_bounds(side))?;
        }
        let mut seen = HashSet::new();
        for band in &self.band {
            if band.name.trim().is_empty() {
                return Err(NotRules::NamelessBand);
            }
            checked(&band.limit(), band.bounds())?;
            if !seen.insert((band.side, band.name.as_str())) {
                return Err(NotRules::Twice(band.limit().to_string()));
            }
        }
        self.refuse_three_families()
    }

    fn numbers(&self) -> impl Iterator<Item = u32> {
        let cap = |cap: Option<Cap>| cap.map(|cap| cap.max);
        let alone = [Some(self.seats), self.standby, cap(self.unit), cap(self.unit_side)];
        let sides = SIDES.into_iter().map(|side| self.side_bounds(side));
        let bounds = sides.chain(self.band.iter().map(Band::bounds));
        alone.into_iter().chain(bounds.flat_map(|bounds| [Some(bounds.min), bounds.max])).flatten()
    }

    /// Sides, bands across sides, and units (across sides) are the only three families here of which
    /// no two are nested; bands of one side lie inside it, (unit, side) inside both unit and side.
    fn refuse_three_families(&self) -> Result<(), NotRules> {
        let across = self.band.iter().find(|band| band.side.is_none());
        let side = SIDES.into_iter().find(|side| self.binds(self.side_bounds(*side)));
        match (across, side, self.unit) {
            (Some(band), Some(side), Some(_)) => Err(NotRules::ThreeFamilies {
                first: Limit::Side(side).to_string(),
                second: band.limit().to_string(),
                third: "unit".to_owned(),
            }),
            _ => Ok(()),
        }
    }

    /// A maximum of all seats binds as soon as somebody asks what one seat more would change.
    pub(crate) fn binds(&self, bounds: Bounds) -> bool {
        bounds.min > 0 || bounds.max.is_some_and(|max| max <= self.seats)
    }

    pub fn side_bounds(&self, side: Side) -> Bounds {
        match side {
            Side::Men => self.side.men,
            Side::Women => self.side.women,
        }
        .unwrap_or_default()
    }

    pub fn set_side(&mut self, side: Side, bounds: Bounds) {
        match side {
            Side::Men => self.side.men = Some(bounds),
            Side::Women => self.side.women = Some(bounds),
        }
    }

    pub fn has_bands_across(&self) -> bool {
        self.band.iter().any(|band| band.side.is_none())
    }

    pub fn has_bands_of_sides(&self) -> bool {
        self.band.iter().any(|band| band.side.is_some())
    }

    /// The same proportions with fewer seats: bounds are scaled inwards, so that an exact balance stays exact.
    /// Caps on units are not proportions and stay.
    pub fn reduced(&self, seats: u32) -> Self {
        let scale = |bounds: Bounds| {
            let (part, whole) = (u64::from(seats), u64::from(self.seats.max(1)));
            let min = (u64::from(bounds.min) * part).div_ceil(whole);
            let max = bounds.max.map(|max| u64::from(max) * part / whole);
            Bounds { min: narrowed(min), max: max.map(narrowed) }
        };
        let mut reduced = self.clone();
        reduced.seats = seats;
        reduced.side.men = self.side.men.map(scale);
        reduced.side.women = self.side.women.map(scale);
        for band in &mut reduced.band {
            let Bounds { min, max } = scale(band.bounds());
            (band.min, band.max) = (min, max);
        }
        reduced
    }

    /// The same with so many seats more for each side, whose bounds go with them.
    pub fn enlarged(&self, men: u32, women: u32) -> Self {
        let more = |bounds: Bounds, by: u32| Bounds {
            min: bounds.min.saturating_add(by),
            max: bounds.max.map(|max| max.saturating_add(by)),
        };
        let mut enlarged = self.clone();
        enlarged.seats = self.seats.saturating_add(men).saturating_add(women);
        enlarged.side.men = self.side.men.map(|bounds| more(bounds, men));
        enlarged.side.women = self.side.women.map(|bounds| more(bounds, women));
        enlarged
    }

    /// The tolerance between the sides widened by two people for every step; `None` where nothing is left to widen.
    pub fn widened(&self, steps: u32) -> Option<Self> {
        let mut widened = self.clone();
        let mut changed = false;
        for side in SIDES {
            let bounds = self.side_bounds(side);
            let min = bounds.min.saturating_sub(steps);
            let max = bounds.max.map(|max| max.saturating_add(steps).min(self.seats.max(max)));
            // A step counts where the step before had not reached both ends yet.
            changed |= bounds.min >= steps || bounds.max.is_some_and(|max| max.saturating_add(steps) <= self.seats);
            widened.set_side(side, Bounds { min, max });
        }
        changed.then_some(widened)
    }
}

fn narrowed(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(UNBOUNDED)
}

fn checked(limit: &Limit, bounds: Bounds) -> Result<(), NotRules> {
    match bounds.max {
        Some(max) if bounds.min > max => Err(NotRules::EmptyRange { limit: limit.to_string(), min: bounds.min, max }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: &str = r#"
seats = 300
fallback = "reduce_seats"
[side.men]
min = 150
max = 150
[side.women]
min = 150
max = 150
[unit_side]
max = 3
[unit]
max = 6
[[band]]
side = "women"
name = "35+"
min = 10
max = 60
"#;

    #[test]
    fn the_published_example_is_read() {
        let rules = Rules::from_toml(FULL).unwrap();
        assert_eq!(rules.side_bounds(Side::Men), Bounds { min: 150, max: Some(150) });
        assert_eq!(rules.fallback, Fallback::ReduceSeats);
        assert_eq!(rules.band.first().unwrap().limit().to_string(), "band women/35+");
    }

    #[test]
    fn what_is_wrong_is_said_in_one_line() {
        let fault = |text: &str| Rules::from_toml(text).unwrap_err().to_string();
        assert_eq!(fault("seats = 0"), "rules: seats: must be at least 1");
        for much in ["seats = 4294967295", "seats = 3\nstandby = 4294967295", "seats = 3\n[side.men]\nmax = 4294967295"]
        {
            assert_eq!(fault(much), "rules: no number can be above 536870911");
        }
        assert_eq!(fault("seats = 3\n[side.men]\nmin = 2\nmax = 1"), "rules: side men: min 2 is more than max 1");
        let twice = "seats = 3\n[[band]]\nside='men'\nname='a'\n[[band]]\nside='men'\nname='a'";
        assert_eq!(fault(twice), "rules: band men/a is there twice");
        for text in
            ["seats = -1", "seats = 3\nsaets = 4", "seats = \"x\"", "fallback = 'none'", "seats = 1\nfallback='x'", "["]
        {
            let line = fault(text);
            assert!(line.starts_with("rules: ") && !line.contains('\n'), "{line}");
        }
    }

    #[test]
    fn three_crossing_families_are_refused_by_name() {
        let text = "seats = 4\n[side.men]\nmin=2\nmax=2\n[unit]\nmax=1\n[[band]]\nname='35+'\nmin=1\nmax=2\n";
        let line = Rules::from_toml(text).unwrap_err().to_string();
        assert!(line.contains("\"side men\" and \"band 35+\" cross"), "{line}");
        // Without any one of the three it is two trees.
        assert!(Rules::from_toml(&text.replace("[unit]\nmax=1\n", "[unit_side]\nmax=1\n")).is_ok());
        assert!(Rules::from_toml(&text.replace("name=", "side='men'\nname=")).is_ok());
        assert!(Rules::from_toml(&text.replace("min=2\nmax=2", "max=5")).is_ok());
    }

    #[test]
    fn an_exact_balance_stays_exact_when_seats_are_reduced() {
        let exact = Rules::from_toml("seats=4\n[side.men]\nmin=2\nmax=2\n[side.women]\nmin=2\nmax=2").unwrap();
        assert!(exact.reduced(3).check().is_err());
        assert_eq!(exact.reduced(2).side_bounds(Side::Women), Bounds { min: 1, max: Some(1) });
    }

    #[test]
    fn widening_ends() {
        let exact = Rules::from_toml("seats=4\n[side.men]\nmin=2\nmax=2\n[side.women]\nmin=2\nmax=2").unwrap();
        assert_eq!(exact.widened(1).unwrap().side_bounds(Side::Men), Bounds { min: 1, max: Some(3) });
        assert_eq!(exact.widened(2).unwrap().side_bounds(Side::Men), Bounds { min: 0, max: Some(4) });
        assert!(exact.widened(3).is_none());
    }
}
