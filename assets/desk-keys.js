// Scanners that type, and people who do: no click, whatever has the focus. Keys are heard by their
// place, because a Chinese input method would eat the letters of a code. A scanner ends with Enter,
// with Tab or with nothing; in the number's field, in a dialog and outside it is heard alike.

import { codeIn, endsWithCode } from "./desk-code.js";

const PLACES = { Minus: "-", Period: ".", Semicolon: ":", NumpadDivide: "/", NumpadSubtract: "-" };
// After so long without a key (in milliseconds) a scanner that sends no ending has said all,
const QUIET = 250;
// somebody types anew,
const ANEW = 1000;
// and what a person typed is not meant by Enter any more, or is begun again.
const [MEANT, FORGOTTEN] = [5000, 8000];
// Nobody types 26 letters as fast as that (on average, in milliseconds a letter).
const HASTY = 60;
// Some scanners end twice, with nothing between.
const ENDED = 150;

function character(event) {
  const place = /^(?:Key([A-Z])|(?:Digit|Numpad)(\d))$/.exec(event.code);
  // With shift a digit's place is a sign, of which one matters: it ends an address.
  if (place?.[2] && event.shiftKey) return event.code === "Digit3" ? "#" : "";
  if (place) return place[1] ?? place[2];
  if (event.code === "Slash") return event.shiftKey ? "?" : "/";
  return PLACES[event.code] ?? (event.key.length === 1 ? event.key : "");
}

const isComposing = (event) => event.isComposing || event.keyCode === 229;
const isEnd = ({ key, code }) => ["Enter", "NumpadEnter", "Tab"].includes(code) || key === "Enter" || key === "Tab";
const TEXT = "input:not([type=radio], [type=file]), textarea, select";
// A field of a dialog that was closed may have the focus still.
const takesText = (target) => Boolean(target.matches?.(TEXT)) && target.getClientRects().length > 0;

// The keys of one burst, wherever they went.
class Burst {
  constructor() {
    this.begin(document.body);
  }

  // What stood in the field before is put back where the keys were a scanner's.
  begin(target) {
    const before = takesText(target) ? target.value : "";
    Object.assign(this, { keys: "", times: [], target, before, composed: false });
  }

  get last() {
    return this.times.at(-1) ?? -Infinity;
  }

  hear(event, now) {
    if (now - this.last >= ANEW || event.repeat) this.begin(event.target);
    this.composed ||= isComposing(event);
    const next = character(event);
    if (!next || event.repeat) return;
    this.keys += next;
    this.times.push(now);
  }

  isHasty() {
    return this.times.length >= 26 && this.last - this.times.at(-26) <= HASTY * 25;
  }
}

// 男 or 女, to a number that was typed without it. The letter is an answer once nothing follows it for a moment,
// or whatever follows is no code: one code in ten begins with such a letter.
class Answer {
  constructor(field, typed) {
    Object.assign(this, { field, typed, keys: "", timer: 0 });
  }

  // True where the key is the answer or follows it.
  hear(key) {
    if (!("side" in this.field.dataset) || !(this.keys || /^[mwf]$/i.test(key))) return false;
    this.keys += key;
    this.wait();
    return true;
  }

  wait() {
    clearTimeout(this.timer);
    const due = performance.now() + QUIET;
    // Where the page stood still, keys may be waiting.
    const settle = () => (performance.now() - due > ENDED ? this.wait() : this.settle());
    this.timer = setTimeout(settle, QUIET);
  }

  settle() {
    const rest = this.give();
    if (rest) this.field.value = rest;
  }

  // Says the answer, and returns what was typed after it.
  give() {
    const [letter, rest] = [this.keys.slice(0, 1), this.keys.slice(1)];
    const asked = "side" in this.field.dataset;
    this.forget();
    if (letter && asked) this.typed(this.field.value + letter);
    return rest;
  }

