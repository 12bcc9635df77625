// Keeps the desk's page for the hour without a link. It holds the page and its files, never an
// answer about a guest. What is kept is laid down by the page itself (desk-shell.js). It stands before
// the badges' own addresses too, for phones whose browser reads no code but whose camera does.

const PATIENCE = 3000;

const inTime = (request) =>
  Promise.race([fetch(request), new Promise((_, reject) => setTimeout(() => reject(new Error("too slow")), PATIENCE))]);

addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== location.origin) return;
  if (request.mode === "navigate") {
    const otherwise = address.pathname.startsWith("/c/") ? () => desk(address) : () => kept(request);
    event.respondWith(page(request, otherwise));
  }
  if (address.pathname.startsWith("/assets/")) event.respondWith(file(request, address));
});

// The server's word first: a device that was shut out must not go on with an old page.
async function page(request, otherwise) {
  try {
    const answer = await inTime(request);
    if (answer.status < 500) return answer;
  } catch {
    // No link, or none worth waiting for.
  }
  return (await otherwise()) ?? Response.error();
}

const kept = (request) => caches.match(request, { ignoreSearch: true, ignoreVary: true });

// The desk that judges a badge by itself. The code goes behind the #, which is sent nowhere.
async function desk(badge) {
  const path = await (await caches.match("/c/"))?.text();
  return path && Response.redirect(`${path}#${badge.pathname.slice("/c/".length)}`);
}

// A file whose address carries its version never changes.
async function file(request, address) {
  const held = () => caches.match(request, { ignoreVary: true });
  if (address.searchParams.has("v")) return (await held()) ?? fetch(request);
  try {
    const answer = await inTime(request);
    if (answer.ok) return answer;
  } catch {
    // As above.
  }
  return (await held()) ?? Response.error();
}
