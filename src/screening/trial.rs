//! What a screening would come to now. Nothing is stored and nothing is decided: ties are broken anew at the run.

use std::collections::HashMap;

use garde::Validate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::record::{AllRules, screened};
use super::refusals::BOARDS_HAVE_RULES;
use super::terms::{self, Terms};
use super::{applicants, passed};
use crate::app::App;
use crate::error::{Error, Fault};
use crate::events::access::Organizer;
use crate::registrations::registration::{SIDES, Side};
use queqiao_screening::applicant::Applicant;
use queqiao_screening::boards::infeasible::Infeasible as BoardsInfeasible;
use queqiao_screening::boards::outcome::{Filled, Outcome as OnBoards};
use queqiao_screening::infeasible::Infeasible;
use queqiao_screening::outcome::{Outcome, Used};
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
    /// In the order of the event; nothing where it has one evening, or they cannot all be filled.
    pub boards: Vec<BoardPreview>,
    /// What keeps the boards from being filled, and the smallest change.
    pub boards_infeasible: Option<BoardsInfeasible>,
}

/// Who would have a seat of one board.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ScreeningBoardPreview)]
pub struct BoardPreview {
    pub board: String,
    pub seats: u32,
    /// Numbers in rank order.
    pub selected: Vec<String>,
    pub men: usize,
    pub women: usize,
    /// How many of each side would wait.
    pub waiting_men: usize,
    pub waiting_women: usize,
    /// Points of the last one selected.
    pub cut_line: Option<i64>,
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
/// 422 `invalid` on `rules`; 409 `boards_have_rules` where rules are tried on an event of several boards.
pub async fn preview(app: &App, by: &Organizer, trial: Trial) -> Result<Preview, Error> {
    let standing = terms::all_rules_of(&by.event)?;
    let rules = match trial.rules {
        Some(_) if !standing.boards.is_empty() => return Err(BOARDS_HAVE_RULES.into()),
        Some(rules) => AllRules::one(rules),
        None => standing,
    };
    terms::checked(&rules.rules)?;
    let by_history = Terms::of(&by.event)?.by_history();
    let applicants = applicants::to_screen(app.database.reader(), &by.event, app.now()).await?;
    let tried = tokio::task::spawn_blocking(move || {
        let (outcome, on_boards) = screened(applicants.iter(), &rules, &[0; 32]);
        let people: Vec<Applicant> = applicants.into_iter().map(|listed| listed.applicant).collect();
        let mut preview = build_preview(rules.rules, by_history, &people, outcome);
        if let Some(filled) = on_boards {
            preview.boards = board_previews(&filled, &people);
            preview.boards_infeasible = filled.infeasible;
        }
        preview
    });
    Ok(tried.await.map_err(Fault::of)?)
}

pub(super) fn board_previews(filled: &OnBoards, people: &[Applicant]) -> Vec<BoardPreview> {
    let by_number: HashMap<&str, &Applicant> = people.iter().map(|one| (one.number.as_str(), one)).collect();
    let preview = |one: &Filled| {
        let there: Vec<&Applicant> =
            one.selected.iter().filter_map(|number| by_number.get(number.as_str()).copied()).collect();
        let men = there.iter().filter(|person| person.side == Side::Men.into()).count();
        BoardPreview {
            board: one.board.clone(),
            seats: one.seats,
            selected: one.selected.clone(),
            men,
            women: there.len() - men,
            waiting_men: one.standby.men.len(),
            waiting_women: one.standby.women.len(),
            cut_line: there.iter().map(|person| (person.class, -person.points)).max().map(|(_, points)| -points),
        }
    };
    filled.boards.iter().flatten().map(preview).collect()
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
        boards: Vec::new(),
        boards_infeasible: None,
    }
}
