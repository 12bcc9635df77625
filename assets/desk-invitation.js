// Looks whether the phone has scanned the QR, and shows what came of it.

const look = async () => {
  const waiting = document.getElementById("invitation");
  if (!waiting?.hasAttribute("data-open")) return;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const now = page.getElementById("invitation");
    if (answer.ok && now && !now.hasAttribute("data-open")) waiting.replaceWith(now);
  } catch {
    // No link just now: the next look may have one.
  }
  setTimeout(look, 2000);
};
setTimeout(look, 2000);
