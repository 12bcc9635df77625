//! The tables, in Markdown.

use std::fmt::Write as _;
use std::time::Duration;

use hdrhistogram::Histogram;

use crate::turn::Outcome;

/// One line of the first table.
pub struct Row {
    pub name: String,
    pub at_once: usize,
    /// Operations a second, turn by turn; empty where there is no floor.
    pub floor: Vec<f64>,
    pub service: Vec<f64>,
    /// All closed turns of the service.
    pub closed: Outcome,
    /// At half of what they came to.
    pub open: Outcome,
    /// Of a core, during the closed turns.
    pub server: Duration,
    pub database: Option<Duration>,
    pub generator: Duration,
}

/// What begins the first table.
pub const HEAD: &str = "\
| what | at once | floor /s | service /s | ratio | p50 / p95 / p99 ms | the same from when due, at half the rate \
| CPU µs: server | database | generator |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
";

/// The one in the middle.
#[must_use]
pub fn median(values: &[f64]) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// A number with spaces between thousands.
#[must_use]
pub fn grouped(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Milliseconds of what was recorded in microseconds, where anything was.
#[must_use]
pub fn percentiles(times: &Histogram<u64>) -> String {
    if times.is_empty() {
        return "–".to_owned();
    }
    let at = |share| format_ms(times.value_at_quantile(share));
    format!("{} / {} / {}", at(0.5), at(0.95), at(0.99))
}

/// Microseconds as milliseconds, to three digits.
#[must_use]
pub fn format_ms(micros: u64) -> String {
    let ms = micros as f64 / 1000.0;
    let decimals = if ms < 1.0 { 2 } else { usize::from(ms < 100.0) };
    format!("{ms:.decimals$}")
}

impl Row {
    /// Service by floor, turn by turn.
    fn ratios(&self) -> Vec<f64> {
        self.service.iter().zip(&self.floor).map(|(service, floor)| service / floor).collect()
    }

    fn each(&self, taken: Duration) -> String {
        format!("{:.0}", taken.as_secs_f64() * 1e6 / self.closed.done.max(1) as f64)
    }

    /// As a line of the table.
    #[must_use]
    pub fn line(&self) -> String {
        let ratios = self.ratios();
        let (floor, ratio) = if ratios.is_empty() {
            ("–".to_owned(), "–".to_owned())
        } else {
            let lowest = ratios.iter().copied().fold(f64::INFINITY, f64::min);
            let highest = ratios.iter().copied().fold(0.0, f64::max);
            (grouped(median(&self.floor)), format!("{:.2} ({lowest:.2}–{highest:.2})", median(&ratios)))
        };
        let mut line = String::new();
        // A string takes everything.
        let _ = writeln!(
            line,
            "| {} | {} | {floor} | {} | {ratio} | {} | {} | {} | {} | {} |",
            self.name,
            self.at_once,
            grouped(median(&self.service)),
            percentiles(&self.closed.times),
            percentiles(&self.open.times),
            self.each(self.server),
            self.database.map_or_else(|| "–".to_owned(), |taken| self.each(taken)),
            self.each(self.generator),
        );
        line
    }

    /// What was not done, if anything.
    #[must_use]
    pub fn refusals(&self) -> Option<String> {
        let refused = self.closed.refused + self.open.refused;
        let first = self.closed.first_refusal.as_ref().or(self.open.first_refusal.as_ref())?;
        let first: String = first.chars().take(200).collect();
        Some(format!("{}, {} at once: {refused} were answered otherwise, the first: {first}", self.name, self.at_once))
    }
}
