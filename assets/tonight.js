// What reaches every phone in the hall whichever page is open: the couple on the bridge to bless,
// and that somebody asks in private.

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

let known;
async function question(personal) {
  if (!hasConfessions || personal === known) return;
  known = personal;
  try {
    const answer = await fetch(asked.dataset.ask, { headers: { Accept: "application/json" }, cache: "no-store" });
    const mine = answer.ok ? await answer.json() : { questions: [] };
    const here = location.pathname.endsWith("/confessions");
    asked.hidden = here || !mine.questions.some((question) => !question.agreed);
  } catch {
    known = undefined;
  }
}

addEventListener("heard", ({ detail: snapshot }) => {
  show(snapshot.stage);
  setTimeout(() => question(snapshot.personal), Math.random() * 200);
});
