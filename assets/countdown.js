// Counts down to the end of a phase. Without it the page says how long it was when it was sent.

// What time it was for the house when this page came. A page that may be kept does not say so itself, for nobody
// knows when it is looked at again: its answer does, where the browser shows us that it is a fresh one.
const sent = () => {
  const [visit] = performance.getEntriesByType("navigation");
  const now = visit?.transferSize > 0 && visit.serverTiming?.find((said) => said.name === "now");
  return now ? now.duration + performance.now() - visit.responseStart : Date.now();
};

for (const count of document.querySelectorAll("[data-until]")) {
  const until = Date.parse(count.dataset.until);
  // The phone's clock may be wrong; the house said what time it was when it sent this.
  const ahead = (count.dataset.now ? Date.parse(count.dataset.now) : sent()) - Date.now();
  const cells = [...count.querySelectorAll("[data-seconds]")];
  const label = document.querySelector("[data-counts]");
  let clock;
  const tick = () => {
    let left = Math.max(0, Math.round((until - Date.now() - ahead) / 1000));
    const over = left === 0;
    for (const cell of cells) {
      const whole = Number(cell.dataset.seconds);
      cell.textContent = String(Math.floor(left / whole)).padStart(2, "0");
      left %= whole;
    }
    if (over) {
      clearInterval(clock);
      // Not everybody in the same second.
      setTimeout(() => location.reload(), 1000 + Math.random() * 4000);
    }
  };
  if (Number.isNaN(until) || until - Date.now() - ahead <= 0) continue;
  tick();
  clock = setInterval(tick, 1000);
  count.hidden = false;
  if (label) label.textContent = label.dataset.counts;
}
