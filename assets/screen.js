// The big screen: follows, draws, and keeps its last picture when the link is gone. It tells the
// hall nothing of its troubles and takes no orders from a keyboard.

import { listen } from "./live.js";
import { draw, spokenHere, tick } from "./scene.js";

const scene = document.getElementById("scene");
const say = spokenHere();

listen(`/api/v1/events/${scene.dataset.event}/live?as=screen`, (snapshot) => draw(scene, snapshot, say), {
  link: (there) => (document.body.dataset.link = there ? "up" : "down"),
  gone: () => (document.body.dataset.link = "gone"),
});
setInterval(() => tick(scene, say), 250);

// A projector's laptop must not fall asleep over the reveal.
const stayAwake = () => navigator.wakeLock?.request("screen").catch(() => {});
stayAwake();
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && stayAwake());
