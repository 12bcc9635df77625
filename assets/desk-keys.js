// Scanners that type, and people who do: no click, whatever has the focus. Keys are read by their
// place, because a Chinese input method would eat the letters of a code.

const PLACES = { Slash: "/", Minus: "-", Period: ".", NumpadDivide: "/", NumpadSubtract: "-" };

function character(event) {
  const place = /^(?:Key([A-Z])|(?:Digit|Numpad)(\d))$/.exec(event.code);
  // With shift a digit's place is a sign: of an address none matters but the slash.
  if (place?.[2] && event.shiftKey) return "";
  if (place) return place[1] ?? place[2];
  if (event.code === "Semicolon" || event.shiftKey) return event.key.length === 1 ? event.key : "";
  return PLACES[event.code] ?? (event.key.length === 1 ? event.key : "");
}

// `typed(text)` hears what ended with Enter, or with Tab as some scanners do.
export function listen(field, typed) {
  let last = 0;
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target === field) {
      // While the input method shows candidates, Enter is its own.
      if (event.key === "Enter" && !event.isComposing && event.keyCode !== 229) {
        event.preventDefault();
        typed(field.value);
      }
      return;
    }
    if (event.target.closest?.("input:not([type=radio], [type=file]), textarea, select")) return;
    const now = performance.now();
    if (event.key === "Enter" || event.key === "Tab") {
      // Enter on a button is the button's, unless somebody has just been typing.
      if (!field.value || now - last > 5000) return;
      event.preventDefault();
      typed(field.value);
      return;
    }
    if (event.key === "Escape") field.value = "";
    else if (event.key === "Backspace") field.value = field.value.slice(0, -1);
    else {
      const next = character(event);
      if (!next || next === " ") return;
      event.preventDefault();
      if (field.dataset.side && /^[mwf]$/i.test(next)) {
        typed(field.value + next);
        return;
      }
      field.value = (now - last > 8000 ? "" : field.value) + next;
    }
    last = now;
  });
}