  // To a code: the letter before it is an answer, the letter it begins with is none.
  giveWay(code) {
    const rest = this.keys.slice(1).toUpperCase();
    if (rest === code || /^HTTPS?:/.test(rest)) this.give();
    this.forget();
  }

  takeBack() {
    if (!this.keys) return false;
    this.keys = this.keys.slice(0, -1);
    if (this.keys) this.wait();
    else this.forget();
    return true;
  }

  forget() {
    clearTimeout(this.timer);
    this.keys = "";
  }
}

// `typed(text)` hears what a person typed, `scanned(code)` what a scanner did, `typing(on)` that
// something is being typed, or not any more.
export function listen(field, { typed, scanned, typing }) {
  const burst = new Burst();
  let [last, ended, quiet] = [0, -ENDED, 0];
  const answer = new Answer(field, typed);

  const isOurs = (target) => target === field || !(takesText(target) || document.querySelector("dialog[open]"));

  function take(code, composing) {
    clearTimeout(quiet);
    answer.giveWay(code);
    const { target, before } = burst;
    if (takesText(target)) {
      // An input method still holds the letters: it lets go of them where it loses the focus.
      if (composing) target.blur();
      target.value = target === field ? "" : before;
      if (composing) target.focus();
    }
    field.value = "";
    burst.begin(document.body);
    ended = performance.now();
    document.querySelector("dialog[open]")?.close();
    scanned(code);
  }

  // Nobody types 26 letters into a reason, and a button takes none: a code there is a scan, however slow.
  const mayBeTyped = (target) => takesText(target) && !("reason" in target.dataset);

  // What the field shows is what a scanner meant that speaks this keyboard's language; what an input method made
  // of it is not.
  function heard(reads) {
    if (!isOurs(burst.target) && mayBeTyped(burst.target) && !burst.isHasty()) return null;
    const shown = burst.target === field && !burst.composed && reads(field.value) && codeIn(field.value);
    return shown || (reads(burst.keys) && codeIn(burst.keys));
  }

  // For scanners without an ending, and for devices that put whole texts into the field at once.
  function wait(composing) {
    clearTimeout(quiet);
    quiet = setTimeout(() => {
      const code = heard(endsWithCode) || (!composing && endsWithCode(field.value) && codeIn(field.value));
      if (code) take(code, composing);
    }, QUIET);
  }

  // True where the key is spent.
  function end(event, now) {
    const composing = isComposing(event);
    const code = now - burst.last < ANEW && heard(codeIn);
    if (code) {
      take(code, composing);
      return true;
    }
    if (now - ended < ENDED && !burst.keys) return true;
    if (!isOurs(event.target) || composing) return false;
    if (answer.keys) {
      const rest = answer.give();
      if (rest) typed(rest);
      return true;
    }
    if (event.target === field) {
      // Tab leads on, unless a scanner's device put a code there.
      if (event.key === "Tab" && !codeIn(field.value)) return false;
      typed(field.value);
      return true;
    }
    // Enter on a button is the button's, unless somebody has just been typing.
    if (!field.value || now - last > MEANT) return false;
    typed(field.value);
    return true;
  }

  function outside(event, now) {
    if (event.key === "Escape") {
      answer.forget();
      field.value = "";
    } else if (event.key === "Backspace") {
      if (!answer.takeBack()) field.value = field.value.slice(0, -1);
    } else {
      const next = character(event);
      if (!next || next === " ") return;
      event.preventDefault();
      if (!answer.hear(next)) {
        delete field.dataset.side;
        field.value = (now - last > FORGOTTEN ? "" : field.value) + next;
      }
    }
    last = now;
    typing(field.value !== "");
  }

  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const now = performance.now();
    if (isEnd(event)) {
      if (!end(event, now)) return;
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    burst.hear(event, now);
    wait(isComposing(event));
    if (!takesText(event.target) && isOurs(event.target)) outside(event, now);
  }, { capture: true });

  field.addEventListener("input", (event) => {
    typing(field.value !== "");
    wait(event.isComposing);
  });
}
