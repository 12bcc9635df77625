//! The year of a union and of all that stand below it. Figures flow up, people never do: a union below is a line of
//! sums, its events and whoever came to them are not told.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use sea_orm::prelude::Uuid;
use serde::Serialize;
use utoipa::ToSchema;

use super::year::{Held, Sentence, Told, held_in};
use crate::error::Fault;
use crate::language::Language;
use crate::organizations::organization;
use crate::organizations::tree::Tree;
use crate::page::{Page, fluent};
use crate::small_counts::{suppress_small, told_sum};

/// A union's year with those below it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TreeReport {
    pub organization: String,
    pub year: i32,
    /// How many unions, itself among them.
    pub unions: usize,
    pub whole: TreeFigures,
    /// The year before, of the same unions.
    pub before: TreeFigures,
    /// Its own events.
    pub own: TreeFigures,
    /// Of each union right below it, with all that stand below that one.
    pub branches: Vec<Branch>,
    pub sentence: Sentence,
}

/// A union right below, with those below it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Branch {
    /// Its slug.
    pub organization: String,
    pub name: String,
    pub name_en: Option<String>,
    /// How many unions, itself among them.
    pub unions: usize,
    pub figures: TreeFigures,
}

/// What a year came to. People below five in a union below are not told, nor what would tell them by subtraction.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TreeFigures {
    /// 场次
    pub events: usize,
    /// 单位数: employers of those who came, each once.
    pub units: usize,
    pub applications: Option<usize>,
    /// 人次: whoever came to two came twice.
    pub attendances: Option<usize>,
    /// 牵手对数: couples who both want it to be told.
    pub couples: usize,
    /// 三个月仍交往; null before anybody was asked, too.
    pub lasting: Option<usize>,
    /// Whether it is three months for any of them.
    pub lasting_due: bool,
}

/// The sums of some events, before anything is kept back.
struct Sums {
    events: usize,
    units: HashSet<Uuid>,
    applications: usize,
    attendances: usize,
    couples: usize,
    together: usize,
    due: bool,
}

impl Sums {
    fn of<'a>(held: impl Iterator<Item = &'a Held> + Clone) -> Self {
        Self {
            events: held.clone().count(),
            units: held.clone().flat_map(|held| held.employers.iter().copied()).collect(),
            applications: held.clone().map(|held| held.line.applications).sum(),
            attendances: held.clone().map(|held| held.line.attendances).sum(),
            couples: held.clone().map(|held| held.line.couples).sum(),
            together: held.clone().map(|held| held.together).sum(),
            due: held.clone().any(|held| held.line.lasting_due),
        }
    }

    /// As figures, with how each number of people is told.
    fn figures(&self, people: impl Fn(fn(&Self) -> usize) -> Option<usize>, lasting: Option<usize>) -> TreeFigures {
        TreeFigures {
            events: self.events,
            units: self.units.len(),
            applications: people(|sums| sums.applications),
            attendances: people(|sums| sums.attendances),
            couples: self.couples,
            lasting: lasting.filter(|_| self.due),
            lasting_due: self.due,
        }
    }
}

/// A year of a union, of each branch below it, and of all of them together.
struct Sorted {
    whole: Sums,
    own: Sums,
    branches: Vec<Sums>,
}

impl Sorted {
    fn of(held: &[Held], union: Uuid, branches: &[HashSet<Uuid>]) -> Self {
        let below = |branch: &HashSet<Uuid>| Sums::of(held.iter().filter(|held| branch.contains(&held.host)));
        Self {
            whole: Sums::of(held.iter()),
            own: Sums::of(held.iter().filter(|held| held.host == union)),
            branches: branches.iter().map(below).collect(),
        }
    }

    /// The whole beside its parts. A union knows its own people, so what the branches come to together is what must
    /// not tell a small number of one of them.
    fn whole(&self) -> TreeFigures {
        let people = |of: fn(&Sums) -> usize| {
            let own = of(&self.own);
            told_sum(of(&self.whole) - own, self.branches.iter().map(of)).map(|below| own + below)
        };
        let together = self.branches.iter().chain([&self.own]).map(|sums| sums.together);
        self.whole.figures(people, told_sum(self.whole.together, together))
    }

    fn own(&self) -> TreeFigures {
        self.own.figures(|of| Some(of(&self.own)), suppress_small(self.own.together))
    }
}

/// Reads the year of a union and of all below it.
pub async fn read(
    db: &impl ConnectionTrait,
    union: organization::Model,
    year: i32,
    now: DateTime<Utc>,
) -> Result<TreeReport, Fault> {
    let tree = Tree::read(db).await?;
    let ids = |union: &organization::Model| tree.below(union).iter().map(|(_, union)| union.id).collect::<HashSet<_>>();
    let children: Vec<&organization::Model> = tree.children(union.id).collect();
    let below: Vec<HashSet<Uuid>> = children.iter().map(|child| ids(child)).collect();
    let all: Vec<Uuid> = ids(&union).into_iter().collect();
    let unions = all.len();
    let [of_year, of_year_before] = [
        Sorted::of(&held_in(db, Some(all.clone()), year, now).await?, union.id, &below),
        Sorted::of(&held_in(db, Some(all), year - 1, now).await?, union.id, &below),
    ];
    let branch = |((child, below), sums): ((&&organization::Model, &HashSet<Uuid>), &Sums)| Branch {
        organization: child.slug.clone(),
        name: child.name.clone(),
        name_en: child.name_en.clone(),
        unions: below.len(),
        figures: sums.figures(|of| suppress_small(of(sums)), suppress_small(sums.together)),
    };
    let whole = of_year.whole();
    let sentence = Sentence::of(|language| {
        let name = union.name_in(language).to_owned();
        let others = unions.saturating_sub(1);
        let called = match others {
            0 => name,
            _ => fluent::say(language, "tree-called", &[("union", name.into()), ("unions", others.into())]),
        };
        Told {
            year,
            union: called,
            of_all: false,
            events: whole.events,
            units: whole.units,
            attendances: whole.attendances,
            couples: whole.couples,
            lasting: whole.lasting,
        }
        .sentence(language)
    });
    Ok(TreeReport {
        unions,
        before: of_year_before.whole(),
        own: of_year.own(),
        branches: children.iter().zip(&below).zip(&of_year.branches).map(branch).collect(),
        organization: union.name,
        year,
        whole,
        sentence,
    })
}

impl TreeReport {
    /// What stands above it.
    #[must_use]
    pub fn title(&self, page: &Page) -> String {
        // A year is no amount: it takes no separators.
        page.say("tree-title", &[("year", self.year.to_string().into())])
    }
}

impl Branch {
    #[must_use]
    pub fn name_in(&self, language: Language) -> &str {
        language.name(&self.name, self.name_en.as_deref())
    }
}
