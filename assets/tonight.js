// What reaches every phone in the hall whichever page is open: what is on now, the couple on the bridge
// to bless, and that somebody asks in private.

import { insist } from "./again.js";

const bless = document.getElementById("bless");
const button = bless.querySelector("button");
const status = bless.querySelector("[role=status]");
const asked = document.getElementById("asked");
const hasConfessions = document.querySelector('.tabs a[href$="/confessions"]') !== null;

let moves = null;
let taps = 0;
let sending = false;

const post = async (body) => {
  const answer = await fetch(bless.dataset.send, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(8000),
  });
  return { status: answer.status, told: answer.ok ? await answer.json() : null };
};

function tell(left) {
  status.textContent = left > 0 ? bless.dataset.left.replace("{count}", left) : bless.dataset.none;
  button.disabled = left <= 0;
}

// Taps are sent together, at most once a second, and not by the whole hall in the same instant.
async function send() {
  if (!taps || sending) return;
  sending = true;
  const together = { moves, taps: Math.min(taps, 100) };
  taps = 0;
  try {
    const { status: code, told } = await post(together);
    if (told && together.moves === moves) tell(told.left);
    else if (code === 409) show(null);
  } catch {
    // A blessing that was lost on the way is not worth a word.
  } finally {
    sending = false;
    if (taps) setTimeout(send, 700 + Math.random() * 600);
  }
}

button.addEventListener("click", () => {
  taps += 1;
  button.classList.remove("tapped");
  requestAnimationFrame(() => button.classList.add("tapped"));
  if (!sending) setTimeout(send, 200 + Math.random() * 600);
});

function show(stage) {
  const couple = stage?.shows.kind === "couple" && stage.shows.reveals === "bridge" && stage.shows.blessable;
  if (couple && stage.moves === moves) return;
  moves = couple ? stage.moves : null;
  taps = 0;
  bless.hidden = !couple;
  button.disabled = false;
  status.textContent = "";
  if (couple) bless.querySelector(".pair").textContent = stage.shows.pair.map((face) => face.badge).join(" ♥ ");
}

// Asked again until there is an answer, whenever it may be another one.
async function own(address, type, signal) {
  const answer = await fetch(address, { headers: { Accept: type }, cache: "no-store", signal });
  if (answer.status === 429 || answer.status >= 500) throw new Error(String(answer.status));
  return answer.ok && !answer.redirected ? answer : null;
}

const question = insist(async (signal) => {
  const answer = await own(asked.dataset.ask, "application/json", signal);
  const mine = answer ? await answer.json() : { questions: [] };
  const here = location.pathname.endsWith("/confessions");
  asked.hidden = here || !mine.questions.some((one) => !one.agreed);
});

const line = document.getElementById("now-line");
const present = insist(async (signal) => {
  const answer = await own(line.dataset.ask, "text/html", signal);
  const text = answer ? await answer.text() : "";
  const told = new DOMParser().parseFromString(text, "text/html").querySelector(".now-line");
  // The page that is open says it better.
  const here = told?.querySelector("a")?.pathname === location.pathname;
  line.hidden = !told || here;
  if (told && line.textContent.trim() !== told.textContent.trim()) line.replaceChildren(told);
});

let known;
let heard;
addEventListener("heard", ({ detail: snapshot }) => {
  show(snapshot.stage);
  if (hasConfessions && snapshot.personal !== known) question.news(200);
  known = snapshot.personal;
  const now = JSON.stringify([snapshot.personal, snapshot.picks, snapshot.phase, snapshot.segment]);
  if (now !== heard) present.news(heard === undefined ? 0 : 200);
  heard = now;
});
