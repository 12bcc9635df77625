// Counts down to the end of a phase. Without it the page says how long it was when it was sent.

for (const count of document.querySelectorAll("[data-until]")) {
  const until = Date.parse(count.dataset.until);
  // The phone's clock may be wrong; the house said what time it was when it sent this.
  const ahead = Date.parse(count.dataset.now) - Date.now();
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
