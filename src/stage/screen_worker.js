// Keeps one big screen's page on its machine, so that it is there again after F5 without a link. What is
// kept the page lays down itself (screen.js), and so it does with what it shows.

const HOME = new URL(self.registration.scope).pathname;
const KEPT = `screen ${HOME}`;
const PATIENCE = 3000;

const held = async (address) => (await caches.open(KEPT)).match(address, { ignoreVary: true });
const inTime = (request) =>
  Promise.race([fetch(request), new Promise((_, reject) => setTimeout(() => reject(new Error("too slow")), PATIENCE))]);

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate" && address.pathname === HOME) event.respondWith(screen(request));
  else if (address.pathname.startsWith("/assets/")) event.respondWith(file(request, address));
});

// The house's word first: a screen that was sent away must not go on with an old page.
async function screen(request) {
  try {
    const answer = await inTime(request);
    if (answer.status < 400 && !answer.redirected && answer.type !== "opaqueredirect") return answer;
    if (answer.status < 500) {
      await caches.delete(KEPT);
      return answer;
    }
  } catch {
    // No link, or none worth waiting for.
  }
  return (await held(HOME)) ?? Response.error();
}

// A file whose address carries its version never changes.
async function file(request, { pathname, search }) {
  const address = pathname + search;
  if (search) return (await held(address)) ?? fetch(request);
  try {
    const answer = await inTime(request);
    if (answer.ok) return answer;
  } catch {
    // As above.
  }
  return (await held(address)) ?? Response.error();
}
