//! What the rehearsal found, as one JSON object and as words.

use std::time::Duration;

use serde::Serialize;

use super::client::Watch;

#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub seed: u64,
    pub applicants: usize,
    pub units: usize,
    pub approved: usize,
    pub ledger_lines: usize,
    pub selected: BySide,
    pub standby: usize,
    pub confirmed: usize,
    pub promoted: usize,
    /// Asked when the doors were about to open.
    pub last_hour: usize,
    pub badges: usize,
    pub scans: usize,
    pub admitted: usize,
    /// People whom two desks without a link both let in.
    pub offline_conflicts: usize,
    pub dates: Dates,
    pub ballots: usize,
    pub picks: usize,
    pub matches: usize,
    /// Computed by the phones from what they sent.
    pub matches_expected: usize,
    pub couples: usize,
    pub stage: Stage,
    pub circle: Circle,
    /// Who answered how it was.
    pub surveyed: usize,
    pub letters: Letters,
    /// Answers of 500 and above.
    pub errors: usize,
    pub promises: Vec<Promise>,
    pub steps: Vec<Step>,
    pub seconds: f64,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct BySide {
    pub men: usize,
    pub women: usize,
}

#[derive(Debug, Default, Serialize)]
pub struct Dates {
    pub rounds: usize,
    pub held: usize,
    pub repeats: usize,
    pub same_unit: usize,
    pub sat_out_max: usize,
    pub sat_out_min: usize,
}

/// What the hall saw.
#[derive(Debug, Default, Serialize)]
pub struct Stage {
    /// Words that somebody would like to say to somebody, and those that were said yes to.
    pub confessions: usize,
    pub confessions_agreed: usize,
    /// Couples who may be called, those among them who agreed only after the round, and who crossed the bridge.
    pub couples: usize,
    pub agreed_late: usize,
    pub crossed: usize,
    pub blessings: usize,
    /// How often the host took a step back, and the screen was loaded anew.
    pub undone: usize,
    pub reloads: usize,
}

#[derive(Debug, Default, Serialize)]
pub struct Circle {
    pub members: usize,
    pub notes: usize,
}

#[derive(Debug, Default, Serialize)]
pub struct Letters {
    pub sent: usize,
    pub failed: usize,
    pub waiting: usize,
}

/// Something Queqiao promises, and whether it was so.
#[derive(Debug, Serialize)]
pub struct Promise {
    pub name: &'static str,
    pub held: bool,
    pub detail: String,
}

#[derive(Debug, Serialize)]
pub struct Step {
    pub name: &'static str,
    pub requests: usize,
    pub p50_ms: f64,
    pub p99_ms: f64,
}

impl Report {
    /// Notes whether a promise held, and tells whoever is watching.
    pub fn promise(&mut self, name: &'static str, held: bool, detail: impl Into<String>) {
        let detail = detail.into();
        let mark = if held { "✓" } else { "✗" };
        eprintln!("    {mark} {name}{}{detail}", if detail.is_empty() { "" } else { ": " });
        self.promises.push(Promise { name, held, detail });
    }

    #[must_use]
    pub fn all_held(&self) -> bool {
        self.errors == 0 && self.promises.iter().all(|promise| promise.held)
    }

    /// Takes over what the watch measured.
    pub fn measured(&mut self, watch: &Watch) {
        self.errors = watch.errors.len();
        self.steps = watch
            .order
            .iter()
            .filter_map(|name| {
                let mut times = watch.times.get(name)?.clone();
                times.sort_unstable();
                Some(Step { name, requests: times.len(), p50_ms: quantile(&times, 50), p99_ms: quantile(&times, 99) })
            })
            .collect();
    }

    /// The closing report for people.
    pub fn print(&self) {
        println!("\n{:<28}{:>9}{:>11}{:>11}", "step", "requests", "p50 ms", "p99 ms");
        for step in &self.steps {
            println!("{:<28}{:>9}{:>11.1}{:>11.1}", step.name, step.requests, step.p50_ms, step.p99_ms);
        }
        println!(
            "\n{} applicants of {} units, {} approved, {} ledger lines\n\
             selected {} men + {} women, {} on standby, {} confirmed, {} promoted, {} in the last hour\n\
             {} badges, {} scans, {} admitted, {} by two desks without a link\n\
             {} dates held in {} rounds, {} repeats, {} between colleagues\n\
             {} ballots with {} picks, {} matches ({} expected), {} couples\n\
             on stage: {} of {} words agreed to, {} couples ({} agreed late), {} crossed, {} blessings\n\
             afterwards: {} in the circle with {} notes, {} answered how it was\n\
             letters: {} sent, {} failed, {} waiting; {} errors; {:.1} s; seed {}",
            self.applicants,
            self.units,
            self.approved,
            self.ledger_lines,
            self.selected.men,
            self.selected.women,
            self.standby,
            self.confirmed,
            self.promoted,
            self.last_hour,
            self.badges,
            self.scans,
            self.admitted,
            self.offline_conflicts,
            self.dates.held,
            self.dates.rounds,
            self.dates.repeats,
            self.dates.same_unit,
            self.ballots,
            self.picks,
            self.matches,
            self.matches_expected,
            self.couples,
            self.stage.confessions_agreed,
            self.stage.confessions,
            self.stage.couples,
            self.stage.agreed_late,
            self.stage.crossed,
            self.stage.blessings,
            self.circle.members,
            self.circle.notes,
            self.surveyed,
            self.letters.sent,
            self.letters.failed,
            self.letters.waiting,
            self.errors,
            self.seconds,
            self.seed,
        );
        let broken = self.promises.iter().filter(|promise| !promise.held).count();
        println!("{} promises held, {broken} broken", self.promises.len() - broken);
    }
}

/// Milliseconds that `percent` of the sorted times stay under.
fn quantile(sorted: &[Duration], percent: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get(last * percent / 100).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
}
