//! What the screen is told to show: ids, never names.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::terms::Terms;

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
    /// 真情告白: two who agreed to speak; nicknames only once they are called by them.
    Confession { confession: Uuid, named: bool },
    /// 破冰: who finds whom, by number.
    Icebreaker,
    /// 小组: who belongs together, by number.
    Groups,
    /// 才艺: who shows something, and what; as the console lists it.
    Talent { act: Uuid },
    /// 抽奖: the fingerprint of a list, and once it was drawn who won.
    Draw { draw: Uuid },
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

    /// The confession it is about.
    #[must_use]
    pub fn confession(self) -> Option<Uuid> {
        match self {
            Self::Confession { confession, .. } => Some(confession),
            _ => None,
        }
    }

    /// The act it is about.
    #[must_use]
    pub fn act(self) -> Option<Uuid> {
        match self {
            Self::Talent { act } => Some(act),
            _ => None,
        }
    }

    /// The draw it is about.
    #[must_use]
    pub fn draw(self) -> Option<Uuid> {
        match self {
            Self::Draw { draw } => Some(draw),
            _ => None,
        }
    }

    /// Whether the event has this at all.
    #[must_use]
    pub fn is_held(self, plan: &Terms) -> bool {
        match self {
            Self::Couple { reveals, .. } => Reveals::steps_of(plan).any(|held| held == reveals),
            Self::Confession { named, .. } => plan.confessions.is_some() && (plan.nicknames || !named),
            _ => true,
        }
    }

    /// Whether the next disclosure may follow what is on the screen: numbers first, then nicknames,
    /// then the bridge, as far as the event has them, and never two at once by a slip of the finger.
    #[must_use]
    pub fn may_follow(self, current: Self, plan: &Terms) -> bool {
        match self {
            Self::Couple { couple, reveals } => Reveals::steps_of(plan)
                .take_while(|held| *held != reveals)
                .last()
                .is_none_or(|before| current == Self::Couple { couple, reveals: before }),
            Self::Confession { confession, named: true } => current == Self::Confession { confession, named: false },
            _ => true,
        }
    }
}

impl Reveals {
    /// As the scripts call it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Numbers => "numbers",
            Self::Nicknames => "nicknames",
            Self::Bridge => "bridge",
        }
    }

    /// The steps an event has, in order.
    pub fn steps_of(plan: &Terms) -> impl Iterator<Item = Self> + use<> {
        let Terms { nicknames, bridge, .. } = *plan;
        let steps = [(Self::Numbers, true), (Self::Nicknames, nicknames), (Self::Bridge, bridge)];
        steps.into_iter().filter_map(|(step, held)| held.then_some(step))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Terms = Terms { nicknames: true, bridge: true, blessings: 20, confessions: None };

    fn cue(couple: u128, reveals: Reveals) -> Cue {
        Cue::Couple { couple: Uuid::from_u128(couple), reveals }
    }

    #[test]
    fn a_couple_is_disclosed_one_step_at_a_time() {
        let may = |next: Cue, current| next.may_follow(current, &WHOLE);
        assert!(may(cue(1, Reveals::Numbers), Cue::Blank));
        assert!(may(cue(1, Reveals::Nicknames), cue(1, Reveals::Numbers)));
        assert!(may(cue(1, Reveals::Bridge), cue(1, Reveals::Nicknames)));
        assert!(!may(cue(1, Reveals::Nicknames), Cue::Blank));
        assert!(!may(cue(1, Reveals::Bridge), cue(1, Reveals::Numbers)));
        assert!(!may(cue(1, Reveals::Nicknames), cue(2, Reveals::Numbers)));
        assert!(may(Cue::Blank, cue(1, Reveals::Nicknames)));
    }

    #[test]
    fn what_an_event_leaves_out_is_stepped_over() {
        let shy = Terms { nicknames: false, ..WHOLE };
        assert!(!cue(1, Reveals::Nicknames).is_held(&shy));
        assert!(cue(1, Reveals::Bridge).may_follow(cue(1, Reveals::Numbers), &shy));
        assert!(!cue(1, Reveals::Bridge).may_follow(Cue::Blank, &shy));
        assert!(!cue(1, Reveals::Bridge).is_held(&Terms { bridge: false, ..WHOLE }));
        let confession = Cue::Confession { confession: Uuid::from_u128(1), named: false };
        assert!(!confession.is_held(&WHOLE));
    }

    #[test]
    fn those_who_speak_are_called_by_number_first() {
        let cue = |id, named| Cue::Confession { confession: Uuid::from_u128(id), named };
        assert!(cue(1, true).may_follow(cue(1, false), &WHOLE));
        assert!(!cue(1, true).may_follow(cue(2, false), &WHOLE));
        assert!(!cue(1, true).may_follow(Cue::Blank, &WHOLE));
        assert!(cue(2, false).may_follow(cue(1, true), &WHOLE));
    }
}
