// What is true now, told by the house and followed by a page.
//
//   import { listen, serverNow } from "./live.js";
//   const stop = listen(`/api/v1/events/${slug}/live`, (snapshot) => …, {
//     link: (there) => banner.hidden = there,   // the link went or came back
//     gone: (status) => location.reload(),      // 401, 403, 404, 409: nothing more will be told
//     from: "17",                               // the version this page was made with, where it knows one
//   });
//
// Not an EventSource: that one tells neither why it was refused nor the heartbeats, and comes back
// without a word when the phone has slept.

// Two heartbeats and a little: after that the link is gone, whatever the phone believes.
const SILENCE = 40_000;
const FIRST_WAIT = 500;
const LONGEST_WAIT = 15_000;

// How far the house's clock is ahead of this page's own, by what it said last. The own one is not
// the phone's wall clock, which may be set while the page is open.
const SAMPLES = 12;
const heard = [];
const own = () => performance.timeOrigin + performance.now();

function hear(time) {
  const ahead = Date.parse(time) - own();
  if (Number.isNaN(ahead)) return;
  heard.push(ahead);
  if (heard.length > SAMPLES) heard.shift();
}

// Now by the house's clock, in milliseconds. What arrived with the least delay is the nearest to
// the truth; before anything arrived, this device's clock is.
export function serverNow() {
  return own() + (heard.length ? Math.max(...heard) : Date.now() - own());
}

// What a page knows of the time before the first snapshot: the moment the house rendered it.
export function hearTime(time) {
  hear(time);
}

export function listen(url, tell, { link = () => {}, gone = () => {}, from = null } = {}) {
  let version = from;
  let tries = 0;
  let there = null;
  let asking = null;
  let waiting = null;
  let stopped = false;

  const say = (now) => {
    if (there !== now) link((there = now));
  };

  // One message of the stream: fields by name, `data` joined as the standard says.
  const message = (text) => {
    const data = [];
    for (const line of text.split("\n")) {
      if (line.startsWith(": ")) hear(line.slice(2));
      else if (line.startsWith("id: ")) version = line.slice(4);
      else if (line.startsWith("data: ")) data.push(line.slice(6));
    }
    if (!data.length) return;
    const snapshot = JSON.parse(data.join("\n"));
    hear(snapshot.now);
    tell(snapshot);
  };

  const follow = async () => {
    asking = new AbortController();
    const { signal } = asking;
    let silence;
    const patience = () => {
      clearTimeout(silence);
      silence = setTimeout(() => asking?.abort(), SILENCE);
    };
    patience();
    try {
      const headers = { Accept: "text/event-stream" };
      if (version) headers["Last-Event-ID"] = version;
      const answer = await fetch(url, { headers, signal, cache: "no-store", redirect: "manual" });
      if ([401, 403, 404, 409].includes(answer.status)) return answer.status;
      if (!answer.ok || !answer.headers.get("content-type")?.startsWith("text/event-stream")) return 0;
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ""; ; ) {
        const { value, done } = await reader.read();
        if (done) return 0;
        patience();
        tries = 0;
        say(true);
        const parts = (rest + value).split("\n\n");
        rest = parts.pop();
        parts.forEach(message);
      }
    } catch {
      return 0;
    } finally {
      clearTimeout(silence);
      asking = null;
    }
  };

  const go = async () => {
    clearTimeout(waiting);
    waiting = null;
    if (stopped || asking) return;
    const status = await follow();
    if (stopped) return;
    if (status) {
      stopped = true;
      gone(status);
      return;
    }
    say(false);
    // A whole hall lost the link in the same second; it must not come back in the same second.
    const most = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** tries++);
    waiting = setTimeout(go, most * (0.2 + 0.8 * Math.random()));
  };

  const hurry = () => {
    if (waiting && document.visibilityState === "visible") go();
  };
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", hurry);
  // A page that lies in the history keeps no stream open, and takes it up when it is shown again.
  addEventListener("pagehide", () => asking?.abort());
  addEventListener("pageshow", (event) => event.persisted && hurry());
  go();

  return () => {
    stopped = true;
    clearTimeout(waiting);
    asking?.abort();
  };
}
