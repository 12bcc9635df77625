// The host's console: one key, one act. What Enter would show stands in the preview; nothing
// reaches the hall before it was taken, and every step can be taken back.

import { listen } from "./live.js";
import { draw, spokenHere, tick } from "./scene.js";

const board = document.getElementById("console");
const at = (id) => document.getElementById(id);
const below = `/api/v1/events/${board.dataset.event}`;
const say = spokenHere();
const STEPS = board.dataset.steps.split(" ");

let snapshot = null;
let stage = null;
let sheet = null;
let next = { kind: "welcome" };
let busy = false;

const ask = async (path, body, method) => {
  const asked = { headers: { Accept: "application/json" }, cache: "no-store" };
  if (body) {
    asked.method = "POST";
    asked.headers["Content-Type"] = "application/json";
    asked.body = JSON.stringify(body);
  }
  if (method) asked.method = method;
  const answer = await fetch(below + path, { ...asked, signal: AbortSignal.timeout(8000) });
  const told = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw Object.assign(new Error(told?.code), { code: told?.code });
  return told;
};

const tell = (words) => (at("console-said").textContent = words);

// Every act: once at a time, and the stage is read again whatever came of it.
async function act(work) {
  if (busy) return;
  busy = true;
  board.dataset.busy = "yes";
  tell("");
  try {
    const told = await work();
    if (told?.couples) stage = told;
    else await read();
  } catch (refused) {
    tell(["stage_moved", "programme_moved"].includes(refused.code) ? say("moved") : say("failed"));
    await read().catch(() => {});
  } finally {
    busy = false;
    delete board.dataset.busy;
    paint();
  }
}

async function read() {
  const known = stage && JSON.stringify(stage.shows);
  [stage, sheet] = await Promise.all([ask("/stage"), ask("/programme")]);
  if (JSON.stringify(stage.shows) === known) return;
  // The page was loaded anew, another console acted, or the answer to a step got lost.
  if (firstOf[stage.shows.kind]) next = follows(stage.shows);
  else if (!known) next = stage.shows;
}

const known = (shows) =>
  shows.kind === "confession"
    ? stage?.confessions.find((speech) => speech.id === shows.confession)
    : stage?.couples.find((couple) => couple.id === shows.couple);
const waiting = () =>
  stage?.couples.find((couple) => couple.state === "waiting") ?? stage?.couples.find((couple) => couple.state === "aside");
const speaks = () => stage?.confessions.find((speech) => speech.state === "waiting");
const firstOf = {
  couple: () => waiting() && { kind: "couple", couple: waiting().id, reveals: "numbers" },
  confession: () => speaks() && { kind: "confession", confession: speaks().id, named: false },
};
const LAST = STEPS[STEPS.length - 1];
// Whether something of this couple, or of these two, is still to be told.
const goesOn = (shows) =>
  (shows?.kind === "couple" && shows.reveals !== LAST) || (shows?.kind === "confession" && !shows.named && "named" in board.dataset);

// What most likely comes after what is shown now.
function follows(shows) {
  if (goesOn(shows)) {
    return shows.kind === "couple" ? { ...shows, reveals: STEPS[STEPS.indexOf(shows.reveals) + 1] } : { ...shows, named: true };
  }
  return firstOf[shows.kind] ? (firstOf[shows.kind]() ?? { kind: "blank" }) : next;
}

function choose(kind) {
  const first = firstOf[kind];
  if (!first) next = { kind };
  else if (stage?.shows.kind === kind && goesOn(stage.shows)) next = follows(stage.shows);
  else if (first()) next = first();
  else tell(say(kind === "couple" ? "nothing-more" : "nobody-speaks"));
  paint();
}

// A cue as the scene would show it: the preview's own snapshot.
function previewed() {
  const shows = { ...next };
  if (firstOf[shows.kind]) shows.pair = known(shows)?.pair ?? [];
  if (shows.kind === "declarations") shows.texts = snapshot.stage.shows.texts ?? [];
  return { ...snapshot, stage: { moves: 0, shows } };
}

function paint() {
  if (!snapshot || !stage) return;
  board.dataset.moves = stage.moves;
  draw(at("program"), snapshot, say);
  draw(at("preview"), previewed(), say);
  for (const button of document.querySelectorAll("[data-cue]")) {
    button.setAttribute("aria-pressed", String(button.dataset.cue === next.kind));
  }
  at("undo").disabled = !stage.can_undo;
  at("aside").disabled = !asideCouple();
  paintCalls("couples", "couple", stage.couples);
  if (at("confessions")) paintCalls("confessions", "confession", stage.confessions);
  paintRounds();
  paintSheet();
}

// The segment that comes after the furthest one that was called.
const comes = () => sheet?.segments.find((line) => line.state === "upcoming");

function paintSheet() {
  if (!sheet?.segments.length) return;
  for (const line of sheet.segments) {
    const row = document.querySelector(`#segments [data-segment="${line.segment}"]`);
    if (!row) continue;
    row.dataset.state = line.state;
    row.toggleAttribute("aria-current", false);
    if (line.state === "running") row.setAttribute("aria-current", "step");
  }
  at("segment-next").disabled = !comes();
  at("segment-back").disabled = !sheet.cue;
}

// A name reads in its own direction and turns nothing beside it.
function bdi(name) {
  return Object.assign(document.createElement("bdi"), { textContent: name ?? "" });
}

