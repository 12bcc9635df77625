// Shows what the rules would come to while they are moved. Without it, the button for it does.
const form = document.querySelector("#rules");
const preview = document.querySelector("#preview");
const told = document.querySelector("#told");

if (form && preview) {
  let asked = null;
  let soon = 0;

  async function look() {
    asked?.abort();
    asked = new AbortController();
    preview.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.preview, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        headers: { Accept: "text/html" },
        signal: asked.signal,
      });
      // Rules that contradict themselves are told in the same place.
      if (answer.ok || answer.status === 422) {
        preview.innerHTML = await answer.text();
        told.textContent = preview.querySelector("[data-told], [role=alert]")?.textContent ?? "";
      }
      preview.removeAttribute("aria-busy");
    } catch (lost) {
      if (lost.name !== "AbortError") preview.removeAttribute("aria-busy");
    }
  }

  function later() {
    clearTimeout(soon);
    soon = setTimeout(look, 200);
  }

  const field = (name) => form.querySelector(`[name="${name}"]`);
  const ends = ["men.min", "men.max", "women.min", "women.max"].map((end) => field(`screening.side.${end}`));
  const halves = (seats) => [Math.floor(seats / 2), Math.ceil(seats / 2)];

  // Sides that are halves of the seats stay halves.
  let before = Number(field("seats").value);
  function follow() {
    const seats = Number(field("seats").value);
    if (!ends.every(Boolean) || !Number.isInteger(seats)) return;
    const [least, most] = halves(before);
    if (ends.every((end, place) => Number(end.value) === (place % 2 ? most : least))) {
      const now = halves(seats);
      ends.forEach((end, place) => { end.value = now[place % 2]; });
    }
    before = seats;
    for (const range of form.querySelectorAll("[data-of]")) range.value = field(range.dataset.of).value;
  }

  for (const range of form.querySelectorAll("[data-of]")) {
    const number = field(range.dataset.of);
    range.hidden = false;
    range.value = number.value === "" ? range.max : number.value;
    range.addEventListener("input", () => {
      number.value = range.value;
      if (number.name === "seats") follow();
    });
    number.addEventListener("input", () => {
      range.value = number.value === "" ? range.max : number.value;
      if (number.name === "seats") follow();
    });
  }
  form.addEventListener("input", later);
}
