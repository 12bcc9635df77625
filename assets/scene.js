// One scene as the hall sees it, drawn from a snapshot of the live stream. The big screen and both
// pictures on the console draw with this, so that the preview is what will be seen.

import { serverNow } from "./live.js";

export function spokenHere() {
  const spoken = document.getElementById("spoken").content;
  return (name, gaps = {}) => {
    const words = spoken.querySelector(`[data-name="${name}"]`)?.textContent ?? "";
    return words.replace(/\{(\w+)\}/g, (whole, gap) => gaps[gap] ?? whole);
  };
}

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

const faces = (pair, named) =>
  pair.map((face, place) =>
    make("p", `scene-face ${place ? "right" : "left"}`, make("strong", "", face.badge), named && face.nickname ? make("span", "", make("bdi", "", face.nickname)) : null),
  );

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
    make("ul", "scene-wall", ...stage.shows.texts.slice(0, 9).map((text) => make("li", "", text))),
  ],
  dates: (root, { dates }, say) => {
    if (!dates) return [make("h2", "scene-head", root.dataset.title), arc(root)];
    const running = dates.current?.state === "running";
    const turn = running ? dates.current : (dates.next ?? dates.current);
    const clock = make("p", "scene-clock");
    if (running) clock.dataset.until = turn.ends_at;
    const head = running ? say("dates-round", { round: turn.round, rounds: dates.rounds }) : say("dates-next");
    const tables = turn.tables.map(({ table, badges }) => make("li", "", make("b", "", String(table)), make("span", "", badges.join(" "))));
    const map = make("ol", "scene-tables", ...tables);
    map.dataset.size = tables.length > 80 ? "dense" : tables.length > 40 ? "close" : "wide";
    return [make("h2", "scene-head", head), running ? clock : null, running ? make("p", "scene-warning") : null, map];
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
  root.replaceChildren(...(DRAWN[shows.kind] ?? DRAWN.blank)(root, snapshot, say).filter(Boolean));
  root.classList.toggle("arriving", moved);
  tick(root, say);
}

function bless(root, words) {
  const told = root.querySelector(".scene-blessings");
  if (told && told.lastChild.textContent !== words) told.lastChild.textContent = words;
}

// The round clock, by the house's time.
export function tick(root, say) {
  const clock = root.querySelector(".scene-clock[data-until]");
  if (!clock) return;
  const left = Math.ceil((Date.parse(clock.dataset.until) - serverNow()) / 1000);
  const shown = Math.max(0, left);
  clock.textContent = `${Math.floor(shown / 60)}:${String(shown % 60).padStart(2, "0")}`;
  const state = left <= 0 ? "over" : left <= 60 ? "soon" : "";
  if (root.dataset.time === state) return;
  root.dataset.time = state;
  root.querySelector(".scene-warning").textContent = state ? say(`dates-${state}`) : "";
}