// Those who may be called: couples, or two who agreed to speak.
function paintCalls(place, kind, calls) {
  const rows = calls.map((call) => {
    const row = document.createElement("li");
    row.dataset[kind] = call.id;
    row.dataset.state = call.state;
    const button = document.createElement("button");
    button.type = "button";
    const between = kind === "couple" ? " · " : " → ";
    button.replaceChildren(...call.pair.flatMap((face, place) => [place ? between : "", `${face.badge} `, bdi(face.nickname)]));
    button.setAttribute("aria-pressed", String(next[kind] === call.id));
    button.onclick = () => {
      const going = stage.shows[kind] === call.id && goesOn(stage.shows);
      const first = kind === "couple" ? { reveals: "numbers" } : { named: false };
      next = going ? follows(stage.shows) : { kind, [kind]: call.id, ...first };
      paint();
    };
    const state = document.createElement("span");
    state.className = "pill";
    state.textContent = say(`state-${call.state}`);
    row.append(button, state);
    return row;
  });
  if (!rows.length) {
    rows.push(document.createElement("li"));
    rows[0].className = "soft";
    rows[0].textContent = say(`no-${place}`);
  }
  at(place).replaceChildren(...rows);
}

function round() {
  const dates = snapshot.dates;
  if (dates?.current?.state === "running") return { number: dates.current.round, verb: "finish" };
  return dates?.next ? { number: dates.next.round, verb: "start" } : null;
}

function paintRounds() {
  const turn = round();
  const button = at("round-act");
  button.disabled = !turn;
  button.firstElementChild.textContent = turn ? say(`round-${turn.verb}`, { round: turn.number }) : say("round-none");
  const dates = snapshot.dates;
  at("round-now").textContent = dates ? say("dates-round", { round: dates.current?.round ?? 0, rounds: dates.rounds }) : "";
  const { picks } = snapshot;
  at("picks-act").disabled = picks?.state === "tallied";
  at("picks-now").textContent = picks?.chosen == null ? "" : say("chosen", { count: picks.chosen });
}

const asideCouple = () => (stage.shows.kind === "couple" ? stage.shows.couple : next.couple);

const acts = {
  take: () =>
    act(async () => {
      const told = await ask("/stage/show", { from: stage.moves, cue: next });
      stage = told;
      next = follows(told.shows);
      return told;
    }),
  undo: () =>
    act(async () => {
      const taken = stage.shows;
      const told = await ask("/stage/undo", { from: stage.moves });
      // What was taken back is what would be shown again.
      next = taken;
      return told;
    }),
  blank: () => act(() => ask("/stage/show", { from: stage.moves, cue: { kind: "blank" } })),
  aside: () =>
    act(async () => {
      const told = await ask("/stage/set-aside", { from: stage.moves, couple: asideCouple() });
      stage = told;
      choose("couple");
      return told;
    }),
  segment: () => comes() && act(() => ask("/programme/cues", { segment: comes().segment, from: sheet.cue })),
  back: () => sheet?.cue && act(() => ask(`/programme/cues/${sheet.cue}`, null, "DELETE")),
  round: () => {
    const turn = round();
    return turn && act(() => ask(`/dates/rounds/${turn.number}/${turn.verb}`, {}));
  },
};

for (const name of ["take", "undo", "blank", "aside"]) at(name).onclick = () => acts[name]();
at("round-act").onclick = () => acts.round();
if (at("segment-next")) {
  at("segment-next").onclick = () => acts.segment();
  at("segment-back").onclick = () => acts.back();
}
for (const button of document.querySelectorAll("[data-cue]")) button.onclick = () => choose(button.dataset.cue);
at("picks-sure").addEventListener("close", () => {
  const { picks } = snapshot;
  if (at("picks-sure").returnValue === "go") act(() => turnPicks(picks));
  at("picks-sure").returnValue = "";
});

// Opens what is planned and closes what is open. Nobody need have planned: where there is no round, or
// the last one was lost, the next one is as the event says.
async function turnPicks(picks) {
  if (["open", "closed"].includes(picks?.state)) return closePicks(picks.round);
  const planned = picks?.state === "planned" ? picks.round : (await ask("/pick-rounds", { limit: Number(board.dataset.picks) })).number;
  return ask(`/pick-rounds/${planned}/open`, {});
}

// Where the ballots cannot be opened, the way on is a page of its own.
async function closePicks(round) {
  const stuck = at("picks-stuck");
  stuck.hidden = true;
  try {
    return await ask(`/pick-rounds/${round}/close`, {});
  } catch (refused) {
    if (["key_unavailable", "key_wrong", "ballots_unreadable"].includes(refused.code)) {
      stuck.querySelector("a").href = `/e/${board.dataset.event}/console/picks/${round}`;
      stuck.hidden = false;
    }
    throw refused;
  }
}

const KEYS = { b: "blank", z: "undo", s: "aside", d: "round", n: "segment", Enter: "take" };
const CUES = { 1: "welcome", 2: "declarations", 3: "dates", 4: "choosing", 5: "couple", 6: "confession" };
document.addEventListener("keydown", (event) => {
  if (event.repeat || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  // Enter on a button is that button's own.
  if (event.key === "Enter" && event.target.closest("a, button") && event.target.id !== "take") return;
  const cue = CUES[event.key];
  const name = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (!cue && !name) return;
  event.preventDefault();
  if (!stage) return;
  if (cue && document.querySelector(`[data-cue="${cue}"]`)) choose(cue);
  else if (!at(name)?.disabled) acts[name]();
});

listen(
  `${below}/live?as=host`,
  async (told) => {
    const moved = stage?.moves !== told.stage?.moves || ["segment", "personal", "confessions"].some((part) => snapshot?.[part] !== told[part]);
    snapshot = told;
    try {
      if (!stage || (moved && !busy)) await read();
    } catch {
      return;
    }
    paint();
  },
  {
    link: (there) => {
      board.dataset.link = there ? "up" : "down";
      tell(there ? "" : say("no-link"));
    },
    gone: () => location.reload(),
  },
);
setInterval(() => [at("program"), at("preview")].forEach((scene) => tick(scene, say)), 250);
