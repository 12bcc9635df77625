// One scene as the hall sees it, drawn from a snapshot of the live stream. The big screen and both
// pictures on the console draw with this, so that the preview is what will be seen.

import { serverNow } from "./live.js";
import { spell, timeOf } from "./round.js";

export function spokenHere() {
  const spoken = document.getElementById("spoken").content;
  return (name, gaps = {}) => {
    const words = spoken.querySelector(`[data-name="${name}"]`)?.textContent ?? "";
    return words.replace(/\{(\w+)\}/g, (whole, gap) => gaps[gap] ?? whole);
  };
}

// What does not fit onto the wall at once is turned over, on every screen in the same moment.
const TURN = 8000;
// So many tables stand there as pairs; of more, everybody looks for their own number.
const AS_PAIRS = 44;
const WIDE = 20;
const NUMBERS = 77;
const PAIRS = 54;
const IN_GROUPS = 60;
// Few are set larger: tables, people of a side, people and their groups.
const FEW_TABLES = 12;
const FEW_PAIRS = 20;
const FEW_IN_GROUPS = 30;
const FEW_GROUPS = 9;
const TEXTS = 4;

// Everything goes in as text: what people typed is never markup.
const make = (kind, name, ...inside) => {
  const element = document.createElement(kind);
  if (name) element.className = name;
  element.append(...inside.filter((part) => part !== null));
  return element;
};

const arc = (root) => {
  const picture = make("img", "scene-arc");
  picture.src = root.dataset.bridge;
  picture.alt = "";
  return picture;
};

const cut = (items, size) => Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));

// One list for each part, of which one is in sight.
const turned = (name, parts, row) =>
  parts.map((part) => {
    const list = make("ol", name, ...part.map(row));
    list.dataset.part = "";
    return list;
  });

// Words as wide as the place they stand in, and no wider: a long name is set smaller, never broken.
const measure = document.createElement("canvas").getContext("2d");
function fitted(element, words, most, width) {
  measure.font = `600 100px ${getComputedStyle(document.body).fontFamily}`;
  const size = Math.min(most, width / Math.max(1, measure.measureText(words).width / 100));
  element.textContent = words;
  element.style.fontSize = `${Math.max(2.3, size).toFixed(2)}cqw`;
  element.classList.toggle("long", size < 2.3);
  return element;
}

const faces = (pair, named) =>
  pair.map((face, place) => {
    const name = named && face.nickname ? fitted(make("span"), face.nickname, 4.6, 46.2) : null;
    return make("p", `scene-face ${place ? "right" : "left"}`, make("strong", "", face.badge), name);
  });

// Everybody by their own number, the sides apart, with what they look for.
function byNumber(together, size, found) {
  const sides = new Map();
  for (const one of together) {
    for (const badge of one.badges) {
      const side = badge.replace(/\d+$/, "");
      sides.set(side, [...(sides.get(side) ?? []), { badge, found: found(one, badge) }]);
    }
  }
  const sorted = [...sides.values()].map((people) => people.sort((one, other) => (one.badge < other.badge ? -1 : 1)));
  return sorted.flatMap((people) => cut(people, size));
}

// Whoever has two partners takes the place of two.
const numberRow = ({ badge, found }) => make("li", found.includes(" ") ? "two" : "", make("span", "", badge), make("b", "", found));
const tableRow = ({ table, badges }) => make("li", "", make("b", "", String(table)), make("span", "", badges.join(" ")));

function tables(turn) {
  const many = turn.tables.length;
  const paired = many <= AS_PAIRS;
  const size = many <= FEW_TABLES ? "wide few" : many <= WIDE ? "wide" : paired ? "close" : "numbers";
  const parts = paired ? [turn.tables] : byNumber(turn.tables, NUMBERS, ({ table }) => String(table));
  return turned(`scene-tables ${size}`, parts, paired ? tableRow : numberRow);
}

