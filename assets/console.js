// The host's console: one key, one act. What Enter would show stands in the preview; nothing
// reaches the hall before it was taken, and every step can be taken back.

import { bdi } from "./bidi.js";
import { attend } from "./console-rounds.js";
import { listen } from "./live.js";
import { draw, spokenHere, tick } from "./scene.js";

const board = document.getElementById("console");
const at = (id) => document.getElementById(id);
const below = `/api/v1/events/${board.dataset.event}`;
const say = spokenHere();
const STEPS = board.dataset.steps.split(" ");
// What is refused because somebody at another console was faster.
const MOVED = [
  "stage_moved", "programme_moved", "picks_moved", "wrong_round_state", "not_its_turn", "round_open", "round_not_open",
  "another_round_open",
];

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
  if (!answer.ok) throw Object.assign(new Error(told?.code), { code: told?.code, told });
  return told;
};

// What is refused whoever was faster.
const SAID = { gone_home: "gone-home", too_little_left: "round-short" };

const tell = (words) => (at("console-said").textContent = words);

// Every act: once at a time, and the stage is read again whatever came of it. Says whether it was done.
async function act(work) {
  if (busy) return false;
  busy = true;
  board.dataset.busy = "yes";
  tell("");
  try {
    const told = await work();
    if (told?.couples) stage = told;
    else await read();
    return true;
  } catch (refused) {
    tell(say(SAID[refused.code] ?? (MOVED.includes(refused.code) ? "moved" : "failed")));
    await read().catch(() => {});
    return false;
  } finally {
    busy = false;
    delete board.dataset.busy;
    paint();
  }
}

async function read() {
  const before = stage && JSON.stringify(stage.shows);
  [stage, sheet] = await Promise.all([ask("/stage"), ask("/programme")]);
  if (JSON.stringify(stage.shows) !== before) {
    // The page was loaded anew, another console acted, or the answer to a step got lost.
    if (firstOf[stage.shows.kind]) next = follows(stage.shows);
    else if (!before) next = sceneOf(sheet.current) ?? stage.shows;
    // What was begun was taken back at another console: it begins anew.
    else if (isBegun(next)) next = firstOf[next.kind]() ?? { kind: "blank" };
  }
  // Whoever went home is not called next.
  if (next.kind === "couple" && known(next)?.state === "gone") next = firstOf.couple() ?? { kind: "blank" };
  await prepare();
}

// The scene of a segment of the run sheet, as far as it can be shown at all.
function sceneOf(segment) {
  const kind = document.querySelector(`#segments [data-segment="${segment}"]`)?.dataset.scene;
  if (!kind) return null;
  return firstOf[kind] ? firstOf[kind]() : { kind };
}

// What a preview shows of pairs and groups that are not on the wall yet.
const GATHERED = { icebreaker: "/programme/icebreakers", groups: "/programme/groups" };
let gathered = {};
async function prepare() {
  const path = GATHERED[next.kind];
  if (!path) return;
  const told = await ask(path);
  const badges = (people) => people.map(({ badge }) => badge);
  if (next.kind === "groups") gathered = { groups: told.groups.map(({ group, members }) => ({ number: group, badges: badges(members) })) };
  else gathered = { pairs: (told.items[0]?.pairs ?? []).map((pair, at) => ({ number: at + 1, badges: badges(pair) })) };
}

const known = (shows) =>
  shows.kind === "confession"
    ? stage?.confessions.find((speech) => speech.id === shows.confession)
    : stage?.couples.find((couple) => couple.id === shows.couple);
const shown = (id) => stage?.talents.find((talent) => talent.id === id);
const waiting = () =>
  stage?.couples.find((couple) => couple.state === "waiting") ?? stage?.couples.find((couple) => couple.state === "aside");
const speaks = () => stage?.confessions.find((speech) => speech.state === "waiting");
const drawn = (id) => stage?.draws.find((one) => one.id === id);
const performs = () => stage?.talents.find((talent) => talent.state === "waiting");
const firstOf = {
  talent: () => performs() && { kind: "talent", act: performs().id },
  draw: () => stage?.draws.length && { kind: "draw", draw: (stage.draws.find((one) => one.state === "waiting") ?? stage.draws[0]).id },
  couple: () => waiting() && { kind: "couple", couple: waiting().id, reveals: "numbers" },
  confession: () => speaks() && { kind: "confession", confession: speaks().id, named: false },
};
const LAST = STEPS[STEPS.length - 1];
// Whether something of this couple, or of these two, is still to be told.
const goesOn = (shows) =>
  (shows?.kind === "couple" && shows.reveals !== LAST) || (shows?.kind === "confession" && !shows.named && "named" in board.dataset);

// Whether something of it has been told already.
const isBegun = (shows) =>
  (shows.kind === "couple" && shows.reveals !== "numbers") || (shows.kind === "confession" && shows.named);

// What most likely comes after what is shown now.
function follows(shows) {
  if (goesOn(shows)) {
    return shows.kind === "couple" ? { ...shows, reveals: STEPS[STEPS.indexOf(shows.reveals) + 1] } : { ...shows, named: true };
  }
  return firstOf[shows.kind] ? (firstOf[shows.kind]() ?? { kind: "blank" }) : next;
}

// Where there is nothing to show, the preview does not keep what stood there: Enter would show it.
function nothing(kind) {
  next = { kind: "blank" };
  tell(say({ couple: "nothing-more", confession: "nobody-speaks", talent: "nobody-performs", draw: "nothing-to-draw" }[kind] ?? "nothing-to-show"));
}

