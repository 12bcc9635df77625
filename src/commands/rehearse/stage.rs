//! The stage: words for somebody who is asked first, couples who cross the bridge while the hall blesses
//! them, a host who thinks again, and a screen that is loaded anew in the middle.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Context, ensure};
use serde_json::{Value, json};

use super::client::Line;
use super::gathering::{House, PHONES};
use super::report::Report;
use super::seats::Guest;
use super::tell;
use super::theatre::at_once;

/// How many would like to say something; every second is said yes to.
const WORDS: usize = 6;
/// How many couples are called.
const CALLED: usize = 3;
/// What each thumb of the hall gives to each of them, of the twenty it may.
const TAPS: usize = 2;

/// # Errors
/// Where a step is refused.
pub async fn words_and_couples(
    house: &House<'_>,
    inside: &[Arc<Guest>],
    couples: &[(String, String)],
    report: &mut Report,
) -> anyhow::Result<()> {
    tell("words on stage, and couples on the bridge");
    let line = house.theatre.line.step("stage");
    confessions(&line, house, inside, report).await?;
    let console = Console { line: &line, house };
    let stage = console.stage().await?;
    let called = stage["couples"].as_array().context("no couples")?;
    let callable: BTreeSet<(String, String)> = called.iter().filter_map(pair).collect();
    let agreed: BTreeSet<(String, String)> = couples.iter().cloned().collect();
    report.stage.couples = callable.len();
    let detail = format!("{} of {}", callable.len(), agreed.len());
    // Nobody is called with two people: of somebody's couples one stands for the others.
    let stands_for = |(one, other): &(String, String)| {
        callable.iter().any(|(his, hers)| [his, hers].iter().any(|badge| *badge == one || *badge == other))
    };
    let held = callable.is_subset(&agreed) && agreed.difference(&callable).all(stands_for);
    report.promise("a couple may be called once both agreed, however late, and no other", held, detail);
    for couple in called.iter().take(CALLED) {
        crosses(&console, inside, couple, report).await?;
    }
    console.show(&json!({ "kind": "blank" })).await?;
    Ok(())
}

/// Two by two they ask to speak; half of those who are asked say yes, and only those may be called.
async fn confessions(line: &Line, house: &House<'_>, inside: &[Arc<Guest>], report: &mut Report) -> anyhow::Result<()> {
    let path = format!("/events/{}/confessions", house.event);
    let of = |man: bool| inside.iter().filter(move |guest| guest.person.cast.man == man);
    let mut agreed = BTreeSet::new();
    for (number, (asks, asked)) in of(true).zip(of(false)).take(WORDS).enumerate() {
        asks.person.phone.post(line, &path, &json!({ "to": asked.badge })).await?.ok()?;
        let mine = asked.person.phone.get(line, &path).await?.ok()?;
        let id = mine["questions"][0]["id"].as_str().context("nobody asked")?.to_owned();
        let yes = number % 2 == 0;
        let answer = asked.person.phone.put(line, &format!("{path}/{id}/answer"), &json!({ "agrees": yes })).await?;
        answer.ok()?;
        report.stage.confessions += 1;
        if yes {
            agreed.insert((asks.badge.clone(), asked.badge.clone()));
        }
    }
    report.stage.confessions_agreed = agreed.len();
    let console = Console { line, house };
    let ready = console.stage().await?["confessions"].as_array().context("no confessions")?.clone();
    let spoken = |word: &Value| Some((badge(&word["pair"], 0)?, badge(&word["pair"], 1)?));
    let callable: BTreeSet<(String, String)> = ready.iter().filter_map(spoken).collect();
    report.promise(
        "who is asked on stage said yes before",
        callable == agreed,
        format!("{} of {}", callable.len(), report.stage.confessions),
    );
    if let Some(word) = ready.first() {
        for named in [false, true] {
            console.show(&json!({ "kind": "confession", "confession": word["id"], "named": named })).await?;
        }
    }
    Ok(())
}

