// Offers names of units while somebody types theirs. The form works without it.

const PAUSE = 180;

for (const field of document.querySelectorAll("input[data-names]")) {
  const list = field.list;
  let pause;
  let latest = 0;
  field.addEventListener("input", () => {
    clearTimeout(pause);
    const typed = field.value.trim();
    if (!typed) return;
    pause = setTimeout(async () => {
      const turn = ++latest;
      const address = new URL(field.dataset.names, location.href);
      address.searchParams.set("q", typed);
      try {
        const answer = await fetch(address);
        if (!answer.ok) return;
        const { names } = await answer.json();
        // An answer that comes late is about something typed before.
        if (turn !== latest) return;
        list.replaceChildren(...names.map((name) => Object.assign(document.createElement("option"), { value: name })));
      } catch {
        // Offline: the name can still be typed in full.
      }
    }, PAUSE);
  });
}
