// The shop's phone: what its camera sees is typed into the form and sent, once.

import { Camera } from "./desk-camera.js";

const at = (id) => document.getElementById(id);
const words = at("camera-words").content;
const note = (name) => (at("camera-note").textContent = words.querySelector(`[data-name="${name}"]`)?.textContent ?? "");

let sent = false;
const camera = new Camera({
  video: at("video"),
  ask: async () => [],
  note,
  seen: (text) => {
    const code = text.trim();
    // Whatever else hangs on the wall is no voucher.
    if (sent || !/^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$/.test(code)) return;
    sent = true;
    camera.stop();
    at("code").value = code;
    at("redeem").requestSubmit();
  },
});

at("look").hidden = false;
at("look").onclick = () => (camera.running ? camera.stop() : camera.start());
