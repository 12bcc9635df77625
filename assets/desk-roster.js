// The roster for the hour without a link. A record opens only with the code on the badge: what is
// kept here tells a thief nothing.

const bytes = (text) => new TextEncoder().encode(text);

const unpacked = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const packed = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

// A bare code or the whole address in the QR, as the server reads it.
export function bareCode(read) {
  const plain = read.normalize("NFKC").replace(/\s/g, "").split(/[?#]/)[0].replace(/\/+$/, "");
  return plain.slice(plain.lastIndexOf("/") + 1).toUpperCase();
}

// 男013 out of whatever people type for it; null where it names no badge.
export function wornNumber(typed) {
  const plain = typed.normalize("NFKC").replace(/[\s\-#._方号]/g, "").toLowerCase();
  const found = /^(男|men|m|女|women|w|f)(\d{1,9})$/.exec(plain);
  if (!found || Number(found[2]) === 0) return null;
  const side = ["男", "men", "m"].includes(found[1]) ? "男" : "女";
  return side + String(Number(found[2])).padStart(3, "0");
}

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
    const seen = await this.store.get("door", guest.badge);
    const inside = seen ? seen.inside : this.held.inside.includes(guest.badge);
    if (scan.kind === "entry" && inside) {
      return { ...guest, refusal: "already_admitted", since: seen?.at ?? this.held.made_at, place: seen?.place };
    }
    if (scan.kind === "exit" && !inside) return { ...guest, refusal: "needs_review" };
    return { ...guest, refusal: undefined };
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
