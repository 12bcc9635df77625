// What the device has recorded and the server has not answered yet.

import { Refusal } from "./desk-link.js";

const UNDO_WITHIN = 15 * 60 * 1000;
const AT_ONCE = 100;

export class Queue {
  constructor({ store, link, device, screen, counts }) {
    Object.assign(this, { store, link, device, screen, counts });
    this.waiting = 0;
    this.recent = new Map();
  }

  async begin() {
    for (const seen of (await this.store?.all("recent")) ?? []) this.recent.set(seen.nonce, seen);
    this.screen.matters((await this.store?.all("matters")) ?? []);
    await this.tell();
  }

  async size() {
    return this.store ? (await this.store.all("queue")).length : 0;
  }

  async tell() {
    this.waiting = await this.size();
    this.screen.waiting(this.waiting);
    const since = Date.parse(this.link.now()) - UNDO_WITHIN;
    for (const [nonce, seen] of this.recent) if (Date.parse(seen.at) < since) this.recent.delete(nonce);
    this.screen.recent([...this.recent.values()]);
  }

  // Before anybody is asked.
  async keep(made) {
    if (!this.store) return;
    const hidden = await this.store.hidden({ ...made, state: "asking" });
    await this.store.write((put) => put("queue", hidden));
  }

  async unanswered() {
    if (!this.store) return [];
    const asking = (await this.store.queue()).filter((made) => made.state === "asking");
    return Promise.all(asking.map((made) => this.store.shown(made)));
  }

  async drop(nonce) {
    await this.store?.write((put, drop) => drop("queue", nonce));
  }

  // The server has judged.
  async answered(made, said) {
    const badge = said.participant?.badge;
    const admitted = said.result === "admitted";
    const inside = made.kind === "entry" && (admitted || said.reason === "already_admitted");
    const seen = admitted && badge ? { nonce: made.nonce, badge, at: said.at, kind: made.kind, attempt: said.attempt } : null;
    if (seen) this.recent.set(made.nonce, seen);
    await this.store?.write((put, drop) => {
      drop("queue", made.nonce);
      if (badge && (admitted || inside)) put("door", { inside, at: said.at, place: said.by_device }, badge);
      if (seen) put("recent", seen);
    });
    await this.tell();
    // What waits here the server has not counted yet.
    if (this.waiting === 0) await this.counts.heard(said.counts);
    else if (admitted) this.counts.moved(badge, made.kind);
  }

  // The device has judged: it goes to the server later, as it was made.
  async waits(made, said) {
    const counts = this.counts.moved(said.badge, made.kind);
    if (!this.store) return;
    const hidden = await this.store.hidden({ ...made, state: "waiting" });
    const seen = { nonce: made.nonce, badge: said.badge ?? "?", at: made.at, kind: made.kind };
    this.recent.set(made.nonce, seen);
    await this.store.write((put) => {
      put("queue", hidden);
      put("recent", seen);
      put("meta", counts, "counts");
      if (said.badge) put("door", { inside: made.kind === "entry", at: made.at, place: this.device }, said.badge);
    });
  }

  async upload() {
    if (!this.store) return;
    let counts;
    for (;;) {
      const queued = (await this.store.queue()).filter((made) => made.state === "waiting");
      if (queued.length === 0) break;
      // In the order of the door: what was taken back is so before whatever came after it is told.
      const wrong = queued.findIndex((made) => this.recent.get(made.nonce)?.undo) + 1;
      const waiting = queued.slice(0, wrong ? Math.min(wrong, AT_ONCE) : AT_ONCE);
      this.screen.uploading(waiting.length);
      const made = await Promise.all(waiting.map((hidden) => this.store.shown(hidden)));
      const scans = made.map(({ code, badge, nonce, kind, at }) => {
        const read = code ? { code } : { badge };
        return { ...read, nonce, device: this.device, kind, at, offline: true };
      });
      const body = { scans, sent_at: this.link.now() };
      const { items } = await (await this.link.ask("/batch", { body, wait: 20000 })).json();
      for (const [place, said] of items.entries()) {
        await this.uploaded(made[place], said);
        counts = said.answer?.counts ?? counts;
      }
      // A server that answers something else than it was asked would be asked for ever.
      if (items.length < made.length) throw new Error("the queue was not answered");
      if (wrong && wrong <= AT_ONCE) await this.takenBack();
    }
    if (counts) await this.counts.heard(counts);
    await this.takenBack();
    await this.store.write((put, drop) => {
      const since = Date.parse(this.link.now()) - UNDO_WITHIN;
      for (const [nonce, seen] of this.recent) if (Date.parse(seen.at) < since) drop("recent", nonce);
    });
  }

