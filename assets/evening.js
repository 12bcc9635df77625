// The evening on a phone: the page follows the hall, and its clock counts down by the house's time.
//
// Whatever happens in the hall, the page that tells it is made by the house; this asks for it again
// and puts its `#followed` in the place of the old one.

const followed = () => document.getElementById("followed");
let now = () => Date.now();

// Until the live stream has spoken, the moment the house rendered the page is the nearest to its time.
function trust(clock) {
  const ahead = Date.parse(clock.dataset.now) - performance.now();
  if (!Number.isNaN(ahead)) now = () => performance.now() + ahead;
}

let ticking;
function wind() {
  clearInterval(ticking);
  const clock = document.querySelector(".clock[data-ends]");
  if (!clock) return;
  const ends = Date.parse(clock.dataset.ends);
  const [digits, warning] = [clock.querySelector("b"), clock.querySelector(".warning")];
  const warn = (words) => warning.textContent === words || (warning.textContent = words);
  const tick = () => {
    const left = Math.max(0, Math.ceil((ends - now()) / 1000));
    digits.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    clock.classList.toggle("soon", left <= 60);
    warn(left === 0 ? clock.dataset.over : left <= 60 ? clock.dataset.soon : "");
  };
  tick();
  ticking = setInterval(tick, 250);
}

const still = (node) => node.outerHTML.replace(/ data-now="[^"]*"/g, "");
let before = followed() && still(followed());
let asking = null;

async function refresh() {
  asking?.abort();
  const mine = (asking = new AbortController());
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store", signal: mine.signal });
    if (!answer.ok || answer.redirected) return location.reload();
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("followed");
    if (mine.signal.aborted) return;
    const [old, text] = [followed(), fresh && still(fresh)];
    if (!fresh || text === before) return;
    // What the person is in the middle of stays under their fingers.
    if (fresh.dataset.keep && fresh.dataset.keep === old.dataset.keep) return;
    if ("held" in old.dataset || old.querySelector("form.touched:not([data-put])")) return;
    before = text;
    const focus = document.activeElement?.id;
    const told = old.dataset.told !== fresh.dataset.told;
    old.replaceWith(fresh);
    if (focus) document.getElementById(focus)?.focus();
    if (told) document.getElementById("told").textContent = fresh.dataset.told;
    const clock = fresh.querySelector(".clock");
    if (clock) trust(clock);
    wind();
    dispatchEvent(new CustomEvent("followed"));
  } catch {
    // The link went; the next news brings another try.
  }
}

// Not the whole hall in the same instant, and yet within a quarter of a second.
let due;
function soon(most) {
  clearTimeout(due);
  due = setTimeout(refresh, Math.random() * most);
}

async function follow() {
  const address = followed()?.dataset.follow;
  if (!address) return;
  const poll = () => setInterval(() => document.visibilityState === "visible" && soon(1000), 5000);
  try {
    const { listen, serverNow } = await import("./live.js");
    let known;
    let polling;
    listen(address, (snapshot) => {
      now = serverNow;
      clearInterval(polling);
      polling = null;
      dispatchEvent(new CustomEvent("heard", { detail: snapshot }));
      const told = JSON.stringify([snapshot.personal, snapshot.picks, snapshot.phase, snapshot.segment]);
      if (told !== known) soon(known === undefined ? 0 : 120);
      known = told;
    }, { gone: () => (polling ??= poll()) });
  } catch {
    poll();
  }
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && soon(200));
  addEventListener("pageshow", (event) => event.persisted && soon(0));
}

document.addEventListener("input", (event) => event.target.form?.classList.add("touched"));
const clock = document.querySelector(".clock");
if (clock) trust(clock);
wind();
follow();
addEventListener("follow", () => soon(0));
