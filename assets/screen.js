// The big screen: follows, draws, and keeps its last picture when the link is gone, also through F5. It
// tells the hall nothing of its troubles, and takes one order from a keyboard: M, for the bell.

import { hang } from "./bell.js";
import { listen } from "./live.js";
import { draw, spokenHere, tick } from "./scene.js";

const scene = document.getElementById("scene");
const say = spokenHere();
const bell = hang(document.getElementById("bell"));
const HOME = location.pathname;
const KEPT = `screen ${HOME}`;
const LAST = `${HOME}/last`;
// A picture older than this is of another evening.
const NIGHT = 12 * 3600 * 1000;

let snapshot = null;
const keep = async (address, answer) => (await globalThis.caches?.open(KEPT))?.put(address, answer);

listen(
  `/api/v1/events/${scene.dataset.event}/live?as=screen`,
  (told) => {
    snapshot = told;
    draw(scene, told, say);
    ring();
    keep(LAST, Response.json({ told, kept: Date.now() })).catch(() => {});
  },
  {
    link: (there) => {
      document.body.dataset.link = there ? "up" : "down";
      if (!there) showLast().catch(() => {});
    },
    gone: () => {
      document.body.dataset.link = "gone";
      globalThis.caches?.delete(KEPT);
    },
  },
);

// Loaded without a link: what was on the wall before.
async function showLast() {
  if (snapshot) return;
  const last = await (await globalThis.caches?.match(LAST))?.json();
  // By this machine's own clock: without a link it knows no other.
  if (!last || snapshot || Date.now() - last.kept > NIGHT) return;
  snapshot = last.told;
  draw(scene, snapshot, say);
}

// The bell hears each picture as it is drawn: a round may be over before the clock goes on.
const ring = () => snapshot && bell(snapshot.dates?.current ?? null);
setInterval(() => {
  tick(scene, say);
  ring();
}, 250);

// The page and all it is made of, for the hour without a link.
async function keepPage() {
  if (!("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register(`${HOME}/worker.js`, { scope: HOME });
  const parts = performance.getEntriesByType("resource").map(({ name }) => new URL(name));
  const files = parts.filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith("/assets/"));
  const wanted = new Set([HOME, ...files.map(({ pathname, search }) => pathname + search)]);
  const cache = await caches.open(KEPT);
  await Promise.all([...wanted].map(async (address) => {
    const answer = await fetch(address);
    if (answer.ok && !answer.redirected) await cache.put(address, answer);
  }));
  document.body.dataset.kept = "yes";
}
addEventListener("load", () => keepPage().catch(() => {}));

// A projector's laptop must not fall asleep over the reveal.
const stayAwake = () => navigator.wakeLock?.request("screen").catch(() => {});
stayAwake();
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && stayAwake());
