// Finds QR codes in a picture and reads them, for browsers that cannot: turned, tilted, near and far.
// What their modules say is desk-qr-words.js.

import { across, alignments, words } from "./desk-qr-words.js";

const VERSIONS = 10;
// Finders that are looked at, and pictures of three that are tried.
const [MOST_FINDERS, MOST_TRIES] = [16, 16];

// The texts in a picture as a canvas gives it (`width`, `height`, `data` as RGBA). After so many milliseconds no
// further place is tried: of a film the next picture is there already.
export function read({ width, height, data }, patience = 150) {
  const until = performance.now() + patience;
  const grey = new Uint8Array(width * height);
  for (let at = 0; at < grey.length; at++) {
    grey[at] = (data[4 * at] * 77 + data[4 * at + 1] * 151 + data[4 * at + 2] * 28) >> 8;
  }
  const texts = search(grey, width, height, until);
  if (texts.length > 0 || Math.max(width, height) < 320) return texts;
  // What is blurred or grainy is clearer from farther away.
  return search(...halved(grey, width, height), until);
}

function search(grey, width, height, until) {
  const picture = new Picture(grey, width, height);
  const finders = picture.finders();
  const used = new Set();
  const texts = new Set();
  for (const three of triples(finders).slice(0, MOST_TRIES)) {
    if (three.some((finder) => used.has(finder))) continue;
    if (performance.now() > until) break;
    const text = readAt(picture, three);
    if (text === null) continue;
    texts.add(text);
    three.forEach((finder) => used.add(finder));
  }
  return [...texts];
}

function halved(grey, width, height) {
  const [w, h] = [width >> 1, height >> 1];
  const half = new Uint8Array(w * h);
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const at = 2 * y * width + 2 * x;
      half[y * w + x] = (grey[at] + grey[at + 1] + grey[at + width] + grey[at + width + 1]) >> 2;
    }
  }
  return [half, w, h];
}

// ---- light and dark

// A picture in two colours, each pixel against the light around it: a shadow across a badge is no ink.
class Picture {
  constructor(grey, width, height) {
    Object.assign(this, { width, height, bits: new Uint8Array(width * height) });
    const sums = new Uint32Array((width + 1) * (height + 1));
    for (let y = 0; y < height; y++) {
      let row = 0;
      for (let x = 0; x < width; x++) {
        row += grey[y * width + x];
        sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row;
      }
    }
    const around = Math.max(12, Math.max(width, height) >> 4);
    for (let y = 0; y < height; y++) {
      const [top, bottom] = [Math.max(0, y - around), Math.min(height, y + around + 1)];
      for (let x = 0; x < width; x++) {
        const [left, right] = [Math.max(0, x - around), Math.min(width, x + around + 1)];
        const sum = sums[bottom * (width + 1) + right] - sums[top * (width + 1) + right]
          - sums[bottom * (width + 1) + left] + sums[top * (width + 1) + left];
        const here = grey[y * width + x] * (bottom - top) * (right - left);
        this.bits[y * width + x] = here < sum * 0.92 ? 1 : 0;
      }
    }
  }

  dark(x, y) {
    const [column, row] = [Math.floor(x), Math.floor(y)];
    if (column < 0 || row < 0 || column >= this.width || row >= this.height) return 0;
    return this.bits[row * this.width + column];
  }

  // The dark-light-dark-light-dark runs through a pixel in a direction; null where they are no finder's.
  runs(x, y, dx, dy) {
    const arm = (way) => {
      const runs = [0, 0, 0];
      let [column, row, kind] = [x, y, 0];
      for (;;) {
        column += way * dx;
        row += way * dy;
        if (column < 0 || row < 0 || column >= this.width || row >= this.height) break;
        if (this.bits[row * this.width + column] !== (kind + 1) % 2 && ++kind > 2) break;
        runs[kind]++;
      }
      return runs;
    };
    const [fore, back] = [arm(1), arm(-1)];
    const five = [back[2], back[1], back[0] + 1 + fore[0], fore[1], fore[2]];
    return isFinder(five) ? { length: five.reduce((sum, run) => sum + run), shift: (fore[0] - back[0]) / 2 } : null;
  }

