// A button that can be pressed again after a while, and counts down to it. Without this it can be
// pressed at once, and the house says how often.

for (const button of document.querySelectorAll("button[data-patience]")) {
  const told = button.querySelector("span");
  const until = Date.now() + Number(button.dataset.patience) * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    told.querySelector("b").textContent = String(left);
    told.hidden = left === 0;
    button.disabled = left > 0;
    if (left > 0) setTimeout(tick, 500);
  };
  tick();
}