  async uploaded(made, { status, answer, problem }) {
    // The server had refused it before we gave up waiting. The person did go in, which it has not heard.
    if (answer?.result === "refused" && made.asked && !made.retold) {
      const again = { ...made, nonce: fresh(), state: "waiting", retold: true };
      const hidden = await this.store.hidden(again);
      return this.store.write((put, drop) => {
        drop("queue", made.nonce);
        put("queue", hidden);
      });
    }
    const seen = this.recent.get(made.nonce);
    if (seen && answer) seen.attempt = answer.attempt;
    if (seen && answer?.participant?.badge) seen.badge = answer.participant.badge;
    const doubtful = status !== 200 || answer.result === "refused" || (answer.review ?? []).length > 0;
    const matter = {
      nonce: made.nonce,
      badge: answer?.participant?.badge ?? made.badge ?? "?",
      at: made.at,
      reason: answer?.reason ?? (answer?.review ?? [])[0] ?? problem?.code ?? "needs_review",
    };
    await this.store.write((put, drop) => {
      drop("queue", made.nonce);
      if (seen) put("recent", seen);
      if (doubtful) put("matters", matter);
    });
    if (doubtful) this.screen.matters(await this.store.all("matters"));
    return undefined;
  }

  // Takes back what this device let through. What the server has not heard yet is uploaded first
  // and taken back then: nothing is ever struck out.
  async undo(nonce, reason, own) {
    const seen = this.recent.get(nonce);
    if (!seen) return;
    const wish = { nonce: own, device: this.device, reason: reason || undefined };
    if (seen.attempt) {
      const { counts } = await (await this.link.ask(`/${seen.attempt}/undo`, { body: wish, wait: 6000 })).json();
      await this.counts.heard(counts);
      await this.gone(seen);
    } else {
      seen.undo = wish;
      const counts = this.counts.moved(seen.badge, seen.kind === "exit" ? "entry" : "exit");
      await this.store.write((put) => {
        put("recent", seen);
        put("meta", counts, "counts");
        put("door", this.undone(seen), seen.badge);
      });
    }
    this.screen.show({ state: "ready", words: "undone", gaps: { badge: seen.badge } });
    await this.tell();
  }

  async takenBack() {
    for (const seen of [...this.recent.values()].filter((seen) => seen.undo && seen.attempt)) {
      try {
        const { counts } = await (await this.link.ask(`/${seen.attempt}/undo`, { body: seen.undo, wait: 6000 })).json();
        await this.counts.heard(counts);
      } catch (trouble) {
        if (!(trouble instanceof Refusal)) throw trouble;
        // Too late, or overtaken by another desk: an organizer's to decide.
        const { nonce, badge, at } = seen;
        await this.store.write((put) => put("matters", { nonce, badge, at, reason: "not_undone" }));
        this.screen.matters(await this.store.all("matters"));
      }
      await this.gone(seen);
    }
  }

  async gone(seen) {
    this.recent.delete(seen.nonce);
    const there = await this.store?.get("door", seen.badge);
    // They may have gone through once more since.
    const since = there && !there.undone && Date.parse(there.at) > Date.parse(seen.at);
    await this.store?.write((put, drop) => {
      drop("recent", seen.nonce);
      if (!since) put("door", this.undone(seen), seen.badge);
    });
  }

  // Where somebody is whose scan was taken back: where they were before.
  undone(seen) {
    return { inside: seen.kind === "exit", at: this.link.now(), place: this.device, undone: true };
  }
}

const fresh = () => [...crypto.getRandomValues(new Uint8Array(16))].map((n) => n.toString(16).padStart(2, "0")).join("");
