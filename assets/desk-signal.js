// What the desk hears and feels: nobody at a door only looks.

let sounds;

// Browsers let a page sound once somebody has touched it.
for (const gesture of ["pointerdown", "keydown"]) {
  addEventListener(gesture, () => {
    sounds ??= globalThis.AudioContext && new AudioContext();
    sounds?.resume();
  }, { capture: true });
}

function tone(pitch, from, length) {
  const [source, volume] = [sounds.createOscillator(), sounds.createGain()];
  const begin = sounds.currentTime + from;
  source.frequency.value = pitch;
  volume.gain.setValueAtTime(0.2, begin);
  volume.gain.exponentialRampToValueAtTime(0.001, begin + length);
  source.connect(volume).connect(sounds.destination);
  source.start(begin);
  source.stop(begin + length);
}

// One high tone lets in, a falling one lets out, two low ones do neither, and they feel as different as they
// sound.
export function signal(state, way) {
  const good = state === "admitted";
  navigator.vibrate?.(good ? 80 : [180, 90, 180]);
  if (sounds?.state !== "running") return;
  if (good && way === "exit") [784, 523].forEach((pitch, place) => tone(pitch, place * 0.14, 0.14));
  else if (good) tone(1046, 0, 0.18);
  else if (state === "review") [784, 1046].forEach((pitch, place) => tone(pitch, place * 0.14, 0.14));
  else [220, 196].forEach((pitch, place) => tone(pitch, place * 0.22, 0.2));
}