const DRAWN = {
  blank: () => [],
  welcome: (root, { inside }, say) => [
    make("h1", "scene-title", root.dataset.title),
    inside && make("p", "scene-lead", say("arrived", { count: inside.men + inside.women })),
    inside && make("p", "scene-counts", `${say("men")} ${inside.men}`, make("i", "", " · "), `${say("women")} ${inside.women}`),
    arc(root),
  ],
  declarations: (root, { stage }, say) => [
    make("h2", "scene-head", say("declarations")),
    ...turned("scene-wall", cut(stage.shows.texts, TEXTS), (text) => make("li", "", text)),
  ],
  dates: (root, { dates }, say) => {
    if (!dates) return [make("h2", "scene-head", root.dataset.title), arc(root)];
    const running = dates.current?.state === "running";
    const turn = running ? dates.current : (dates.next ?? dates.current);
    const clock = make("p", "scene-clock");
    clock.turn = turn;
    const head = running ? say("dates-round", { round: turn.round, rounds: dates.rounds }) : say("dates-next");
    const top = make("div", "scene-top", make("h2", "scene-head", head), ...(running ? [clock, make("p", "scene-warning")] : []));
    return [top, ...tables(turn)];
  },
  choosing: (root, { picks }, say) => {
    const over = ["closed", "tallied", "void"].includes(picks?.state);
    const count = picks?.chosen ?? null;
    return [
      make("h1", "scene-title", say("choosing")),
      make("p", "scene-lead", over ? say("chosen-over") : say("choosing-note")),
      count === null ? null : make("p", "scene-count", say("chosen", { count })),
      arc(root),
    ];
  },
  couple: (root, { stage }, say) => {
    const { reveals, pair } = stage.shows;
    const words = reveals === "bridge" ? say("bridge") : say("together");
    const count = stage.shows.blessings;
    const blessed = count == null ? null : make("p", "scene-blessings", "♥ ", say("blessings", { count }));
    return [make("h2", "scene-head", words), make("div", `scene-pair ${reveals}`, ...faces(pair, reveals !== "numbers")), blessed, arc(root)];
  },
  confession: (root, { stage }, say) => {
    const { named, pair } = stage.shows;
    return [make("h2", "scene-head", say("speaks")), make("div", "scene-pair speaking", ...faces(pair, named))];
  },
  icebreaker: (root, { stage }, say) => {
    const pairs = stage.shows.pairs ?? [];
    const others = ({ badges }, badge) => badges.filter((one) => one !== badge).join(" ");
    const top = make("div", "scene-top", make("h2", "scene-head", say("icebreaker")));
    if (!pairs.length) return [make("h1", "scene-title", say("icebreaker")), arc(root)];
    const parts = byNumber(pairs, PAIRS, others);
    const few = parts.every((part) => part.length <= FEW_PAIRS);
    return [top, make("p", "scene-hint", say("icebreaker-note")), ...turned(`scene-tables pairs${few ? " few" : ""}`, parts, numberRow)];
  },
  groups: (root, { stage }, say) => {
    const groups = stage.shows.groups ?? [];
    if (!groups.length) return [make("h1", "scene-title", say("groups")), arc(root)];
    const row = ({ number, badges }) => make("li", "", make("b", "", say("group", { count: number })), make("span", "", badges.join(" ")));
    const size = Math.max(1, Math.floor(IN_GROUPS / Math.max(...groups.map(({ badges }) => badges.length))));
    const few = groups.length <= FEW_GROUPS && groups.flatMap(({ badges }) => badges).length <= FEW_IN_GROUPS;
    return [make("div", "scene-top", make("h2", "scene-head", say("groups"))), ...turned(`scene-groups${few ? " few" : ""}`, cut(groups, size), row)];
  },
  talent: (root, { stage }, say) => {
    const { badge, title } = stage.shows;
    const what = fitted(make("h1", "scene-act"), title ?? "", 7, 84);
    return [make("h2", "scene-head", say("talent")), what, make("p", "scene-lead", badge ?? ""), arc(root)];
  },
  draw: (root, { stage }, say) => {
    const { name, people, fingerprint, named, calls, prizes, held, off } = stage.shows;
    const title = fitted(make("h1", "scene-act"), name ?? "", 5, 84);
    if (off) return [title, make("p", "scene-lead", say("draw-off"))];
    if (!held) {
      // Set in groups, so that two who read it aloud do not lose each other.
      const groups = (fingerprint ?? "").match(/.{1,8}/g) ?? [];
      return [
        title,
        make("p", "scene-lead", say("draw-people", { count: people ?? 0 })),
        make("p", "scene-hint", say("draw-fingerprint")),
        make("p", "scene-print", ...groups.map((group) => make("span", "", group))),
        make("p", "scene-hint", named ? say("draw-named", { named }) : say(calls?.length ? "draw-calls" : "draw-hall")),
        calls?.length ? make("p", "scene-calls", ...calls.map((number) => make("b", "", String(number)))) : null,
      ];
    }
    const winners = (prize) => prize.winners.map((face) => make("span", "", face.badge, face.nickname ? ` ${face.nickname}` : ""));
    const row = (prize) => make("li", "", make("b", "", prize.name), ...winners(prize));
    const parts = cut(prizes, 4);
    return [make("div", "scene-top", title), ...turned("scene-prizes", parts, row)];
  },
};

// Draws what a snapshot says; what stays the same is left alone, or it would blink.
export function draw(root, snapshot, say) {
  const shows = snapshot.stage?.shows ?? { kind: "blank" };
  const uses = { welcome: snapshot.inside, dates: snapshot.dates, choosing: snapshot.picks }[shows.kind];
  const { blessings, ...lasting } = shows;
  const key = JSON.stringify([lasting, uses, blessings == null]);
  if (root.drawn === key) {
    // A number that only rises must not make the couple blink.
    if (blessings != null) bless(root, say("blessings", { count: blessings }));
    return;
  }
  const moved = root.dataset.kind !== shows.kind;
  root.drawn = key;
  root.dataset.kind = shows.kind;
  root.dataset.reveals = shows.reveals ?? "";
  root.dataset.moves = snapshot.stage?.moves ?? 0;
  root.dataset.time = "";
  root.replaceChildren(...(DRAWN[shows.kind] ?? DRAWN.blank)(root, snapshot, say).filter(Boolean));
  const parts = root.querySelectorAll("[data-part]");
  if (parts.length > 1) (root.querySelector(".scene-top") ?? root).append(make("p", "scene-part"));
  root.classList.toggle("arriving", moved);
  tick(root, say);
}

function bless(root, words) {
  const told = root.querySelector(".scene-blessings");
  if (told && told.lastChild.textContent !== words) told.lastChild.textContent = words;
}

// What goes on by the house's time: the part in sight, and the round clock.
export function tick(root, say) {
  turnOver(root);
  const clock = root.querySelector(".scene-clock");
  if (!clock) return;
  const { left, state } = timeOf(clock.turn);
  clock.textContent = spell(left);
  if (root.dataset.time === state) return;
  root.dataset.time = state;
  root.querySelector(".scene-warning").textContent = state === "going" ? "" : say(`dates-${state}`);
}

function turnOver(root) {
  const parts = [...root.querySelectorAll("[data-part]")];
  const now = Math.floor(serverNow() / TURN) % (parts.length || 1);
  parts.forEach((part, at) => (part.hidden = at !== now));
  const told = root.querySelector(".scene-part");
  if (told) told.textContent = `${now + 1} / ${parts.length}`;
}
