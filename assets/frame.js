// What every page can do once it is shown; all of it works without.

// A word that was read goes away by itself.
for (const toast of document.querySelectorAll(".toast:not(.still)")) setTimeout(() => toast.remove(), 6000);

// Where the views stand in one row, the open one is in sight.
for (const open of document.querySelectorAll(".tabs [aria-current]")) {
  const row = open.parentElement;
  row.scrollLeft = open.offsetLeft - row.offsetLeft - (row.clientWidth - open.clientWidth) / 2;
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) document.getElementById(opener.dataset.opens)?.showModal();
  const copier = event.target.closest("[data-copies]");
  if (copier) navigator.clipboard?.writeText(copier.dataset.copies).then(() => copier.classList.add("copied"));
});

// Whoever taps twice means it once.
document.addEventListener("submit", (event) => {
  const form = event.target;
  // What is shown in a frame of the page does not leave the page.
  if (form.method === "dialog" || event.defaultPrevented || event.submitter?.formTarget) return;
  if (form.dataset.sent) event.preventDefault();
  // Whoever signs out leaves no badge behind on a borrowed phone.
  if (form.getAttribute("action") === "/sign-out") forgetBadges();
  form.dataset.sent = "yes";
  // Back in the history, the form can be sent again.
  addEventListener("pagehide", () => delete form.dataset.sent, { once: true });
});

async function forgetBadges() {
  const kept = (await globalThis.caches?.keys()) ?? [];
  await Promise.all(kept.filter((name) => name.startsWith("badge ")).map((name) => caches.delete(name)));
}
