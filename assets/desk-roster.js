// The roster for the hour without a link. A record opens only with the code on the badge: what is
// kept here tells a thief nothing.

import { bareCode, wornNumber } from "./desk-code.js";

const bytes = (text) => new TextEncoder().encode(text);

const unpacked = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const packed = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function keys(code, salt) {
  const secret = await crypto.subtle.importKey("raw", bytes(code), "HKDF", false, ["deriveBits"]);
  const derive = (info, length) =>
    crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: bytes(salt), info: bytes(info) }, secret, length * 8);
  const name = packed(await derive("queqiao roster name", 16));
  const raw = await derive("queqiao roster key", 32);
  return { name, key: await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["decrypt"]) };
}

export class Roster {
  static async of(store) {
    return new Roster(store, store && (await store.get("meta", "roster")));
  }

  constructor(store, held) {
    this.store = store;
    this.held = held;
  }

  // What the server has now. False where nothing changed.
  async take(answer) {
    if (answer.status === 304) return false;
    const { records, ...rest } = await answer.json();
    // What this device saw since the roster was made is newer than what it says.
    const door = this.store.database.transaction("door").objectStore("door");
    const [numbers, known] = await Promise.all([read(door.getAllKeys()), read(door.getAll())]);
    await this.store.write((put, drop, clear) => {
      clear("records");
      for (const [name, record] of Object.entries(records)) put("records", record, name);
      put("meta", rest, "roster");
      known.forEach((seen, place) => {
        if (seen.at < rest.made_at) drop("door", numbers[place]);
      });
    });
    this.held = rest;
    return true;
  }

  async open(code) {
    const { name, key } = await keys(code, this.held.salt);
    const record = await this.store.get("records", name);
    if (!record) return null;
    const sealed = unpacked(record);
    const plain = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: sealed.slice(0, 12), additionalData: bytes(name) },
      key,
      sealed.slice(12),
    );
    return JSON.parse(new TextDecoder().decode(plain));
  }

  // What this device says by itself, in the order in which the server judges: who, when, whether already.
  async judge(scan) {
    if (!this.held) return { refusal: "no_roster" };
    let guest;
    if (scan.code) {
      guest = await this.open(bareCode(scan.code));
      if (!guest) return { refusal: "not_on_roster" };
    } else {
      // A number can be guessed, so it opens nothing: it is known or it is not.
      const badge = wornNumber(scan.badge);
      const highest = badge && this.held.numbers[badge[0] === "男" ? "men" : "women"];
      if (!badge || Number(badge.slice(1)) > highest) return { refusal: "not_on_roster" };
      guest = { badge, review: true };
    }
    if (guest.refusal && (scan.kind === "entry" || !guest.badge)) return guest;
    const { opens_at: opens, closes_at: closes } = this.held;
    const moment = Date.parse(scan.at);
    if (opens && moment < Date.parse(opens)) return { ...guest, refusal: "too_early" };
    if (closes && moment >= Date.parse(closes)) return { ...guest, refusal: "event_closed" };
    const last = await this.last(guest.badge);
    const step = { since: last?.at, place: last?.place };
    if (scan.kind === "entry" && last?.inside) return { ...guest, ...step, refusal: "already_admitted" };
    if (scan.kind === "exit" && !last?.inside) {
      return { ...guest, ...step, refusal: "needs_review", left: Boolean(last && !last.undone) };
    }
    return { ...guest, refusal: undefined };
  }

  // Which way a number went through the door last, when and where: what this device saw is newer.
  async last(badge) {
    const seen = await this.store.get("door", badge);
    if (seen) return seen;
    const step = this.held.doors?.[badge];
    return step && { inside: step.inside, at: step.at, place: step.by_device };
  }

  async forget() {
    this.held = undefined;
    await this.store?.write((put, drop, clear) => {
      clear("records");
      clear("door");
      clear("recent");
      drop("meta", "roster");
    });
  }
}

const read = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