function choose(kind) {
  const first = firstOf[kind];
  if (!first) next = { kind };
  else if (stage?.shows.kind === kind && goesOn(stage.shows)) next = follows(stage.shows);
  else if (first()) next = first();
  else nothing(kind);
  paint();
  if (GATHERED[next.kind]) prepare().then(paint, () => {});
}

// A cue as the scene would show it: the preview's own snapshot.
function previewed() {
  const shows = { ...next };
  if (shows.kind === "talent") Object.assign(shows, shown(shows.act));
  else if (shows.kind === "draw") Object.assign(shows, drawn(shows.draw)?.scene);
  else if (firstOf[shows.kind]) shows.pair = known(shows)?.pair ?? [];
  if (GATHERED[shows.kind]) Object.assign(shows, gathered);
  shows.kind = next.kind;
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
  at("blank").setAttribute("aria-pressed", String(stage.shows.kind === "blank"));
  at("aside").disabled = !asideCouple();
  paintCalls("couples", "couple", stage.couples);
  if (at("confessions")) paintCalls("confessions", "confession", stage.confessions);
  paintCalls("talents", "talent", stage.talents);
  paintCalls("draws", "draw", stage.draws);
  rounds.paint();
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

// Those who may be called: couples, two who agreed to speak, or whoever shows something.
const CALLED = {
  couple: { names: (call) => pair(call, " · "), first: { reveals: "numbers" } },
  confession: { names: (call) => pair(call, " → "), first: { named: false } },
  talent: { names: (call) => [`${call.badge} `, bdi(call.title)], first: {}, id: "act" },
  draw: { names: (call) => [bdi(call.scene.name)], first: {} },
};
function pair(call, between) {
  return call.pair.flatMap((face, place) => [place ? between : "", `${face.badge} `, bdi(face.nickname)]);
}
function paintCalls(place, kind, calls) {
  const { names, first, id = kind } = CALLED[kind];
  const rows = calls.map((call) => {
    const row = document.createElement("li");
    row.dataset[kind] = call.id;
    row.dataset.state = call.state;
    const button = document.createElement("button");
    button.type = "button";
    button.replaceChildren(...names(call));
    button.disabled = call.state === "gone";
    button.setAttribute("aria-pressed", String(next[id] === call.id));
    button.onclick = () => {
      const going = stage.shows[id] === call.id && goesOn(stage.shows);
      next = going ? follows(stage.shows) : { kind, [id]: call.id, ...first };
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
  // A switch: the night comes, and what was there comes back.
  blank: () =>
    act(() => (stage.dark ? ask("/stage/undo", { from: stage.moves }) : ask("/stage/show", { from: stage.moves, cue: { kind: "blank" } }))),
  aside: () =>
    act(async () => {
      const told = await ask("/stage/set-aside", { from: stage.moves, couple: asideCouple() });
      stage = told;
      choose("couple");
      return told;
    }),
  segment: () => comes() && act(() => turnSheet("/programme/cues", { segment: comes().segment, from: sheet.cue })),
  back: () => sheet?.cue && act(() => turnSheet(`/programme/cues/${sheet.cue}`, null, "DELETE")),
};

// The evening goes on, or a step back, and its scene stands in the preview.
async function turnSheet(path, body, method) {
  const told = await ask(path, body, method);
  await read();
  const scene = sceneOf(told.current);
  if (scene) next = scene;
  else nothing(document.querySelector(`#segments [data-segment="${told.current}"]`)?.dataset.scene);
  await prepare();
}

const rounds = attend({ board, say, ask, act, now: () => snapshot });
Object.assign(acts, rounds.acts);

for (const name of ["take", "undo", "blank", "aside"]) at(name).onclick = () => acts[name]();
if (at("segment-next")) {
  at("segment-next").onclick = () => acts.segment();
  at("segment-back").onclick = () => acts.back();
}
for (const button of document.querySelectorAll("[data-cue]")) button.onclick = () => choose(button.dataset.cue);
for (const button of document.querySelectorAll("[data-prepare]")) button.onclick = () => choose(button.dataset.prepare);

const KEYS = { b: "blank", z: "undo", s: "aside", d: "round", p: "pause", "+": "more", "=": "more", "-": "less", r: "replan", n: "segment", Enter: "take" };
const CUES = { 1: "welcome", 2: "declarations", 3: "dates", 4: "choosing", 5: "couple", 6: "confession", 7: "icebreaker", 8: "groups", 9: "talent", 0: "draw" };
const PLACES = { round: "round-act", pause: "round-pause", more: "round-more", less: "round-less", segment: "segment-next" };
const TYPED = "input, textarea, select, summary";
// Enter shows what stands in the preview, wherever the focus is: whoever goes by keyboard presses a
// button with the space bar, and follows a link the focus is seen on.
const isOwn = (target) => target.closest(TYPED) !== null || target.closest("a")?.matches(":focus-visible");
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && isOwn(event.target)) return;
  const cue = CUES[event.key];
  const name = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (!cue && !name) return;
  event.preventDefault();
  if (!stage || event.repeat) return;
  if (cue && document.querySelector(`[data-cue="${cue}"]`)) choose(cue);
  else if (!at(PLACES[name] ?? name)?.disabled) acts[name]();
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
setInterval(() => {
  for (const scene of [at("program"), at("preview")]) tick(scene, say);
  rounds.tick();
}, 250);
