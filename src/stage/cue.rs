//! What the screen is told to show: ids, never names.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[schema(as = StageCue)]
pub enum Cue {
    /// The event's name, and who has arrived. Where every evening begins.
    #[default]
    Welcome,
    /// 爱情宣言: what was approved of the declaration wall.
    Declarations,
    /// The round clock and the table map.
    Dates,
    /// 寻找意中人: how many have chosen, never whom.
    Choosing,
    /// A couple, revealed step by step.
    Couple { couple: Uuid, reveals: Reveals },
    /// Nothing but the night.
    Blank,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = StageReveals)]
pub enum Reveals {
    Numbers,
    Nicknames,
    /// 鹊桥: the two walk.
    Bridge,
}

impl Cue {
    /// The couple it is about.
    #[must_use]
    pub fn couple(self) -> Option<Uuid> {
        match self {
            Self::Couple { couple, .. } => Some(couple),
            _ => None,
        }
    }

    /// Whether a couple's next disclosure may follow what is on the screen: numbers first, then
    /// nicknames, then the bridge, and never two at once by a slip of the finger.
    #[must_use]
    pub fn may_follow(self, shown: Self) -> bool {
        let before = |couple, reveals| shown == Self::Couple { couple, reveals };
        match self {
            Self::Couple { couple, reveals: Reveals::Nicknames } => before(couple, Reveals::Numbers),
            Self::Couple { couple, reveals: Reveals::Bridge } => before(couple, Reveals::Nicknames),
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_couple_is_disclosed_one_step_at_a_time() {
        let (one, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let cue = |couple, reveals| Cue::Couple { couple, reveals };
        assert!(cue(one, Reveals::Numbers).may_follow(Cue::Blank));
        assert!(cue(one, Reveals::Nicknames).may_follow(cue(one, Reveals::Numbers)));
        assert!(cue(one, Reveals::Bridge).may_follow(cue(one, Reveals::Nicknames)));
        assert!(!cue(one, Reveals::Nicknames).may_follow(Cue::Blank));
        assert!(!cue(one, Reveals::Bridge).may_follow(cue(one, Reveals::Numbers)));
        assert!(!cue(one, Reveals::Nicknames).may_follow(cue(other, Reveals::Numbers)));
        assert!(Cue::Blank.may_follow(cue(one, Reveals::Nicknames)));
    }
}
