// The desk: one person after another. The server judges while there is a link; this device judges
// by itself when there is none, and says so.

import { Camera } from "./desk-camera.js";
import { bareCode, codeIn, wornNumber } from "./desk-code.js";
import { Counts } from "./desk-counts.js";
import { listen } from "./desk-keys.js";
import { Link, LinkLost, Refusal } from "./desk-link.js";
import { Queue } from "./desk-queue.js";
import { Roster } from "./desk-roster.js";
import { Screen } from "./desk-screen.js";
import * as shell from "./desk-shell.js";
import { Store } from "./desk-store.js";
import { Way } from "./desk-way.js";

const desk = document.getElementById("desk");
const $ = (id) => document.getElementById(`desk-${id}`);
const device = callsItself();
const link = new Link(desk.dataset.event);
const store = await Store.open(desk.dataset.event);
link.offset = (await store?.get("meta", "offset")) ?? 0;
const roster = await Roster.of(store);
const screen = new Screen(desk, link);
const page = { men: shown("men"), women: shown("women"), at: desk.dataset.at };
const counts = await Counts.of({ store, screen, link, page });
const queue = new Queue({ store, link, device, screen, counts });
const way = new Way({ desk, entry: $("entry"), exit: $("exit"), turned: (byHand) => screen.turned(byHand) });

function shown(side) {
  return Number($(side).textContent);
}

// A paired device has its name; a person's phones are told apart by two letters of their own.
function callsItself() {
  const { device, paired } = desk.dataset;
  if (paired !== undefined) return device;
  const letters = [...crypto.getRandomValues(new Uint8Array(2))].map((n) => "ABCDEFGHJKLMNPQRSTUVWXYZ"[n % 24]).join("");
  try {
    const mine = (localStorage.getItem("queqiao-desk-letters") ?? "") || letters;
    localStorage.setItem("queqiao-desk-letters", mine);
    return `${device}·${mine}`;
  } catch {
    return `${device}·${letters}`;
  }
}

// ---- the link

let pinging;

function linkLost() {
  if (screen.link === "shut") return;
  screen.link = "down";
  queue.tell();
  clearTimeout(pinging);
  pinging = setTimeout(ping, 5000);
}

async function ping() {
  clearTimeout(pinging);
  if (screen.link === "shut") return;
  try {
    const counted = await (await link.ask("/counts")).json();
    screen.link = "up";
    // What waits here the server has not counted yet.
    if ((await queue.size()) === 0) await counts.heard(counted);
    await queue.upload();
    await refreshRoster();
  } catch (trouble) {
    return givenUp(trouble);
  }
  queue.tell();
  pinging = setTimeout(ping, 10000);
}

// What is to be done when the server did not answer a question of the device's own.
function givenUp(trouble) {
  if (trouble instanceof Refusal && [401, 403, 404].includes(trouble.status)) return shutOut();
  if (!(trouble instanceof LinkLost)) console.error(trouble);
  return linkLost();
}

// The house does not know this device any more: it forgets whom it could have let in. What it has
// recorded stays, for when it is paired again.
async function shutOut() {
  screen.link = "shut";
  camera.stop();
  queue.tell();
  await roster.forget();
  await shell.forget();
}

let refreshedAt = -Infinity;

async function refreshRoster() {
  // What is not uploaded yet is not in the server's roster.
  if (!store || performance.now() - refreshedAt < 60000 || (await queue.size()) > 0) return;
  const begun = Date.now();
  const headers = roster.held ? { "If-None-Match": `"${roster.held.version}"` } : {};
  const fresh = await roster.take(await link.ask("/roster", { headers, wait: 20000 }));
  refreshedAt = performance.now();
  if (fresh) {
    link.hear(roster.held.made_at, begun);
    await store.write((put) => put("meta", link.offset, "offset"));
  }
  screen.roster(roster.held);
}

// ---- one scan

