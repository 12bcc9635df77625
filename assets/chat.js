// 互动聊天 that goes on by itself: lines come as they are said, in the house's order and each once, and what somebody
// writes waits in this tab until the house has it, however often the link is lost meanwhile.

import { listen } from "./live.js";

const WAITS = [500, 1000, 2000, 4000, 8000];
const list = document.getElementById("chat");

function attend() {
  const { dataset: words } = list;
  const log = list.parentElement;
  const form = document.getElementById("chat-say");
  const blank = document.getElementById("chat-line");
  const [still, told, waiting] = ["chat-still", "chat-told", "chat-waiting"].map((id) => document.getElementById(id));
  const hours = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: words.zone };
  const clock = new Intl.DateTimeFormat(words.language, hours);

  const say = (text) => told.textContent === text || (told.textContent = text);
  const atEnd = () => log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  const toEnd = () => (log.scrollTop = log.scrollHeight);

  // A line as the house would have written it: words only ever become text.
  const render = (line) => {
    const row = blank.content.firstElementChild.cloneNode(true);
    row.id = `line-${line.id}`;
    row.dataset.number = line.number;
    row.classList.toggle("mine", line.mine);
    row.classList.toggle("announced", line.announcement);
    const name = row.querySelector(".who strong");
    if (line.announcement) name.textContent = name.dataset.organizer;
    else if (line.author) name.firstElementChild.textContent = line.author.nickname;
    else name.textContent = name.dataset.gone;
    row.querySelector(".figure").textContent = line.author?.badge ?? "";
    const time = row.querySelector("time");
    time.dateTime = line.at;
    time.textContent = clock.format(new Date(line.at));
    row.querySelector(".prose").textContent = line.body;
    const picture = row.querySelector(".picture");
    if (line.picture) {
      picture.href = `${words.photos}/${line.id}/large`;
      const image = picture.firstElementChild;
      image.src = `${words.photos}/${line.id}/small`;
      image.width = line.picture.width;
      image.height = line.picture.height;
    } else picture.remove();
    row.querySelector(".standing").textContent = words[line.state] ?? "";
    const reason = row.querySelector(".reason");
    if (line.reason) reason.lastElementChild.textContent = line.reason;
    else reason.remove();
    const [down, report] = [row.querySelector("form.deed"), row.querySelector("a.deed")];
    down.action = `${words.here}/lines/${line.id}/down`;
    report.href = `${words.here}/report/${line.id}`;
    if (!line.mine) down.remove();
    if (line.mine || line.announcement) report.remove();
    return row;
  };

  const add = (line) => {
    const former = document.getElementById(`line-${line.id}`);
    former?.remove();
    const row = render(line);
    const later = [...list.children].reverse();
    const before = later.find((other) => Number(other.dataset.number) < line.number);
    if (before) before.after(row);
    // Older than what stands here, it stands with what was said before.
    else if (former || !list.children.length || !document.getElementById("chat-earlier")) list.prepend(row);
    document.getElementById("chat-empty")?.remove();
    arrived(line.id);
  };

  const hold = (room) => {
    form.hidden = room.read_only || !room.open;
    still.hidden = !form.hidden;
    still.textContent = room.open ? words.still : words.over;
  };

  const pause = (time) => new Promise((done) => setTimeout(done, time));

  const asked = async () => {
    for (let tries = 0; ; tries++) {
      try {
        const answer = await fetch(words.say, { cache: "no-store", signal: AbortSignal.timeout(10_000) });
        if (answer.status < 500 && answer.status !== 429) return answer.ok ? await answer.json() : null;
      } catch {
        // A phone that has just woken: the link comes back.
      }
      await pause(WAITS[Math.min(tries, WAITS.length - 1)]);
    }
  };

  // What is told while the lines are read again; the stream tells it once only.
  let meanwhile = null;
  const readAgain = async () => {
    meanwhile = [];
    const read = await asked();
    const earlier = document.getElementById("chat-earlier");
    if (!read || (read.earlier && !earlier)) return location.reload();
    if (read.earlier) earlier.href = `${words.here}?before=${read.earlier}`;
    list.replaceChildren();
    read.lines.forEach(add);
    toEnd();
    const told = meanwhile;
    meanwhile = null;
    for (const news of told) {
      const later = news.last > read.last;
      hear({ ...news, again: news.again && later, lines: later ? news.lines : [] });
    }
  };

  const hear = (news) => {
    if (meanwhile) return meanwhile.push(news);
    const follow = atEnd();
    hold(news.room);
    for (const id of news.gone) document.getElementById(`line-${id}`)?.remove();
    if (news.again) readAgain();
    else news.lines.forEach(add);
    if (follow) toEnd();
  };

  // What is not sent yet, in the order it was written.
  const shelf = openShelf();
  const place = `chat ${words.say}`;
  const { person } = document.body.dataset;
  let unsent = [];
  const keep = () => shelf?.setItem(place, JSON.stringify({ person, unsent }));
  const show = (notes) => {
    waiting.replaceChildren(...unsent.map(({ body }, at) => {
      const row = document.createElement("li");
      row.className = "line mine waits";
      const [bubble, note] = [document.createElement("div"), document.createElement("span")];
      bubble.className = "bubble";
      bubble.textContent = body;
      note.className = "soft small";
      note.textContent = at === 0 ? notes : words.waits;
      row.append(bubble, note);
      return row;
    }));
  };
  const arrived = (id) => {
    const left = unsent.filter((line) => line.id !== id);
    if (left.length === unsent.length) return;
    unsent = left;
    keep();
    show(words.sending);
  };

  const giveBack = (line, why) => {
    const { body } = form.elements;
    body.value = [line.body, body.value].filter(Boolean).join("\n");
    say(why);
  };

  // Sends the first; true where it is done with, a time to wait where it is not.
  const send = async (line) => {
    const headers = { "Content-Type": "application/json", "Idempotency-Key": line.key };
    const request = { method: "POST", headers, body: JSON.stringify({ body: line.body }) };
    const answer = await fetch(words.say, { ...request, signal: AbortSignal.timeout(10_000) });
    if (answer.status === 401) {
      // It waits on the shelf until this person is signed in again.
      location.reload();
      return 60_000;
    }
    if (answer.status === 429) {
      const seconds = Number(answer.headers.get("Retry-After")) || 3;
      if (seconds > 600) return giveBack(line, words.refused);
      show(words.slow.replace("%", seconds));
      return seconds * 1000;
    }
    if (answer.status >= 500) throw new Error(String(answer.status));
    if (answer.ok) {
      line.id = (await answer.json()).id;
      line.sent = true;
      if (document.getElementById(`line-${line.id}`)) arrived(line.id);
      return;
    }
    const { code } = await answer.json().catch(() => ({}));
    if (code === "request_in_progress") return 1000;
    // It was said: the stream tells it.
    if (code === "answer_lost") return;
    giveBack(line, code === "chat_read_only" ? words.still : code === "chat_over" ? words.over : words.refused);
  };

  let sending = false;
  const pump = async () => {
    if (sending) return;
    sending = true;
    for (let tries = 0; ; ) {
      const line = unsent.find((one) => !one.sent);
      if (!line) break;
      show(words.sending);
      try {
        const wait = await send(line);
        tries = 0;
        if (wait) await pause(wait);
        else if (!line.sent) unsent = unsent.filter((one) => one !== line);
      } catch {
        show(words.waits);
        await pause(WAITS[Math.min(tries++, WAITS.length - 1)]);
      }
      keep();
    }
    sending = false;
    show(words.sending);
    // What the house has is not waited for where the stream does not tell it.
    await pause(5000);
    unsent = unsent.filter((one) => !one.sent);
    keep();
    show(words.sending);
  };

  form.addEventListener("submit", (event) => {
    const { body, photo } = form.elements;
    // A picture travels as the form does.
    if (photo?.files.length) return;
    event.preventDefault();
    const text = body.value.trim();
    if (!text) return;
    unsent.push({ key: crypto.randomUUID(), body: text });
    body.value = "";
    say("");
    keep();
    show(words.sending);
    pump();
    body.focus();
  }, { capture: true });
  form.elements.body.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });

  const left = JSON.parse(shelf?.getItem(place) ?? "null");
  if (left?.person === person) unsent = left.unsent.filter((one) => !one.sent);
  if (unsent.length) {
    show(words.sending);
    pump();
  }

  log.classList.add("live");
  toEnd();
  if (list.children.length) form.scrollIntoView({ block: "end", behavior: "instant" });
  listen(words.listen, hear, {
    from: words.last,
    link: (there) => {
      words.link = there ? "up" : "down";
      say(there ? "" : words.down);
    },
    gone: () => location.reload(),
  });
}

// None where the browser keeps nothing.
function openShelf() {
  try {
    return sessionStorage;
  } catch {
    return null;
  }
}

if (list?.dataset.listen) attend();
