//! `queqiao screen`: the screening as a plain program.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use data_encoding::HEXLOWER_PERMISSIVE;

use super::Ended;
use queqiao_screening::applicant::read_csv;
use queqiao_screening::boards::{self, board, field};
use queqiao_screening::lottery::Hash;
use queqiao_screening::outcome::screen as sift;
use queqiao_screening::rules::Rules;

#[derive(Args)]
pub struct Arguments {
    /// CSV: number,side,unit,band,class,points[,held]; over several boards also boards (`A>B`, the dearest first)
    /// and [,keeps]
    pub applicants: PathBuf,
    /// TOML: seats and quotas; of several boards `[[board]]` with a `name` and its own
    #[arg(long)]
    pub rules: PathBuf,
    /// The 32-byte lottery seed in hexadecimal
    #[arg(long)]
    pub seed: Option<String>,
}

/// Quotas that cannot be met.
const INFEASIBLE: u8 = 3;

/// Prints the outcome as one JSON object.
///
/// # Errors
/// Exit 2 with one line for a bad row, bad rules or a bad seed, and exit 3 after the outcome where the quotas cannot be met.
pub fn screen(arguments: &Arguments) -> Result<(), Ended> {
    let seed = arguments.seed.as_deref().map_or(Ok([0; 32]), read_seed)?;
    let rules = String::from_utf8(read(&arguments.rules)?).map_err(|_| refused("rules: not UTF-8"))?;
    if board::are_in(&rules) {
        return screen_boards(&rules, &read(&arguments.applicants)?, &seed);
    }
    let rules = Rules::from_toml(&rules).map_err(refused)?;
    let applicants = read_csv(&read(&arguments.applicants)?).map_err(refused)?;
    let outcome = sift(&applicants, &rules, &seed);
    println!("{}", serde_json::to_string(&outcome).context("the outcome")?);
    match outcome.infeasible {
        Some(_) => Err(Ended::Status(INFEASIBLE)),
        None => Ok(()),
    }
}

/// Several boards under one list.
fn screen_boards(rules: &str, applicants: &[u8], seed: &Hash) -> Result<(), Ended> {
    let boards = board::from_toml(rules).map_err(refused)?;
    let people = field::read_csv(applicants, &boards).map_err(refused)?;
    let outcome = boards::outcome::screen(&people, &boards, seed);
    println!("{}", serde_json::to_string(&outcome).context("the outcome")?);
    match outcome.infeasible {
        Some(_) => Err(Ended::Status(INFEASIBLE)),
        None => Ok(()),
    }
}

fn read_seed(text: &str) -> Result<Hash, Ended> {
    let bytes = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok();
    bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| refused(format!("--seed: \"{text}\" is not 64 hexadecimal digits")))
}

fn read(path: &Path) -> Result<Vec<u8>, Ended> {
    fs::read(path).map_err(|error| refused(format!("{}: {error}", path.display())))
}

/// One line, exactly as it is documented: other programs compare it.
fn refused(line: impl std::fmt::Display) -> Ended {
    eprintln!("{line}");
    Ended::Status(2)
}
