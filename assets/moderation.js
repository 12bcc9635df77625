// The queue by keyboard: j and k move, x chooses, a approves, r rejects with the reason that is written.

const items = [...document.querySelectorAll(".queue .item")];
const reason = document.getElementById("reason");
let waiting = null;

for (const hidden of document.querySelectorAll(".bar-of-acts [hidden]")) hidden.hidden = false;

document.querySelector("[data-ticks]")?.addEventListener("click", () => {
  const boxes = items.map((item) => item.querySelector("input[name=ids]")).filter(Boolean);
  const all = boxes.every((box) => box.checked);
  for (const box of boxes) box.checked = !all;
});

function go(step) {
  const here = items.indexOf(document.activeElement?.closest(".item"));
  const next = items[Math.min(items.length - 1, Math.max(0, here < 0 ? 0 : here + step))];
  next?.focus();
  next?.scrollIntoView({ block: "center" });
}

function reject(item) {
  const button = item.querySelector("button[name=reject], button[name=remove]");
  if (!button) return;
  if (reason?.value.trim()) return button.click();
  waiting = item;
  reason?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target === reason) {
    if (event.key === "Enter" && waiting && reason.value.trim()) {
      event.preventDefault();
      reject(waiting);
    } else if (event.key === "Escape") {
      (waiting ?? items[0])?.focus();
      waiting = null;
    }
    return;
  }
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) return;
  const item = document.activeElement?.closest(".item");
  if (event.key === "j") go(1);
  else if (event.key === "k") go(-1);
  else if (event.key === "x" && item) item.querySelector("input[name=ids]")?.click();
  else if (event.key === "a" && item) item.querySelector("button[name=approve]")?.click();
  else if (event.key === "r" && item) reject(item);
  else return;
  event.preventDefault();
});
