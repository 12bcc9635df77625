//! Who may sit with whom, for how long, and how well they would suit.

/// A man and a woman, by their places in [`Gathering::men`] and [`Gathering::women`].
pub type Pair = (usize, usize);

/// The pairs of one round, one table each.
pub type Round = Vec<Pair>;

/// Everything a plan for the rounds to come depends on.
#[derive(Clone, Debug)]
pub struct Gathering {
    pub men: Vec<Guest>,
    pub women: Vec<Guest>,
    pub scores: Scores,
    /// Rounds still to be planned; they are numbered from 0 here.
    pub rounds: usize,
    /// Dates that can be held at the same time.
    pub tables: usize,
}

/// One present person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guest {
    /// Dates so far; for a late arrival the rounds missed are counted in, so that lateness earns nothing.
    pub had: u32,
    /// Rounds this person just sat out in a row.
    pub waited: u32,
    /// The first round this person can attend.
    pub from: usize,
    /// The first round this person can no longer attend.
    pub until: usize,
    /// Further dates at most, in whichever rounds.
    pub most: usize,
}

impl Guest {
    /// Somebody who was here from the start and stays for all `rounds`.
    pub fn staying(rounds: usize) -> Self {
        Guest { until: rounds, most: rounds, ..Guest::default() }
    }

    pub fn attends(&self, round: usize) -> bool {
        (self.from..self.until).contains(&round)
    }

    /// Whether this person can have a date at all; if not, no figure counts them.
    pub fn counts(&self) -> bool {
        self.attendable(0) > 0 && self.most > 0
    }

    /// How many of the rounds from `round` on this person can attend.
    pub fn attendable(&self, round: usize) -> usize {
        self.until.saturating_sub(self.from.max(round))
    }
}

/// How well each pair would suit, in whole numbers from 0; nothing where they may not meet.
#[derive(Clone, Debug)]
pub struct Scores {
    women: usize,
    cells: Vec<Option<u32>>,
}

impl Scores {
    /// Nobody may meet anybody yet.
    pub fn none(men: usize, women: usize) -> Self {
        Scores { women, cells: vec![None; men * women] }
    }

    pub fn set(&mut self, (man, woman): Pair, score: Option<u32>) {
        if woman < self.women
            && let Some(cell) = self.cells.get_mut(man * self.women + woman)
        {
            *cell = score;
        }
    }

    pub fn of(&self, (man, woman): Pair) -> Option<u32> {
        if woman >= self.women {
            return None;
        }
        self.cells.get(man * self.women + woman).copied().flatten()
    }

    /// Every pair that may meet, with its score, men first and women second in order.
    pub fn allowed(&self) -> impl Iterator<Item = (Pair, u32)> {
        let women = self.women.max(1);
        let cells = self.cells.iter().enumerate();
        cells.filter_map(move |(at, cell)| cell.map(|score| ((at / women, at % women), score)))
    }

    /// The sum over `pairs`.
    pub fn total<'a>(&self, pairs: impl IntoIterator<Item = &'a Pair>) -> u64 {
        pairs.into_iter().filter_map(|pair| self.of(*pair)).map(u64::from).sum()
    }
}

impl Gathering {
    /// Whether somebody comes later or leaves earlier than the others.
    pub fn has_windows(&self) -> bool {
        let all = self.men.iter().chain(&self.women);
        all.filter(|guest| guest.counts()).any(|guest| guest.from > 0 || guest.until < self.rounds)
    }

    /// Whether both of the pair can attend `round`.
    pub fn meets_in(&self, (man, woman): Pair, round: usize) -> bool {
        let here = |guests: &[Guest], at: usize| guests.get(at).is_some_and(|guest| guest.attends(round));
        here(&self.men, man) && here(&self.women, woman)
    }

    /// Dates per person after `rounds`, history included, sorted upwards; whoever can attend nothing is left out.
    /// Of two plans the one whose profile is greater, read as a word, is fairer.
    pub fn profile(&self, rounds: &[Round]) -> Vec<u32> {
        let mut men: Vec<u32> = self.men.iter().map(|guest| guest.had).collect();
        let mut women: Vec<u32> = self.women.iter().map(|guest| guest.had).collect();
        for (man, woman) in rounds.iter().flatten() {
            for count in men.get_mut(*man).into_iter().chain(women.get_mut(*woman)) {
                *count += 1;
            }
        }
        let counts = men.into_iter().zip(&self.men).chain(women.into_iter().zip(&self.women));
        let mut profile: Vec<u32> = counts.filter(|(_, guest)| guest.counts()).map(|(count, _)| count).collect();
        profile.sort_unstable();
        profile
    }
}
