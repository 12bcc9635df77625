// Counts whom a letter would reach while they are chosen, and shows it as it is written. Without it, the
// buttons for both do.
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

  // In whatever language it was looked at last.
  let look = document.querySelector("#look");
  for (const button of form.querySelectorAll("button[formtarget=letter]")) {
    button.addEventListener("click", () => (look = button));
  }

  // Into a frame of its own each time: one that was used would leave a step in the history with every letter.
  function show() {
    const used = document.querySelector("iframe[name=letter]");
    const fresh = used.cloneNode();
    fresh.removeAttribute("src");
    used.replaceWith(fresh);
    form.requestSubmit(look);
  }

  let later = 0;
  form.addEventListener("input", (event) => {
    clearTimeout(soon);
    soon = setTimeout(count, 250);
    if (!event.target.matches("[name^=subject], [name^=text]")) return;
    clearTimeout(later);
    later = setTimeout(show, 600);
  });

  // What came back with the page is shown as it will look.
  if (form.elements.subject.value || form.elements.text.value) show();
}
