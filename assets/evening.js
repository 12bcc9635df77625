// The evening on a phone: the page follows the hall, and its clock counts down by the house's time.
//
// Whatever happens in the hall, the page that tells it is made by the house; this asks for it again
// and puts its `#followed` in the place of the old one, as often as it takes.

import { insist } from "./again.js";

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
  const { begins, ends, paused, ...words } = clock.dataset;
  const [digits, warning] = [clock.querySelector("b"), clock.querySelector(".warning")];
  const warn = (said) => warning.textContent === said || (warning.textContent = said);
  const tick = () => {
    const at = paused ? Date.parse(paused) : now();
    const changing = at < Date.parse(begins);
    const left = Math.max(0, Math.ceil((Date.parse(changing ? begins : ends) - at) / 1000));
    digits.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    clock.classList.toggle("soon", left <= 60 && !paused);
    warn(paused ? words.still : changing ? words.changing : left === 0 ? words.over : left <= 60 ? words.soon : "");
  };
  tick();
  ticking = setInterval(tick, 250);
}

// As the house made it: without the time, and without what the frame has marked since.
const still = (node) => node.outerHTML.replace(/ data-(now|more)="[^"]*"/g, "");
let before = followed() && still(followed());

async function refresh(signal) {
  if (!followed()) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store", signal });
  // The house is not well; it will be.
  if (answer.status === 429 || answer.status >= 500) throw new Error(String(answer.status));
  if (!answer.ok || answer.redirected) return location.reload();
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("followed");
  if (signal.aborted) return;
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
}

// Whoever is cut off is told so: what stands here may not be true any more.
const trouble = new Set();
let telling;
function cutOff(what, is) {
  if (is) trouble.add(what);
  else trouble.delete(what);
  const notice = document.getElementById("no-link");
  clearTimeout(telling);
  // A stream that comes back at once is no trouble.
  if (trouble.size) telling = setTimeout(() => (notice.hidden = false), notice.hidden ? 1500 : 0);
  else notice.hidden = true;
}

const page = insist(refresh, (is) => cutOff("page", is));

async function follow() {
  const address = document.querySelector("[data-follow]")?.dataset.follow;
  if (!address) return;
  const poll = () => setInterval(() => document.visibilityState === "visible" && page.news(1000), 5000);
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
      if (told !== known) page.news(known === undefined ? 0 : 120);
      known = told;
    }, {
      link: (there) => {
        cutOff("stream", !there);
        if (there) page.hurry();
      },
      gone: () => {
        cutOff("stream", false);
        polling ??= poll();
      },
    });
  } catch {
    poll();
  }
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && page.news(200));
  addEventListener("pageshow", (event) => event.persisted && page.news(0));
}

document.addEventListener("input", (event) => event.target.form?.classList.add("touched"));
const clock = document.querySelector(".clock");
if (clock) trust(clock);
wind();
follow();
addEventListener("follow", () => page.news(0));
