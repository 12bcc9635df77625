// In or out. Leaving is the exception: the switch falls back by itself once nobody leaves any more.

// In milliseconds: after the switch was turned, and after each who left.
const [TURNED, LEFT] = [30000, 10000];

export class Way {
  // `turned(byHand)` hears that the switch stands otherwise.
  constructor({ desk, entry, exit, turned }) {
    Object.assign(this, { desk, entry, exit, turned });
    for (const side of [entry, exit]) side.addEventListener("change", () => this.stand(true));
    this.stand(true);
  }

  get kind() {
    return this.exit.checked ? "exit" : "entry";
  }

  // Somebody went through.
  passed(kind) {
    if (kind === "exit" && this.kind === "exit") this.fallBackIn(LEFT);
  }

  stand(byHand) {
    this.desk.dataset.way = this.kind;
    clearTimeout(this.falling);
    if (this.kind === "exit") this.fallBackIn(TURNED);
    this.turned(byHand);
  }

  fallBackIn(wait) {
    clearTimeout(this.falling);
    this.falling = setTimeout(() => {
      this.entry.checked = true;
      this.stand(false);
    }, wait);
  }
}
