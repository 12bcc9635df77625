// Counts whom a letter would reach while they are chosen. Without it, the button for it does.
const form = document.querySelector("#compose");
const reach = document.querySelector("#reach");

if (form && reach) {
  let asked = null;
  let soon = 0;

  async function count() {
    asked?.abort();
    asked = new AbortController();
    try {
      const answer = await fetch(form.dataset.count, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "text/html" },
        signal: asked.signal,
      });
      if (!answer.ok) return;
      const words = await answer.text();
      for (const place of [reach, ...form.querySelectorAll("[data-reach]")]) place.innerHTML = words;
    } catch {
      // The number stays as it was; sending counts anew.
    }
  }

  form.addEventListener("input", () => {
    clearTimeout(soon);
    soon = setTimeout(count, 250);
  });

  // What came back with the page is shown as it will look.
  if (form.elements.subject.value || form.elements.text.value) form.requestSubmit(document.querySelector("#look"));
}