  // Points with the three nested squares of a finder around them, those seen on most rows first.
  finders() {
    const found = [];
    for (let y = 1; y < this.height; y++) {
      const runs = [0, 0, 0, 0, 0];
      let before = 0;
      for (let x = 0; x <= this.width; x++) {
        const now = x < this.width ? this.bits[y * this.width + x] : 0;
        if (now !== before) {
          if (before === 1 && isFinder(runs)) {
            const centre = x - runs[4] - runs[3] - runs[2] / 2;
            this.look(Math.floor(centre), y, found);
          }
          runs.shift();
          runs.push(0);
          before = now;
        }
        runs[4]++;
      }
    }
    return found.sort((one, other) => other.seen - one.seen).slice(0, MOST_FINDERS);
  }

  look(x, y, found) {
    const down = this.runs(x, y, 0, 1);
    if (!down) return;
    const row = Math.round(y + down.shift);
    const flat = this.runs(x, row, 1, 0);
    if (!flat || flat.length > 2 * down.length || down.length > 2 * flat.length) return;
    const column = Math.round(x + flat.shift);
    if (!this.runs(column, row, 1, 1) && !this.runs(column, row, 1, -1)) return;
    const one = { x: x + 0.5 + flat.shift, y: y + 0.5 + down.shift, size: (flat.length + down.length) / 2, seen: 1 };
    const known = found.find((other) => distance(one, other) < other.size / 3);
    if (!known) return void found.push(one);
    for (const name of ["x", "y", "size"]) known[name] += (one[name] - known[name]) / (known.seen + 1);
    known.seen++;
  }
}

function isFinder([a, b, c, d, e]) {
  const unit = (a + b + c + d + e) / 7;
  if (unit < 1) return false;
  const slack = Math.max(0.65 * unit, 0.75);
  return [a, b, d, e].every((run) => Math.abs(run - unit) < slack) && Math.abs(c - 3 * unit) < 2 * slack;
}

const distance = (one, other) => Math.hypot(one.x - other.x, one.y - other.y);

// ---- three finders of one code

// As [corner, right, below], what looks most like one code first.
function triples(finders) {
  const found = [];
  for (const [at, corner] of finders.entries()) {
    for (const [one, right] of finders.entries()) {
      for (const [other, below] of finders.entries()) {
        if (one === at || other === at || one === other) continue;
        const [ux, uy, vx, vy] = [right.x - corner.x, right.y - corner.y, below.x - corner.x, below.y - corner.y];
        const [u, v] = [Math.hypot(ux, uy), Math.hypot(vx, vy)];
        const sine = (ux * vy - uy * vx) / (u * v);
        const sizes = [corner.size, right.size, below.size];
        const uneven = Math.max(...sizes) / Math.min(...sizes);
        const askew = Math.max(u, v) / Math.min(u, v);
        if (sine < 0.7 || askew > 1.7 || uneven > 1.8 || Math.min(u, v) < 1.5 * Math.min(...sizes)) continue;
        found.push({ three: [corner, right, below], cost: (1 - sine) * 2 + (askew - 1) + (uneven - 1) });
      }
    }
  }
  return found.sort((one, other) => one.cost - other.cost).map(({ three }) => three);
}

// How many modules are across, as near as the finders tell.
function guessed([corner, right, below]) {
  const steps = [right, below].map((other) => {
    const apart = distance(corner, other);
    // What a row or column cuts out of a turned square is longer than its side.
    const turned = Math.max(Math.abs(other.x - corner.x), Math.abs(other.y - corner.y)) / apart;
    return apart / (((corner.size + other.size) / 2 / 7) * turned);
  });
  return ((steps[0] + steps[1]) / 2 + 7 - 17) / 4;
}

function readAt(picture, three) {
  const guess = guessed(three);
  const near = Array.from({ length: VERSIONS }, (_, n) => n + 1).filter((version) => Math.abs(version - guess) < 2.5);
  // The nearest first, unless the dots between the finders speak for another.
  const tried = near.map((version) => ({ version, cost: Math.abs(version - guess) - rhythm(picture, three, version) }));
  for (const { version } of tried.sort((one, other) => one.cost - other.cost)) {
    for (const place of grids(picture, three, version)) {
      const text = words(version, sampled(picture, place, across(version)));
      if (text !== null) return text;
    }
  }
  return null;
}

// How well the two dotted lines between the finders go with a version.
function rhythm(picture, three, version) {
  const size = across(version);
  const place = flat(three, size);
  let right = 0;
  for (let at = 8; at < size - 8; at++) {
    for (const [x, y] of [[at, 6], [6, at]]) {
      const [px, py] = place(x + 0.5, y + 0.5);
      right += picture.dark(px, py) === (at + 1) % 2 ? 1 : -1;
    }
  }
  return right / (size - 16);
}