const nonce = () => [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");

let turn = Promise.resolve();

// One after another, and none is dropped.
function scan(read) {
  const { kind } = way;
  turn = turn.then(() => one({ ...read, kind })).catch((broken) => {
    console.error(broken);
    screen.show({ state: "refused", reason: "needs_review" });
  });
  return turn;
}

async function one(read) {
  if (screen.link === "shut") return screen.show({ state: "refused", words: "banner-shut-out" });
  const made = { ...read, nonce: nonce(), device, at: link.now() };
  await queue.keep(made);
  await answer(made);
}

async function answer(made) {
  if (screen.link === "up") {
    screen.busy();
    const { code, badge, nonce, device, kind, at } = made;
    try {
      const said = await (await link.ask("", { body: { code, badge, nonce, device, kind, at } })).json();
      await queue.answered(made, said);
      way.passed(made.kind);
      return screen.answered(said, made.kind);
    } catch (trouble) {
      if (trouble instanceof Refusal) {
        await queue.drop(made.nonce);
        screen.show({ state: "refused", reason: trouble.status === 422 ? "not_a_badge" : "needs_review" });
        if (trouble.status === 401 || trouble.status === 403) await shutOut();
        return undefined;
      }
      if (!(trouble instanceof LinkLost)) throw trouble;
      made.asked = true;
      linkLost();
    }
  }
  const said = await roster.judge(made);
  if (said.refusal) {
    await queue.drop(made.nonce);
    const mayPass = store && made.kind === "entry" && said.refusal !== "already_admitted";
    const letIn = mayPass ? () => (turn = turn.then(() => pass(made, { ...said, review: true }))) : undefined;
    way.passed(made.kind);
    return screen.refused(said.refusal, said, letIn);
  }
  return pass(made, said);
}

// On disk first, then on the screen.
async function pass(made, said) {
  await queue.waits(made, said);
  way.passed(made.kind);
  screen.passed(said, made.kind);
  queue.tell();
}

// ---- what comes in

// A camera sees the same badge many times, and some scanners read it twice: it counts again once it has been
// away for so long, in milliseconds.
const AWAY = 4000;
const seenAt = new Map();

function seen(text) {
  const [now, sight] = [performance.now(), `${way.kind} ${bareCode(text)}`];
  const again = now - (seenAt.get(sight) ?? -AWAY) < AWAY;
  for (const [one, at] of seenAt) if (now - at >= AWAY) seenAt.delete(one);
  seenAt.set(sight, now);
  // Whose number was half typed has gone on, or shows the badge instead.
  if ($("typed").dataset.side) typed("");
  if (!again) return void scan({ code: codeIn(text) ?? text.slice(0, 500) });
  turn.then(() => screen.again());
}

function typed(text) {
  const plain = text.normalize("NFKC").trim();
  $("typed").value = "";
  delete $("typed").dataset.side;
  if (!plain) return screen.typing(false);
  if (codeIn(plain) || /[/:]/.test(plain)) {
    seen(plain);
  } else if (/^\d{1,9}$/.test(plain)) {
    // A number without its side is kept until somebody says which.
    $("typed").value = plain;
    $("typed").dataset.side = "asked";
    screen.show({ state: "ready", reason: "which_side" });
  } else {
    const turned = /^(\d{1,9})([mwf男女])$/i.exec(plain);
    const badge = turned ? turned[2] + turned[1] : plain;
    if (wornNumber(badge) || /^a\d{1,9}$/i.test(badge)) scan({ badge });
    else screen.show({ state: "refused", reason: "not_a_badge" });
  }
}

const camera = new Camera({
  video: $("video"),
  ask: async (blob) => {
    try {
      return (await (await link.ask("/pictures", { body: blob, wait: 6000 })).json()).codes;
    } catch (trouble) {
      // A picture that is slow says nothing about a scan, which is a hundred times smaller.
      if (trouble instanceof Refusal && trouble.status !== 422) givenUp(trouble);
      return [];
    }
  },
  seen,
  note: (name) => screen.note(name),
});

async function look() {
  if (camera.running) camera.stop();
  else await camera.start();
  const act = $("camera-act");
  act.textContent = camera.running ? act.dataset.off : act.dataset.on;
  if (!camera.running && $("video").hidden && !$("camera-note").dataset.trouble) screen.note("");
}

function search() {
  const found = $("found");
  $("find").addEventListener("submit", async (event) => {
    event.preventDefault();
    found.replaceChildren();
    $("found-note").textContent = "";
    try {
      const wish = { body: { name: $("name").value }, wait: 6000 };
      const { items, says_enough: enough } = await (await link.ask("/search", wish)).json();
      if (items.length === 0) $("found-note").textContent = screen.say(enough ? "search-none" : "search-short");
      for (const { badge, nickname } of items) found.append(screen.hit(badge, nickname, () => scan({ badge })));
    } catch {
      $("found-note").textContent = screen.say("search-offline");
    }
  });
  $("search").addEventListener("close", () => {
    found.replaceChildren();
    $("found-note").textContent = "";
    $("name").value = "";
  });
}

function undo() {
  let meant;
  $("recent").addEventListener("click", (event) => {
    const button = event.target.closest("button.undo");
    if (!button) return;
    meant = button.dataset.nonce;
    $("undo-badge").textContent = button.dataset.badge;
    $("reason").value = "";
    $("undo").returnValue = "";
    $("undo").showModal();
  });
  // A scanner presses Enter as well, and a slow one types like a person: Enter only ever means not to. Whoever goes
  // by keyboard presses the button with the space bar, as on the console.
  $("undo").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("#desk-reason, #desk-undo-act")) event.preventDefault();
  });
  $("undo").addEventListener("close", () => {
    if ($("undo").returnValue !== "undo") return;
    const reason = $("reason").value.trim();
    // Who was taken back may be scanned again at once.
    seenAt.clear();
    turn = turn.then(() => queue.undo(meant, reason, nonce())).catch((trouble) => {
      if (trouble instanceof LinkLost) linkLost();
      screen.show({ state: "refused", words: "undo-refused" });
    });
  });
}

