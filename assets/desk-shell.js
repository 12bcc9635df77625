// Lays the page and its files down on the device, so that it opens without a link, also from the
// address in a badge.

const BADGES = "/c/";
const NAME = `queqiao-desk${location.pathname}`;

export async function keep() {
  if (!isSecureContext || !navigator.serviceWorker) return false;
  await navigator.serviceWorker.register("/desk-sw.js", { scope: location.pathname });
  await navigator.serviceWorker.register("/desk-sw.js", { scope: BADGES });
  const files = performance
    .getEntriesByType("resource")
    .map((entry) => new URL(entry.name))
    .filter((address) => address.origin === location.origin && address.pathname.startsWith("/assets/"))
    .map((address) => address.pathname + address.search);
  const wanted = new Set([location.pathname, ...files]);
  const cache = await caches.open(NAME);
  const fresh = await Promise.all(
    [...wanted].map(async (path) => {
      const answer = await fetch(path, { headers: { Accept: "text/html,*/*" } });
      // A page that sends us elsewhere is not the desk.
      if (!answer.ok || answer.redirected) throw new Error(`${path}: ${answer.status}`);
      return [path, answer];
    }),
  );
  for (const [path, answer] of fresh) await cache.put(path, answer);
  // Which desk judges a badge: the one that was open last.
  await (await caches.open("queqiao-badges")).put(BADGES, new Response(location.pathname));
  for (const held of await cache.keys()) {
    const address = new URL(held.url);
    if (!wanted.has(address.pathname + address.search)) await cache.delete(held);
  }
  await navigator.serviceWorker.ready;
  return true;
}

// A device that was shut out keeps nothing.
export async function forget() {
  if (!isSecureContext) return;
  await Promise.all([NAME, "queqiao-badges"].map((name) => caches.delete(name)));
  const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  const ours = workers.filter((worker) => [location.pathname, BADGES].includes(new URL(worker.scope).pathname));
  await Promise.all(ours.map((worker) => worker.unregister()));
}
