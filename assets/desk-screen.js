// What the desk shows and says.

import { bdi } from "./bidi.js";
import { signal } from "./desk-signal.js";

const MARKS = { admitted: "✓", review: "✓", refused: "✗", ready: "", busy: "…", typing: "…" };
const GONE = "←";

export class Screen {
  constructor(desk, link) {
    this.desk = desk;
    this.clock = link;
    this.words = new Map();
    for (const words of document.getElementById("desk-spoken").content.children) {
      this.words.set(words.dataset.name, words.textContent);
    }
    this.at("let-in").addEventListener("click", () => {
      const pass = this.letIn;
      this.letIn = undefined;
      pass?.();
    });
    this.kept = "yes";
  }

  at(id) {
    return document.getElementById(`desk-${id}`);
  }

  say(name, gaps = {}) {
    const words = this.words.get(name.replaceAll("_", "-")) ?? name;
    return words.replace(/\{(\w+)\}/g, (gap, key) => gaps[key] ?? gap);
  }

  time(moment) {
    const shown = { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: this.desk.dataset.zone };
    return new Intl.DateTimeFormat(document.documentElement.lang, shown).format(new Date(moment));
  }

  get link() {
    return this.desk.dataset.link;
  }

  set link(standing) {
    this.desk.dataset.link = standing;
  }

  // ---- the result

  busy() {
    this.paint({ state: "busy", words: "busy" });
  }

  // Somebody is being typed: of the guest before nothing stays on the screen.
  typing(on) {
    const { state } = this.at("result").dataset;
    if (on && state !== "typing") this.paint({ state: "typing", words: "typing" });
    else if (!on && state === "typing") this.rest();
  }

  // Nobody is before the desk.
  rest() {
    this.paint({ state: "ready" });
  }

  // What was said last stands after all: the same badge was read twice.
  again() {
    if (this.said && this.at("result").dataset.state === "typing") this.paint(this.said);
  }

  // The switch stands otherwise. What is on the screen is of the other direction, where somebody turned it.
  turned(byHand) {
    if (byHand || this.at("result").dataset.state === "ready") this.rest();
  }

  // `way` is in which direction somebody went, where they did.
  paint({ state, reason, words, gaps, guest, way, advice, letIn }) {
    const result = this.at("result");
    const filled = { time: guest?.since ? this.time(guest.since) : "", device: guest?.place ?? "", ...gaps };
    const leaves = this.desk.dataset.way === "exit";
    result.dataset.state = state;
    for (const [name, value] of Object.entries({ reason, way })) {
      if (value) result.dataset[name] = value;
      else delete result.dataset[name];
    }
    const ready = leaves ? "ready-exit" : "ready";
    const below = advice ?? (reason ? `advice-${reason}` : state === "ready" && !words ? `${ready}-note` : "");
    this.at("mark").textContent = way === "exit" && state === "admitted" ? GONE : MARKS[state];
    this.at("number").textContent = guest?.badge ?? "";
    this.at("words").textContent = this.say(words ?? (reason ? `reason-${reason}` : ready), filled);
    const group = guest?.group && this.say("group", { group: guest.group });
    this.at("more").replaceChildren(...apart(guest?.nickname, guest?.unit, group));
    this.at("advice").textContent = below ? this.say(below, filled) : (guest?.advice ?? "");
    this.letIn = letIn;
    this.at("let-in").hidden = !letIn;
  }

  show(said) {
    const result = this.at("result");
    this.said = said;
    this.paint(said);
    result.dataset.count = Number(result.dataset.count) + 1;
    if (said.state !== "ready") signal(said.state, said.way);
    // The same answer twice in a row must be seen twice.
    result.classList.remove("news");
    void result.offsetWidth;
    result.classList.add("news");
  }

  answered(said, kind) {
    const guest = { ...said.participant };
    if (said.result === "admitted") {
      if (guest.attention?.includes("no_badge")) guest.advice = this.say("no-badge");
      return this.show({ state: "admitted", words: kind === "exit" ? "left" : "admitted", guest, way: kind });
    }
    const left = guest.attention?.includes("already_left");
    if (left || said.reason === "already_admitted") Object.assign(guest, { since: said.at, place: said.by_device });
    return this.refused(said.reason, { ...guest, left });
  }

