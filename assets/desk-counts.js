// How many are inside: what the server said last, and who went through here since. Kept, so that a page
// that comes back without a link goes on from there.

export class Counts {
  // `page` is what the page was made with, perhaps hours ago.
  static async of({ store, screen, link, page }) {
    const held = await store?.get("meta", "counts");
    return new Counts({ store, screen, link, now: held && held.at > page.at ? held : page });
  }

  constructor({ store, screen, link, now }) {
    Object.assign(this, { store, screen, link, now });
    screen.count(now);
  }

  // The server has counted.
  async heard({ men, women }) {
    const same = men === this.now.men && women === this.now.women;
    this.now = { men, women, at: this.link.now() };
    this.screen.count(this.now);
    if (!same) await this.store?.write((put) => put("meta", this.now, "counts"));
  }

  // Somebody went through who is not among what the server has counted. Says what is to be kept.
  moved(badge, kind) {
    const side = { 男: "men", 女: "women" }[badge?.[0]];
    const step = kind === "exit" ? -1 : 1;
    this.now = { ...this.now, ...(side && { [side]: Math.max(0, this.now[side] + step) }), at: this.link.now() };
    this.screen.count(this.now);
    return this.now;
  }
}
