// The office, a little quicker: the public page beside the form it is written in, and keys for rows.
// All of it works without.

const drawing = document.querySelector("form[data-preview]");
const frame = drawing?.querySelector("iframe[name=preview]");
if (frame) {
  let waiting;
  let asked;
  const show = async () => {
    asked?.abort();
    asked = new AbortController();
    const beside = frame.closest(".beside");
    beside.classList.add("stale");
    try {
      const body = new URLSearchParams(new FormData(drawing));
      const answer = await fetch(drawing.dataset.preview, { method: "POST", body, signal: asked.signal });
      const shown = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("main");
      // Put in place rather than loaded anew: the reader stays where they were.
      const old = frame.contentDocument?.querySelector("main");
      if (answer.ok && shown && old) old.replaceWith(frame.contentDocument.importNode(shown, true));
      beside.classList.remove("stale");
    } catch {
      // The line is gone or a newer preview is on its way; the button beside it asks again.
    }
  };
  const soon = () => {
    clearTimeout(waiting);
    waiting = setTimeout(show, 400);
  };
  drawing.addEventListener("input", soon);
  drawing.addEventListener("change", soon);
  if (frame.contentDocument?.readyState === "complete") show();
  frame.addEventListener("load", show, { once: true });
}

// j and k go through the rows, x ticks, Enter opens, / searches.
const rows = [...document.querySelectorAll("[data-rows] tbody tr, [data-rows] > li")];
let here = -1;
const go = (to) => {
  here = Math.max(0, Math.min(rows.length - 1, to));
  (rows[here]?.querySelector("a") ?? rows[here]?.querySelector("input"))?.focus();
  rows[here]?.scrollIntoView({ block: "nearest" });
};
for (const [place, row] of rows.entries()) row.addEventListener("focusin", () => (here = place));

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const key = event.key;
  if (key === "j" || key === "k") go(here + (key === "j" ? 1 : -1));
  else if (key === "x") rows[here]?.querySelector("input[type=checkbox]")?.click();
  else if (key === "/") document.querySelector("[data-search]")?.focus();
  else if (key === "n") document.querySelector("[data-new]")?.click();
  else return;
  event.preventDefault();
});

// One box ticks all of them, and the bar says how many.
const every = document.querySelector("[data-every]");
if (every) {
  const boxes = [...document.querySelectorAll(`input[name="${every.dataset.every}"]`)];
  const told = document.querySelector("[data-ticked]");
  const count = () => {
    const ticked = boxes.filter((box) => box.checked).length;
    every.checked = ticked > 0 && ticked === boxes.length;
    every.indeterminate = ticked > 0 && ticked < boxes.length;
    if (told) told.textContent = String(ticked);
  };
  every.closest("[hidden]")?.removeAttribute("hidden");
  every.addEventListener("change", () => {
    for (const box of boxes) box.checked = every.checked;
    count();
  });
  for (const box of boxes) box.addEventListener("change", count);
  count();
}
