// How far a round of dates is, by the house's clock: to the change of tables, through its minutes, and
// while its clock stands still. The wall, the console and the bell count with this.

import { serverNow } from "./live.js";

// What is left in seconds, and of what: `changing` tables, `going`, `soon` over, `over`, or `paused`; and how long
// its minutes last in all.
export function timeOf(turn) {
  const at = turn.paused_at ? Date.parse(turn.paused_at) : serverNow();
  const [begins, ends] = [Date.parse(turn.started_at), Date.parse(turn.ends_at)];
  const changing = at < begins;
  const left = Math.ceil(((changing ? begins : ends) - at) / 1000);
  const going = left <= 0 ? "over" : left <= 60 ? "soon" : "going";
  return { left: Math.max(0, left), lasts: Math.ceil((ends - begins) / 1000), changing, state: turn.paused_at ? "paused" : changing ? "changing" : going };
}

export const spell = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