// ---- where the modules lie

// Of a code seen straight on: a function from modules to pixels.
function flat([corner, right, below], size) {
  const far = size - 7;
  return (x, y) => {
    const [a, b] = [(x - 3.5) / far, (y - 3.5) / far];
    return [
      corner.x + a * (right.x - corner.x) + b * (below.x - corner.x),
      corner.y + a * (right.y - corner.y) + b * (below.y - corner.y),
    ];
  };
}

// First as the alignment pattern says where the fourth corner is, then as if the code was not tilted.
function* grids(picture, three, version) {
  const size = across(version);
  const straight = flat(three, size);
  const last = alignments(version).at(-1);
  if (last) {
    for (const mark of marks(picture, straight, last)) {
      const [corner, right, below] = three.map(({ x, y }) => [x, y]);
      const modules = [[3.5, 3.5], [size - 3.5, 3.5], [3.5, size - 3.5], [last + 0.5, last + 0.5]];
      const place = tilted(modules, [corner, right, below, mark]);
      if (place) yield place;
    }
  }
  yield straight;
}

// Where an alignment pattern seems to be, the best first: a dark module in a light ring in a dark one.
function marks(picture, straight, last) {
  const found = [];
  const looks = (mx, my) => {
    let right = 0;
    for (let dy = -2; dy <= 2; dy++) {
      for (let dx = -2; dx <= 2; dx++) {
        const [px, py] = straight(mx + dx, my + dy);
        right += picture.dark(px, py) === (Math.max(Math.abs(dx), Math.abs(dy)) + 1) % 2 ? 1 : 0;
      }
    }
    return right;
  };
  for (let dy = -5; dy <= 5; dy += 0.25) {
    for (let dx = -5; dx <= 5; dx += 0.25) {
      const right = looks(last + 0.5 + dx, last + 0.5 + dy);
      if (right >= 20) found.push({ dx, dy, right });
    }
  }
  const best = [];
  for (const one of found.sort((a, b) => b.right - a.right || Math.hypot(a.dx, a.dy) - Math.hypot(b.dx, b.dy))) {
    // Its middle: the mean of all places that fit as well nearby.
    const apart = (other) => Math.hypot(one.dx - other.dx, one.dy - other.dy);
    if (best.some((other) => apart(other) < 2)) continue;
    const near = found.filter((other) => other.right === one.right && apart(other) < 1);
    const mean = (name) => near.reduce((sum, other) => sum + other[name], 0) / near.length;
    best.push({ dx: mean("dx"), dy: mean("dy") });
    if (best.length === 3) break;
  }
  return best.map(({ dx, dy }) => straight(last + 0.5 + dx, last + 0.5 + dy));
}

// The perspective that lays four modules on four pixels; null where there is none.
function tilted(modules, pixels) {
  const rows = modules.flatMap(([x, y], at) => {
    const [px, py] = pixels[at];
    return [
      [x, y, 1, 0, 0, 0, -px * x, -px * y, px],
      [0, 0, 0, x, y, 1, -py * x, -py * y, py],
    ];
  });
  for (let at = 0; at < 8; at++) {
    const pivot = rows.slice(at).reduce((best, row) => (Math.abs(row[at]) > Math.abs(best[at]) ? row : best));
    if (Math.abs(pivot[at]) < 1e-9) return null;
    rows.splice(rows.indexOf(pivot, at), 1);
    rows.splice(at, 0, pivot);
    for (const row of rows) {
      if (row === pivot) continue;
      const share = row[at] / pivot[at];
      for (let n = at; n < 9; n++) row[n] -= share * pivot[n];
    }
  }
  const [a, b, c, d, e, f, g, h] = rows.map((row, at) => row[8] / row[at]);
  return (x, y) => {
    const depth = g * x + h * y + 1;
    return [(a * x + b * y + c) / depth, (d * x + e * y + f) / depth];
  };
}

// Each module by the better part of five looks at it: grain is smaller than a module.
function sampled(picture, place, size) {
  const modules = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let darks = 0;
      for (const [dx, dy] of [[0.5, 0.5], [0.3, 0.5], [0.7, 0.5], [0.5, 0.3], [0.5, 0.7]]) {
        darks += picture.dark(...place(x + dx, y + dy));
      }
      modules[y * size + x] = darks > 2 ? 1 : 0;
    }
  }
  return (x, y) => modules[y * size + x];
}