/// Numbers, names, the bridge; the host takes the last step back and does it again; the hall taps, and a
/// screen that is loaded anew shows what it showed.
async fn crosses(
    console: &Console<'_>,
    inside: &[Arc<Guest>],
    couple: &Value,
    report: &mut Report,
) -> anyhow::Result<()> {
    let step = |reveals: &str| json!({ "kind": "couple", "couple": couple["id"], "reveals": reveals });
    for reveals in ["numbers", "nicknames", "bridge"] {
        console.show(&step(reveals)).await?;
    }
    let undone = console.undo().await?;
    report.stage.undone += usize::from(undone["shows"]["reveals"] == "nicknames");
    let moves = console.show(&step("bridge")).await?["moves"].clone();
    let path = format!("/events/{}/blessings", console.house.event);
    let taps = at_once(PHONES, inside.iter().cloned(), |guest| {
        let (line, path, body) = (console.line.clone(), path.clone(), json!({ "moves": moves, "taps": TAPS }));
        async move { guest.person.phone.post(&line, &path, &body).await?.ok() }
    });
    let blessings = taps.await?.len() * TAPS;
    let (first, again) = (console.screen().await?, console.screen().await?);
    ensure!(first["shows"]["reveals"] == "bridge", "the screen shows {first}");
    let counted = first["shows"]["blessings"].as_u64() == Some(blessings as u64);
    let same = first == again && pair_of(&first["shows"]["pair"]) == pair(couple);
    report.stage.reloads += 1;
    report.stage.crossed += 1;
    report.stage.blessings += blessings;
    let detail = format!("{} of {blessings} blessings", first["shows"]["blessings"]);
    report.promise("the screen shows who crosses and every blessing, also loaded anew", counted && same, detail);
    Ok(())
}

/// What the host does, and what the screen shows of it.
struct Console<'a> {
    line: &'a Line,
    house: &'a House<'a>,
}

impl Console<'_> {
    fn path(&self, what: &str) -> String {
        format!("/events/{}/stage{what}", self.house.event)
    }

    async fn stage(&self) -> anyhow::Result<Value> {
        self.house.host.get(self.line, &self.path("")).await?.ok()
    }

    async fn show(&self, cue: &Value) -> anyhow::Result<Value> {
        let body = json!({ "from": self.stage().await?["moves"], "cue": cue });
        self.house.host.post(self.line, &self.path("/show"), &body).await?.ok()
    }

    async fn undo(&self) -> anyhow::Result<Value> {
        let body = json!({ "from": self.stage().await?["moves"] });
        self.house.host.post(self.line, &self.path("/undo"), &body).await?.ok()
    }

    /// The stage as a screen that was just loaded is told it.
    async fn screen(&self) -> anyhow::Result<Value> {
        let token = self.house.host.token().await?;
        let path = format!("{}/api/v1/events/{}/live?as=screen", self.line.address, self.house.event);
        let mut stream = self.line.http.get(path).bearer_auth(token).send().await?.error_for_status()?;
        let mut heard = Vec::new();
        while let Some(part) = stream.chunk().await? {
            heard.extend_from_slice(&part);
            let text = String::from_utf8_lossy(&heard);
            // A block ends with an empty line; what it says may go over several.
            let Some((blocks, _)) = text.rsplit_once("\n\n") else { continue };
            let data = |block: &str| block.lines().filter_map(|line| line.strip_prefix("data: ")).collect::<String>();
            if let Some(snapshot) = blocks.split("\n\n").map(data).find(|snapshot| !snapshot.is_empty()) {
                return Ok(serde_json::from_str::<Value>(&snapshot)?["stage"].clone());
            }
        }
        anyhow::bail!("the screen heard nothing")
    }
}

fn badge(faces: &Value, place: usize) -> Option<String> {
    faces[place]["badge"].as_str().map(str::to_owned)
}

fn pair(of: &Value) -> Option<(String, String)> {
    pair_of(&of["pair"])
}

/// Two badges, the smaller first.
fn pair_of(faces: &Value) -> Option<(String, String)> {
    let (one, other) = (badge(faces, 0)?, badge(faces, 1)?);
    Some(if one < other { (one, other) } else { (other, one) })
}
