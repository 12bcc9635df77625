// What every page can do once it is shown; all of it works without.

// A word that was read goes away by itself.
for (const toast of document.querySelectorAll(".toast:not(.still)")) setTimeout(() => toast.remove(), 6000);

function views() {
  // Where the views stand in one row, the open one is in sight.
  for (const open of document.querySelectorAll(".tabs [aria-current]")) {
    const row = open.parentElement;
    row.scrollLeft = open.offsetLeft - row.offsetLeft - (row.clientWidth - open.clientWidth) / 2;
  }
  // A row of views that goes on beyond the edge says so.
  for (const row of document.querySelectorAll(".side-nav .tabs, .views")) {
    const look = () => {
      const before = row.scrollLeft > 8;
      const after = row.scrollWidth - row.clientWidth - row.scrollLeft > 8;
      row.dataset.more = [before && "before", after && "after"].filter(Boolean).join(" ");
    };
    row.addEventListener("scroll", look, { passive: true });
    new ResizeObserver(look).observe(row);
  }
}
views();
// The page follows the hall: its rows are others then.
addEventListener("followed", views);

// A refused form opens where it is to be mended, and what was wrong with a field is taken back once it is another.
document.querySelector("main [aria-invalid]")?.focus();
document.addEventListener("input", ({ target }) => {
  for (const field of target.form?.elements ?? []) {
    if (field.name === target.name) field.removeAttribute("aria-invalid");
  }
  if (target.name) document.getElementById(`${target.name}-wrong`)?.remove();
});

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  const copier = event.target.closest("[data-copies]");
  if (copier) navigator.clipboard?.writeText(copier.dataset.copies).then(() => copier.classList.add("copied"));
});

// Presses no further apart are one, where no other page comes between them; in milliseconds.
const TWICE = 2000;

// Whoever taps twice means it once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // What is shown in a frame of the page does not leave the page.
  if (form.method === "dialog" || event.defaultPrevented || event.submitter?.formTarget) return;
  if (form.dataset.sent) return event.preventDefault();
  // Whoever signs out leaves no badge behind on a borrowed phone.
  if (form.getAttribute("action") === "/sign-out") forgetBadges();
  form.dataset.sent = "yes";
  // A file leaves the page where it is, and tells it nothing: whoever asks later means it again.
  if ("file" in form.dataset) setTimeout(() => delete form.dataset.sent, TWICE);
  // Back in the history, the form can be sent again.
  addEventListener("pagehide", () => delete form.dataset.sent, { once: true });
});

async function forgetBadges() {
  const kept = (await globalThis.caches?.keys()) ?? [];
  await Promise.all(kept.filter((name) => name.startsWith("badge ")).map((name) => caches.delete(name)));
}
