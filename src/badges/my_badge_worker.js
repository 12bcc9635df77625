// Keeps one badge on one phone, so that it opens at a door without a network. It answers for that
// page and for what the page is made of; everything else goes its usual way.

const HOME = new URL(self.registration.scope).pathname;
const KEPT = `badge ${HOME}`;
const PATIENCE = 4000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// The page was there before us: it says what it is made of, and is told when all of it is kept.
self.addEventListener("message", (event) => {
  event.waitUntil(
    (async () => {
      const cache = await caches.open(KEPT);
      const wanted = event.data.filter((address) => new URL(address).origin === location.origin);
      const fetched = await Promise.all(wanted.map(async (address) => [address, await fetch(address)])).catch(() => null);
      const whole = fetched?.every(([, answer]) => answer.ok && !answer.redirected);
      if (whole) await Promise.all(fetched.map(([address, answer]) => cache.put(plain(address), answer)));
      event.ports[0]?.postMessage(fetched ? whole && "kept" : "away");
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate" && address.pathname === HOME) event.respondWith(badge(event));
  else if (address.pathname.startsWith("/assets/")) event.respondWith(asset(request));
});

async function badge(event) {
  const cache = await caches.open(KEPT);
  const kept = await cache.match(HOME);
  const fresh = fetch(event.request).then(async (answer) => {
    // Signed out, withdrawn, not numbered any more: what was kept is not theirs to show.
    if (!answer.ok || answer.redirected) await cache.delete(HOME);
    else await cache.put(HOME, answer.clone());
    return answer;
  });
  if (!kept) return fresh;
  event.waitUntil(fresh.catch(() => undefined));
  const tired = new Promise((done) => setTimeout(done, PATIENCE, kept));
  return Promise.race([fresh, tired]).catch(() => kept);
}

async function asset(request) {
  const kept = await (await caches.open(KEPT)).match(request);
  return kept ?? fetch(request);
}

function plain(address) {
  const { pathname, search } = new URL(address);
  return pathname + search;
}
