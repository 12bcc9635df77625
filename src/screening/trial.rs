//! What a screening would come to now. Nothing is stored and nothing is decided: ties are broken anew at the run.

use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::terms::{self, Terms};
use super::{applicants, passed};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::events::access::Organizer;
use crate::registrations::registration::{SIDES, Side};
use queqiao_screening::applicant::Applicant;
use queqiao_screening::infeasible::Infeasible;
use queqiao_screening::outcome::{Outcome, Used, screen};
use queqiao_screening::rules::Rules;

/// Rules to try; the event's own where they are left out.
#[derive(Clone, Debug, Default, Deserialize, Validate, ToSchema)]
#[schema(as = ScreeningTrial)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    #[serde(default)]
    #[garde(skip)]
    pub rules: Option<Rules>,
}

/// What would happen.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScreeningPreview)]
pub struct Preview {
    pub rules: Rules,
    /// Whether earlier events of the union are compared before points.
    pub by_history: bool,
    pub applicants: usize,
    pub seats: u32,
    pub sides: Vec<SidePreview>,
    /// Numbers in rank order; none where the quotas cannot be met.
    pub selected: Option<Vec<String>>,
    pub infeasible: Option<Infeasible>,
    /// Where the rules cannot be met and the declared fallback would be used.
    pub fallback: Option<Used>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScreeningSidePreview)]
pub struct SidePreview {
    pub side: Side,
    pub applicants: usize,
    pub selected: usize,
    pub waitlisted: usize,
    pub not_selected: usize,
    /// Points of the last one selected.
    pub cut_line: Option<i64>,
    /// How many are not selected though somebody of their side with fewer points is: by a limit, or by the past.
    pub passed_over: usize,
}

/// Screens whom the run would screen, with the points and classes they have so far.
///
/// # Errors
/// 422 `invalid` on `rules`.
pub async fn preview(app: &App, by: &Organizer, trial: Trial) -> Result<Preview, Error> {
    let rules = match trial.rules {
        Some(rules) => rules,
        None => terms::rules_of(&by.event)?,
    };
    terms::checked(&rules)?;
    let by_history = Terms::of(&by.event)?.by_history();
    let applicants = applicants::to_screen(app.database.reader(), &by.event, app.now()).await?;
    let tried = tokio::task::spawn_blocking(move || {
        let outcome = screen(&applicants, &rules, &[0; 32]);
        build_preview(rules, by_history, &applicants, outcome)
    });
    Ok(tried.await.map_err(Fault::of)?)
}

fn build_preview(rules: Rules, by_history: bool, applicants: &[Applicant], outcome: Outcome) -> Preview {
    let selected = outcome.selected.as_deref().unwrap_or_default();
    let seated: std::collections::HashSet<&str> = selected.iter().map(String::as_str).collect();
    let of_side = |side: Side| {
        let people: Vec<&Applicant> = applicants.iter().filter(|person| person.side == side.into()).collect();
        let chosen = people.iter().filter(|person| seated.contains(person.number.as_str()));
        let (selected, waitlisted) = (chosen.clone().count(), outcome.standby.of(side.into()).len());
        let last = chosen.map(|person| (person.class, -person.points)).max();
        let stood = people.iter().map(|person| (person.points, seated.contains(person.number.as_str())));
        SidePreview {
            side,
            applicants: people.len(),
            selected,
            waitlisted,
            not_selected: people.len().saturating_sub(selected + waitlisted),
            cut_line: last.map(|(_, points)| -points),
            passed_over: passed::count(stood),
        }
    };
    let sides = SIDES.into_iter().map(of_side).collect();
    Preview {
        rules,
        by_history,
        applicants: applicants.len(),
        seats: outcome.seats,
        sides,
        selected: outcome.selected,
        infeasible: outcome.infeasible,
        fallback: outcome.fallback,
    }
}
