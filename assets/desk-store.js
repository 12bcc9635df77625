// What the device holds, in IndexedDB. A scan lies here before the screen says anything about it,
// and is flushed to disk: a reload or an empty battery loses nothing.
//
//   meta     the roster without its records, how many are inside, the clock's offset, the key of the queue
//   records  the roster's sealed records by name
//   queue    scans not yet answered or uploaded, oldest first; what was scanned is encrypted
//   door     which way badge numbers went through here, newer than the roster
//   recent   numbers let through in the last 15 minutes, for an undo
//   matters  what the server sees differently

const STORES = ["meta", "records", "queue", "door", "recent", "matters"];

const done = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });

const told = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

export class Store {
  // Null where this browser keeps nothing for us.
  static async open(slug) {
    if (!isSecureContext || !globalThis.indexedDB || !globalThis.crypto?.subtle) return null;
    try {
      const opening = indexedDB.open(`queqiao-desk-${slug}`, 1);
      opening.onupgradeneeded = () => {
        for (const name of STORES) {
          const keyed = ["queue", "recent", "matters"].includes(name);
          opening.result.createObjectStore(name, keyed ? { keyPath: "nonce" } : undefined);
        }
      };
      const store = new Store(await told(opening));
      await store.unlock();
      navigator.storage?.persist?.();
      return store;
    } catch {
      return null;
    }
  }

  constructor(database) {
    this.database = database;
  }

  // Not extractable: whoever reads the files of a lost phone finds no codes in the queue.
  async unlock() {
    this.key = await this.get("meta", "key");
    if (this.key) return;
    const fresh = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    await this.write((put) => put("meta", fresh, "key"));
    this.key = fresh;
  }

  get(name, key) {
    return told(this.database.transaction(name).objectStore(name).get(key));
  }

  all(name) {
    return told(this.database.transaction(name).objectStore(name).getAll());
  }

  // All or nothing, on disk when it returns: `change` gets `put(store, value, key)`, `drop(store, key)`
  // and `clear(store)`.
  async write(change) {
    const transaction = this.database.transaction(STORES, "readwrite", { durability: "strict" });
    const finished = done(transaction);
    const at = (name) => transaction.objectStore(name);
    change(
      (name, value, key) => at(name).put(value, key),
      (name, key) => at(name).delete(key),
      (name) => at(name).clear(),
    );
    await finished;
  }

  // A scan as it lies in the queue: all but what was scanned is plain.
  async hidden(scan) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const { code, badge, ...plain } = scan;
    const words = new TextEncoder().encode(JSON.stringify({ code, badge }));
    return { ...plain, iv, read: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.key, words) };
  }

  async shown({ iv, read, ...plain }) {
    const words = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, this.key, read);
    return { ...plain, ...JSON.parse(new TextDecoder().decode(words)) };
  }

  // Oldest first.
  async queue() {
    return (await this.all("queue")).sort((one, other) => one.at.localeCompare(other.at));
  }
}
