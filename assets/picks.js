// 爆灯 without leaving the page. The lamps lie in this page's memory and in the sealed ballot, and
// nowhere else: no storage, no address, no log.

const WAITS = [500, 1000, 2000, 4000, 8000];
// Every ballot travels in a request of one size, whoever is named in it.
const SIZE = 1024;

function attend(form) {
  const { dataset: words } = form;
  const [lamps, blank, said] = ["ol.lamps", "template", ".receipt"].map((part) => form.querySelector(part));
  const nicknames = new Map([...form.querySelectorAll(".light")].map((one) => [one.value, one.dataset.nickname]));
  const most = Number(words.most);
  const ticked = (name) => form.elements[name].checked;
  let lit = [...form.querySelectorAll("input[name=lamp]")].map((lamp) => lamp.value);
  let held = { lit, stage: ticked("stage"), follow_up: ticked("follow_up") };
  let sending = false;
  let changed = false;

  const say = (text, receipt = "", bad = false) => {
    said.classList.toggle("bad", bad);
    said.replaceChildren(...[text, receipt].filter(Boolean).map((part) => {
      const span = document.createElement("span");
      span.textContent = part;
      return span;
    }));
  };

  const lamp = (badge, place) => {
    const row = blank.content.firstElementChild.cloneNode(true);
    row.querySelector(".lamp").textContent = place + 1;
    if (badge === undefined) {
      row.className = "dark";
      row.querySelector(".who").textContent = lamps.dataset.dark;
      for (const part of row.querySelectorAll("input, button")) part.remove();
      return row;
    }
    const [number, nickname] = row.querySelectorAll(".who > *");
    number.textContent = badge;
    nickname.textContent = nicknames.get(badge) ?? "";
    for (const part of row.querySelectorAll("input, button")) part.value = badge;
    for (const part of row.querySelectorAll("button .hidden")) part.textContent = ` ${badge}`;
    if (place === 0) row.querySelector("[name=up]").remove();
    return row;
  };

  // Asked once, right after the first lamp, where the eyes are; afterwards it stays a line to be opened.
  const ahead = form.querySelector("#ahead");
  let asked = lit.length > 0;
  const askAhead = () => {
    ahead.hidden = !lit.length;
    if (asked || !lit.length) return;
    asked = true;
    ahead.open = !ticked("stage");
    if (ahead.open) ahead.scrollIntoView({ block: "nearest" });
  };

  const show = () => {
    const focus = document.activeElement;
    const [name, value] = lamps.contains(focus) ? [focus.name, focus.value] : [];
    lamps.replaceChildren(...Array.from({ length: Math.max(most, lit.length) }, (_, place) => lamp(lit[place], place)));
    for (const one of form.querySelectorAll(".light")) one.setAttribute("aria-pressed", lit.includes(one.value));
    askAhead();
    if (!name) return;
    // Whoever goes on by keyboard goes on from the same lamp, or from the number that went out.
    const same = [...form.querySelectorAll(`[name=${name}], .light`)].find((one) => one.value === value);
    (same ?? form.querySelector(".light"))?.focus();
  };

  const back = () => {
    lit = held.lit;
    form.elements.stage.checked = held.stage;
    form.elements.follow_up.checked = held.follow_up;
    show();
  };

  // The newest ballot, as often as it takes. True where it was taken or refused for good.
  const put = async (ballot) => {
    const body = JSON.stringify({ badges: ballot.lit, stage: ballot.stage, follow_up: ballot.follow_up });
    const padded = body.padEnd(body.length + Math.max(0, SIZE - new TextEncoder().encode(body).length), " ");
    const headers = { "Content-Type": "application/json" };
    const answer = await fetch(words.put, { method: "PUT", headers, body: padded, signal: AbortSignal.timeout(8000) });
    if (answer.status === 401) return location.reload();
    if (answer.status === 429 || answer.status >= 500) {
      const { code } = await answer.json().catch(() => ({}));
      if (code !== "key_unavailable") throw new Error(String(answer.status));
    }
    if (answer.ok) {
      const { receipt } = await answer.json();
      held = ballot;
      if (!changed) say(words.taken, `${words.receipt} ${receipt}`);
      return;
    }
    const { code, badge = "" } = await answer.json().catch(() => ({}));
    if (answer.status === 409 || answer.status === 404) {
      say(words.closed, "", true);
      dispatchEvent(new CustomEvent("follow"));
    } else {
      say(`${badge} ${JSON.parse(words.words)[code] ?? ""}`.trim(), "", true);
    }
    changed = false;
    back();
  };

  const send = async () => {
    changed = true;
    if (sending) return;
    sending = true;
    say(words.sending);
    for (let tries = 0; changed && form.isConnected; ) {
      changed = false;
      try {
        await put({ lit, stage: ticked("stage"), follow_up: ticked("follow_up") });
        tries = 0;
      } catch {
        changed = true;
        say(words.retry, "", true);
        await new Promise((done) => setTimeout(done, WAITS[Math.min(tries++, WAITS.length - 1)]));
      }
    }
    sending = false;
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { name, value } = event.submitter ?? {};
    const place = lit.indexOf(value);
    if (name === "tap" && place >= 0) lit = lit.filter((badge) => badge !== value);
    else if (name === "tap" && lit.length >= most) return say(words.full, "", true);
    else if (name === "tap") lit = [...lit, value];
    else if (name === "up" && place > 0) lit = [...lit.slice(0, place - 1), value, lit[place - 1], ...lit.slice(place + 1)];
    show();
    send();
  }, { capture: true });
  for (const name of ["stage", "follow_up"]) form.elements[name].addEventListener("change", send);
  form.querySelector("#keep").hidden = true;
  const later = form.querySelector("#ahead-later");
  later.hidden = false;
  later.addEventListener("click", () => (ahead.open = false));
  // What is not there yet is not left behind without a word.
  addEventListener("beforeunload", (event) => (sending || changed) && form.isConnected && event.preventDefault());
}

function begin() {
  const form = document.getElementById("picks");
  if (form && !form.dataset.attended) {
    form.dataset.attended = "yes";
    attend(form);
  }
}

begin();
addEventListener("followed", begin);
