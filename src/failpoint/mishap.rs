//! What a long run of faults asks of a served process: a line on its standard input says what goes wrong
//! after how many points, and how often; each that did is a line on its standard output.

use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::io::{BufRead, ErrorKind, stdin};
use std::sync::{Mutex, PoisonError};

use sea_orm::sqlx;
use sea_orm::sqlx::error::{DatabaseError, ErrorKind as Kind};

/// What comes next.
static NEXT: Mutex<Option<Plan>> = Mutex::new(None);

struct Plan {
    what: What,
    points: u32,
    times: u32,
}

#[derive(Clone, Copy)]
enum What {
    /// The process is gone.
    Dies,
    /// The line to the database breaks.
    Breaks,
    /// There is no room.
    Full,
    /// Somebody else is in the way for too long.
    Busy,
}

/// Hears what is to go wrong: `dies 7 1`, `breaks 3 1`, `full 0 8`, `busy 2 1`; anything else calls it off.
/// Ends the process where nobody is left to say anything.
pub fn listen() {
    std::thread::spawn(|| {
        for line in stdin().lock().lines().map_while(Result::ok) {
            *NEXT.lock().unwrap_or_else(PoisonError::into_inner) = plan(&line);
        }
        std::process::abort();
    });
}

fn plan(line: &str) -> Option<Plan> {
    let mut parts = line.split(' ');
    let what = match parts.next()? {
        "dies" => What::Dies,
        "breaks" => What::Breaks,
        "full" => What::Full,
        "busy" => What::Busy,
        _ => return None,
    };
    Some(Plan { what, points: parts.next()?.parse().ok()?, times: parts.next()?.parse().ok()? })
}

/// A point that is passed before something is said.
pub(crate) fn due() -> sqlx::Result<()> {
    comes(|_| true)
}

/// A point that is passed after something was done: the answer may still be lost, and is no refusal.
pub(crate) fn answered() -> sqlx::Result<()> {
    comes(|what| matches!(what, What::Dies | What::Breaks))
}

fn comes(here: impl Fn(What) -> bool) -> sqlx::Result<()> {
    let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
    let Some(plan) = next.as_mut().filter(|plan| here(plan.what)) else { return Ok(()) };
    if let Some(left) = plan.points.checked_sub(1) {
        plan.points = left;
        return Ok(());
    }
    let what = plan.what;
    plan.times = plan.times.saturating_sub(1);
    if plan.times == 0 {
        *next = None;
    }
    println!("done");
    Err(match what {
        // No destructors, no flush, no goodbye: as a power cut would.
        What::Dies => std::process::abort(),
        What::Breaks => sqlx::Error::Io(std::io::Error::new(ErrorKind::ConnectionReset, "a story broke the line")),
        What::Full => injected_error("13"),
        What::Busy => injected_error("5"),
    })
}

fn injected_error(code: &'static str) -> sqlx::Error {
    sqlx::Error::Database(Box::new(InjectedError(code)))
}

/// A refusal as SQLite puts it, by its number.
#[derive(Debug)]
struct InjectedError(&'static str);

impl fmt::Display for InjectedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a story had it fail with {}", self.0)
    }
}

impl Error for InjectedError {}

impl DatabaseError for InjectedError {
    fn message(&self) -> &str {
        "a story had it fail"
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.0.into())
    }

    fn as_error(&self) -> &(dyn Error + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn Error + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn Error + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> Kind {
        Kind::Other
    }
}
