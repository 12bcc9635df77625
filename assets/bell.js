// 铃: when a round begins, when its last minute does, and when it is over. One key mutes it, and wakes
// it where the browser wants to be touched before it makes a sound.

import { timeOf } from "./round.js";

const STROKES = { start: 2, soon: 1, end: 3 };
// A struck bell: the tone, and what rings above it.
const PARTIALS = [[660, 0.5], [1320, 0.24], [1985, 0.12], [2640, 0.06]];
const LATE = 3000;
const SAID = { muted: 6000, asleep: 30000 };

export function hang(sign) {
  let audio = null;
  let said;
  let before = {};
  let muted = localStorage.getItem("bell") === "muted";
  const awake = () => audio?.state === "running";

  // Until somebody touches the page a browser may leave this open for ever.
  const wake = () => {
    audio ??= globalThis.AudioContext && new AudioContext();
    audio?.resume().then(paint, () => {});
    paint();
  };
  const paint = () => {
    const state = muted ? "muted" : awake() ? "on" : "asleep";
    sign.dataset.bell = state;
    sign.textContent = sign.dataset[state] ?? "";
    // Said to whoever set the wall up, and not to the hall all evening.
    clearTimeout(said);
    said = setTimeout(() => (sign.textContent = ""), SAID[state] ?? 0);
  };

  const strike = (at) => {
    for (const [frequency, volume] of PARTIALS) {
      const [tone, fades] = [audio.createOscillator(), audio.createGain()];
      tone.frequency.value = frequency;
      fades.gain.setValueAtTime(volume, at);
      fades.gain.exponentialRampToValueAtTime(0.0001, at + 2);
      tone.connect(fades).connect(audio.destination);
      tone.start(at);
      tone.stop(at + 2);
    }
  };
  const ring = (name) => {
    if (!muted && awake()) for (let stroke = 0; stroke < STROKES[name]; stroke++) strike(audio.currentTime + stroke * 0.7);
    dispatchEvent(new CustomEvent("rung", { detail: { name, muted } }));
  };

  // Whatever was missed while the page was away is not made up for.
  const listen = (turn) => {
    const running = turn?.state === "running";
    const now = { round: turn?.round, state: turn && (running ? timeOf(turn).state : turn.state) };
    const was = before;
    before = now;
    if (!turn || was.state === undefined) return;
    const same = was.round === now.round;
    const fresh = running && Date.now() - performance.timeOrigin > LATE;
    if (same && was.state === "changing" && ["going", "soon"].includes(now.state)) ring("start");
    else if (!same && fresh && now.state === "going") ring("start");
    else if (same && was.state === "going" && now.state === "soon") ring("soon");
    else if (same && ["going", "soon"].includes(was.state) && ["over", "finished"].includes(now.state)) ring("end");
  };

  document.addEventListener("keydown", (event) => {
    if (event.repeat || event.key.toLowerCase() !== "m") return;
    if (awake()) {
      muted = !muted;
      localStorage.setItem("bell", muted ? "muted" : "on");
    } else {
      muted = false;
      localStorage.setItem("bell", "on");
    }
    wake();
  });
  document.addEventListener("pointerdown", wake);
  wake();
  return listen;
}