listen($("typed"), { typed, scanned: seen, typing: (on) => screen.typing(on) });
for (const side of [$("men-act"), $("women-act")]) {
  side.addEventListener("click", () => ($("typed").value ? typed(side.value + $("typed").value) : $("typed").focus()));
}
// What a phone's keyboard calls "go".
$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  typed($("typed").value);
});
$("photo").addEventListener("change", async ({ target }) => {
  const [file] = target.files;
  // Whoever takes a photo means it, twice too.
  seenAt.clear();
  const read = file && (await camera.photo(file).catch(() => false));
  target.value = "";
  if (file && !read) screen.show({ state: "ready", words: "photo-nothing" });
});
$("camera-act").addEventListener("click", look);
search();
undo();
addEventListener("offline", linkLost);
addEventListener("online", ping);
// A phone that slept has let go of its screen.
const stayAwake = () => navigator.wakeLock?.request("screen").catch(() => {});
addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  stayAwake();
  ping();
});
stayAwake();

$("called").textContent = device;
desk.dataset.device = device;
screen.roster(roster.held);
screen.kept = store ? "yes" : isSecureContext ? "no-storage" : "insecure";
await queue.begin();
look();
// What was asked when the page went away is asked again, and told.
turn = turn.then(async () => {
  for (const made of await queue.unanswered()) await answer({ ...made, asked: true });
});
// A badge that the phone's own camera opened while there was no link (desk-sw.js).
const brought = location.hash.slice(1);
if (brought) {
  history.replaceState(null, "", location.pathname);
  scan({ code: brought });
}
await turn.catch(console.error);
await ping();
if (screen.link === "up" && (await shell.keep().catch(() => false))) desk.dataset.shell = "kept";
else if (navigator.serviceWorker?.controller) desk.dataset.shell = "kept";
