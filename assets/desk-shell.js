// Lays the page and its files down on the device, so that it opens without a link.

export async function keep() {
  if (!isSecureContext || !navigator.serviceWorker) return false;
  await navigator.serviceWorker.register("/desk-sw.js", { scope: location.pathname });
  const files = performance
    .getEntriesByType("resource")
    .map((entry) => new URL(entry.name))
    .filter((address) => address.origin === location.origin && address.pathname.startsWith("/assets/"))
    .map((address) => address.pathname + address.search);
  const wanted = new Set([location.pathname, ...files]);
  const cache = await caches.open(`queqiao-desk${location.pathname}`);
  const fresh = await Promise.all(
    [...wanted].map(async (path) => {
      const answer = await fetch(path, { headers: { Accept: "text/html,*/*" } });
      // A page that sends us elsewhere is not the desk.
      if (!answer.ok || answer.redirected) throw new Error(`${path}: ${answer.status}`);
      return [path, answer];
    }),
  );
  for (const [path, answer] of fresh) await cache.put(path, answer);
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
  await caches.delete(`queqiao-desk${location.pathname}`);
  const worker = await navigator.serviceWorker?.getRegistration(location.pathname);
  await worker?.unregister();
}