  refused(reason, guest, letIn) {
    const left = guest.left && { words: "reason-already-left", advice: "advice-already-left" };
    this.show({ state: "refused", reason, guest, letIn, ...left });
  }

  // Let through by this device alone.
  passed(said, kind) {
    const words = said.review ? "admitted-review" : kind === "exit" ? "left" : "admitted-offline";
    this.show({ state: said.review ? "review" : "admitted", words, guest: said, way: kind });
  }

  // ---- around it

  count({ men, women }) {
    this.at("men").textContent = men;
    this.at("women").textContent = women;
  }

  roster(held) {
    if (held) this.desk.dataset.roster = held.version;
    else delete this.desk.dataset.roster;
    this.at("roster-at").textContent = held ? this.say("roster-at", { time: this.time(held.made_at) }) : this.say("roster-none");
    if (!held) return;
    this.at("expected-men").textContent = held.expected.men;
    this.at("expected-women").textContent = held.expected.women;
  }

  note(name) {
    const note = this.at("camera-note");
    note.textContent = name && this.say(name);
    note.classList.toggle("looking", name === "camera-looking");
    if (name && !["camera-starting", "camera-looking"].includes(name)) note.dataset.trouble = name;
    else delete note.dataset.trouble;
  }

  uploading(count) {
    this.banner("banner-waiting", count);
  }

  waiting(count) {
    this.desk.dataset.waiting = count;
    if (this.link === "shut") this.banner("banner-shut-out", count);
    else if (this.link === "down") this.banner("banner-offline", count);
    else if (count > 0) this.banner("banner-waiting", count);
    else if (this.kept !== "yes") this.banner(`banner-${this.kept}`, count);
    else this.at("banner").hidden = true;
  }

  banner(name, count) {
    const banner = this.at("banner");
    const words = this.say(name, { count });
    if (banner.textContent !== words) banner.textContent = words;
    banner.hidden = false;
  }

  recent(seen) {
    // Of two at the same moment the later one comes first.
    const shown = seen.filter((one) => !one.undo).reverse().sort((one, other) => other.at.localeCompare(one.at)).slice(0, 6);
    this.at("recent-part").hidden = shown.length === 0;
    this.at("recent").replaceChildren(
      ...shown.map((one) => {
        const undo = document.createElement("button");
        Object.assign(undo, { type: "button", className: "undo act quiet small", textContent: this.say("undo") });
        Object.assign(undo.dataset, { nonce: one.nonce, badge: one.badge });
        undo.setAttribute("aria-label", `${this.say("undo")} ${one.badge}`);
        return line(strong(one.badge), `${this.time(one.at)}${one.kind === "exit" ? ` · ${this.say("left")}` : ""}`, undo);
      }),
    );
  }

  matters(them) {
    this.at("matters-part").hidden = them.length === 0;
    this.at("matters").replaceChildren(
      ...them.map((one) => {
        const reason = `reason-${one.reason}`.replaceAll("_", "-");
        return line(strong(one.badge), this.time(one.at), this.say(this.words.has(reason) ? reason : "reason-needs-review"));
      }),
    );
  }

  hit(badge, nickname, admit) {
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "act quiet small", textContent: this.say("search-admit") });
    button.setAttribute("aria-label", `${this.say("search-admit")} ${badge}`);
    button.addEventListener("click", () => {
      this.at("search").close();
      admit();
    });
    return line(strong(badge), bdi(nickname), button);
  }
}

function line(...parts) {
  const item = document.createElement("li");
  for (const part of parts) {
    const whole = typeof part === "string" ? Object.assign(document.createElement("span"), { textContent: part }) : part;
    item.append(whole);
  }
  return item;
}

function apart(...names) {
  return names.filter(Boolean).flatMap((name, place) => (place ? [" · ", bdi(name)] : [bdi(name)]));
}

function strong(text) {
  return Object.assign(document.createElement("strong"), { textContent: text });
}
