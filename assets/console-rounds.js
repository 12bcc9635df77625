// The clocks on the console: the round of dates, with what can be done about it, and the lamps. What
// cannot be taken back is asked first, and the first answer is always not to.

import { spell, timeOf } from "./round.js";
import { serverNow } from "./live.js";

// How long a round that was ended by a slip of the hand can be taken up again; the house judges.
const RECENTLY = 600_000;
const NO_KEY = ["key_unavailable", "key_wrong", "ballots_unreadable"];

const at = (id) => document.getElementById(id);

// Asks; the answer is the button's value, and nothing where somebody would rather not.
function sure(dialog, words) {
  const box = at(dialog);
  for (const [part, text] of Object.entries(words)) box.querySelector(`[data-says=${part}]`).textContent = text;
  box.returnValue = "";
  box.showModal();
  return new Promise((done) => box.addEventListener("close", () => done(box.returnValue), { once: true }));
}

export function attend({ board, say, ask, act, now }) {
  const current = () => now()?.dates?.current ?? null;
  const running = () => (current()?.state === "running" ? current() : null);
  const ended = () => {
    const turn = current();
    const lately = turn?.state === "finished" && serverNow() - Date.parse(turn.finished_at) < RECENTLY;
    return lately ? turn : null;
  };
  const round = () => {
    if (running()) return { number: running().round, verb: "finish" };
    const next = now()?.dates?.next;
    return next ? { number: next.round, verb: "start" } : null;
  };
  const call = (number, verb, body = {}) => act(() => ask(`/dates/rounds/${number}/${verb}`, body));
  const moved = () => {
    const { came = [], left = [] } = now()?.out_of_step ?? {};
    return running() || !(came.length + left.length) ? null : { came, left };
  };
  const movedWords = ({ came, left }) =>
    [left.length && say("hall-left", { badges: left.join(" ") }), came.length && say("hall-came", { badges: came.join(" ") })]
      .filter(Boolean)
      .join(" ");

  const replan = () => act(() => ask("/dates/plan", {}));

  async function finish(turn) {
    const { left, state } = timeOf(turn);
    const words = { title: say("round-sure", { round: turn.round }), note: say("round-sure-note", { count: turn.tables.length, left: spell(left) }) };
    if (state !== "over" && (await sure("round-sure", words)) !== "go") return;
    await call(turn.round, "finish");
  }

  async function start(number) {
    const hall = moved();
    if (hall) {
      const answer = await sure("hall-sure", { title: say("hall-sure", { round: number }), note: movedWords(hall) });
      if (!answer) return;
      if (answer === "replan" && !(await replan())) return;
    }
    await call(number, "start");
  }

  const acts = {
    round: () => {
      const turn = round();
      if (turn) (turn.verb === "finish" ? finish(running()) : start(turn.number));
    },
    pause: () => {
      if (running()) call(running().round, running().paused_at ? "resume" : "pause");
      else if (ended()) call(ended().round, "resume");
    },
    more: () => running() && call(running().round, "extend", { seconds: 60 }),
    less: () => running() && call(running().round, "extend", { seconds: -60 }),
    begin: () => running() && call(running().round, "begin"),
    replan: () => moved() && replan(),
    picks: () => turnPicks(now()?.picks ?? null),
  };

  // Opens what is planned and closes what is open. Nobody need have planned: where there is no round, or
  // the last one is over, the next one is as the event says, or as much as the evening has left.
  async function turnPicks(picks) {
    const closing = ["open", "closed"].includes(picks?.state);
    const chosen = picks?.chosen == null ? say("picks-chosen-untold") : say("chosen", { count: picks.chosen });
    const words = closing
      ? { title: say("picks-close", { round: picks.round }), note: `${chosen} ${say("picks-close-note")}`, go: say("picks-close-go") }
      : { title: say("picks-open-sure"), note: say("picks-open-note"), go: say("picks-open-go") };
    if ((await sure("picks-sure", words)) !== "go") return;
    await act(() => (closing ? closePicks(picks.round) : openPicks()));
  }

  async function openPicks() {
    at("picks-spent").hidden = true;
    const rounds = (await ask("/pick-rounds")).items;
    // Somebody at another console was faster.
    if (rounds.some(({ state }) => ["open", "closed"].includes(state))) throw Object.assign(new Error("open"), { code: "picks_moved" });
    const planned = rounds.find(({ state }) => state === "planned");
    const number = planned?.number ?? (await planPicks(Number(board.dataset.picks))).number;
    return ask(`/pick-rounds/${number}/open`, {});
  }

  async function planPicks(limit) {
    try {
      return await ask("/pick-rounds", { limit });
    } catch (refused) {
      const left = refused.code === "too_many_picks" ? refused.told.most - refused.told.planned : limit;
      if (left >= 1 && left < limit) return planPicks(left);
      at("picks-spent").hidden = refused.code !== "too_many_picks";
      throw refused;
    }
  }

  // Where the ballots cannot be opened, the way on is a page of its own.
  async function closePicks(number) {
    const stuck = at("picks-stuck");
    stuck.hidden = true;
    try {
      return await ask(`/pick-rounds/${number}/close`, {});
    } catch (refused) {
      if (NO_KEY.includes(refused.code)) {
        stuck.querySelector("a").href = `/e/${board.dataset.event}/console/picks/${number}`;
        stuck.hidden = false;
      }
      throw refused;
    }
  }

  function paint() {
    const [turn, live, dates] = [round(), running(), now()?.dates];
    at("round-act").disabled = !turn;
    at("round-act").firstElementChild.textContent = turn ? say(`round-${turn.verb}`, { round: turn.number }) : say("round-none");
    at("round-now").textContent = dates ? say("dates-round", { round: dates.current?.round ?? 0, rounds: dates.rounds }) : "";
    at("round-more").disabled = !live;
    at("round-less").disabled = !live;
    const hall = moved();
    at("hall-moved").hidden = !hall;
    at("hall-moved").firstElementChild.textContent = hall ? movedWords(hall) : "";
    at("replan").disabled = !hall;
    paintPicks(now()?.picks ?? null);
    tick();
  }

  function paintPicks(picks) {
    const open = ["open", "closed"].includes(picks?.state);
    at("picks-act").textContent = say(open ? "picks-close-act" : "picks-open-act");
    const gaps = { round: picks?.round ?? 1, count: picks?.matches ?? 0 };
    const untold = picks?.state === "tallied" && picks.matches == null;
    const words = [say(`picks-${untold ? "tallied-untold" : (picks?.state ?? "none")}`, gaps)];
    if (picks?.state === "open" && picks.chosen != null) words.push(say("chosen", { count: picks.chosen }));
    at("picks-now").textContent = words.join(" · ");
  }

  // What the clock alone changes.
  function tick() {
    const live = running();
    const time = live && timeOf(live);
    const place = at("round-left");
    place.textContent = live ? spell(time.left) : "";
    place.dataset.time = time?.state ?? "";
    const said = [time && time.state !== "going" && say(`dates-${time.state}`), time?.changing && say("round-lasts", { left: spell(time.lasts) })];
    at("round-said").textContent = said.filter(Boolean).join(" · ");
    at("round-begin").hidden = time?.state !== "changing";
    const [pause, over] = [at("round-pause"), ended()];
    pause.disabled = !live && !over;
    pause.firstElementChild.textContent = live?.paused_at ? say("round-resume") : over && !live ? say("round-again", { round: over.round }) : say("round-pause");
  }

  for (const [id, name] of [["round-act", "round"], ["round-pause", "pause"], ["round-more", "more"], ["round-less", "less"], ["round-begin", "begin"], ["replan", "replan"], ["picks-act", "picks"]]) {
    at(id).onclick = () => acts[name]();
  }
  return { acts, paint, tick };
}
