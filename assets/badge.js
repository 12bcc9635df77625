// The badge stays on the phone and the screen stays lit. Both are comforts: the page shows the code
// without either.

const told = document.getElementById("kept");

if ("serviceWorker" in navigator) {
  const scope = location.pathname;
  navigator.serviceWorker
    .register(told.dataset.worker, { scope })
    .then((registration) => ready(registration))
    .then((worker) => {
      const made = [...document.querySelectorAll("link[href], script[src], img[src]")].map((part) => part.href ?? part.src);
      const parts = [location.origin + scope, ...made.filter((address) => address.startsWith(location.origin))];
      const channel = new MessageChannel();
      channel.port1.onmessage = ({ data }) => data && say(told.dataset[data]);
      worker.postMessage(parts, [channel.port2]);
    })
    .catch(() => undefined);
}

function ready({ installing, waiting, active }) {
  const worker = active ?? waiting ?? installing;
  if (worker.state === "activated") return worker;
  return new Promise((done) => {
    worker.addEventListener("statechange", () => worker.state === "activated" && done(worker));
  });
}

function say(words) {
  told.textContent = words;
}

const stayLit = () => {
  if (document.visibilityState === "visible") navigator.wakeLock?.request("screen").catch(() => undefined);
};
document.addEventListener("visibilitychange", stayLit);
stayLit();
