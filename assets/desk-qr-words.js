// What the modules of a QR code say (ISO/IEC 18004, versions 1 to 10). `dark(x, y)` is a module, from the corner
// with a finder on every side but one.

const LEVELS = {
  // By version: correcting bytes of a block, and blocks.
  L: { correcting: [7, 10, 15, 20, 26, 18, 20, 24, 30, 18], blocks: [1, 1, 1, 1, 1, 2, 2, 2, 2, 4] },
  M: { correcting: [10, 16, 26, 18, 24, 16, 18, 22, 22, 26], blocks: [1, 1, 1, 2, 2, 4, 4, 4, 5, 5] },
  Q: { correcting: [13, 22, 18, 26, 18, 24, 18, 22, 20, 24], blocks: [1, 1, 2, 2, 4, 4, 6, 6, 8, 8] },
  H: { correcting: [17, 28, 22, 16, 22, 28, 26, 26, 24, 28], blocks: [1, 1, 2, 4, 4, 4, 5, 6, 8, 8] },
};
// As the two bits of the format name them.
const LEVEL_NAMES = ["M", "L", "H", "Q"];
const LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const MASKS = [
  (x, y) => (x + y) % 2,
  (x, y) => y % 2,
  (x) => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

export const across = (version) => 17 + 4 * version;

// Where the alignment patterns of a version have their centres, in both directions.
export function alignments(version) {
  if (version === 1) return [];
  const last = across(version) - 7;
  return version < 7 ? [6, last] : [6, (6 + last) / 2, last];
}

// Null where it cannot be read: too much is hidden, or it is none.
export function words(version, dark) {
  const format = formatOf(version, dark);
  if (!format) return null;
  const read = codewords(version, dark, MASKS[format.mask]);
  const data = corrected(read, LEVELS[format.level], version);
  return data && spoken(data, version);
}

// ---- the format: five bits, told twice, each with ten that correct them

const FORMATS = Array.from({ length: 32 }, (_, told) => {
  let rest = told << 10;
  for (let bit = 14; bit >= 10; bit--) if (rest & (1 << bit)) rest ^= 0b10100110111 << (bit - 10);
  return ((told << 10) | rest) ^ 0b101010000010010;
});

const ones = (bits) => (bits ? 1 + ones(bits & (bits - 1)) : 0);

function formatOf(version, dark) {
  const size = across(version);
  const beside = [];
  const apart = [];
  for (let bit = 0; bit < 15; bit++) {
    const turned = bit < 6 ? [8, bit] : bit < 8 ? [8, bit + 1] : bit === 8 ? [7, 8] : [14 - bit, 8];
    beside.push(turned);
    apart.push(bit < 8 ? [size - 1 - bit, 8] : [8, size - 15 + bit]);
  }
  let best = { wrong: 4 };
  for (const places of [beside, apart]) {
    const read = places.reduce((bits, [x, y], bit) => bits | (dark(x, y) << bit), 0);
    FORMATS.forEach((format, told) => {
      const wrong = ones(format ^ read);
      if (wrong < best.wrong) best = { wrong, level: LEVEL_NAMES[told >> 3], mask: told & 7 };
    });
  }
  return best.level && best;
}

// ---- the bytes, as they lie: two columns at a time, up and down

function isPattern(version, x, y) {
  const size = across(version);
  const near = (a, b) => a < 9 && b < 9;
  if (near(x, y) || near(size - x, y) || near(x, size - y) || x === 6 || y === 6) return true;
  if (version >= 7 && ((x < 6 && y >= size - 11) || (y < 6 && x >= size - 11))) return true;
  const centres = alignments(version);
  const last = centres.at(-1);
  return centres.some((a) => centres.some((b) => {
    const atFinder = (a === 6 && b === 6) || (a === 6 && b === last) || (a === last && b === 6);
    return !atFinder && Math.abs(x - a) <= 2 && Math.abs(y - b) <= 2;
  }));
}

function codewords(version, dark, mask) {
  const size = across(version);
  const bytes = [];
  let [byte, bits] = [0, 0];
  for (let right = size - 1; right > 0; right -= 2) {
    if (right === 6) right = 5;
    const isUp = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step++) {
      const y = isUp ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (isPattern(version, x, y)) continue;
        byte = (byte << 1) | (dark(x, y) ^ (mask(x, y) === 0));
        if (++bits === 8) {
          bytes.push(byte);
          [byte, bits] = [0, 0];
        }
      }
    }
  }
  return bytes;
}

// ---- blocks, dealt out byte by byte, and corrected (Reed–Solomon over GF(256))

const POWERS = [1];
while (POWERS.length < 255) {
  const next = POWERS.at(-1) << 1;
  POWERS.push(next > 255 ? next ^ 0x11d : next);
}
const LOGS = [];
POWERS.forEach((value, power) => (LOGS[value] = power));

const power = (n) => POWERS[((n % 255) + 255) % 255];
const times = (a, b) => (a && b ? power(LOGS[a] + LOGS[b]) : 0);
const over = (a, b) => (a ? power(LOGS[a] - LOGS[b]) : 0);
// The lowest coefficient stands first.
const valueAt = (polynomial, x) => polynomial.reduceRight((sum, coefficient) => times(sum, x) ^ coefficient, 0);

function corrected(read, level, version) {
  const [correcting, count] = [level.correcting[version - 1], level.blocks[version - 1]];
  const short = Math.floor(read.length / count);
  const long = read.length % count;
  const blocks = Array.from({ length: count }, () => []);
  let place = 0;
  for (let at = 0; at < short - correcting + 1; at++) {
    for (const [number, block] of blocks.entries()) {
      if (at < short - correcting || number >= count - long) block.push(read[place++]);
    }
  }
  for (let at = 0; at < correcting; at++) for (const block of blocks) block.push(read[place++]);
  const data = blocks.map((block) => mended(block, correcting)?.slice(0, -correcting));
  return data.every(Boolean) ? data.flat() : null;
}

// Null where more bytes are wrong than can be found.
function mended(block, correcting) {
  const received = [...block].reverse();
  const syndromes = (bytes) => Array.from({ length: correcting }, (_, n) => valueAt(bytes, power(n)));
  const wrong = syndromes(received);
  if (wrong.every((syndrome) => syndrome === 0)) return block;
  const locator = located(wrong);
  const errors = locator.length - 1;
  if (errors > correcting / 2) return null;
  // What they are wrong by (Forney).
  const product = (n) => locator.slice(0, n + 1).reduce((sum, one, k) => sum ^ times(one, wrong[n - k]), 0);
  const evaluator = wrong.map((_, n) => product(n));
  const slope = locator.map((one, n) => (n % 2 ? one : 0)).slice(1);
  let found = 0;
  for (let place = 0; place < received.length; place++) {
    const x = power(-place);
    if (valueAt(locator, x) !== 0) continue;
    const below = valueAt(slope, x);
    if (below === 0) return null;
    received[place] ^= times(power(place), over(valueAt(evaluator, x), below));
    found++;
  }
  const isWhole = found === errors && syndromes(received).every((syndrome) => syndrome === 0);
  return isWhole ? received.reverse() : null;
}

// The polynomial whose roots tell which bytes are wrong (Berlekamp and Massey).
function located(wrong) {
  let [locator, before, length, gap, last] = [[1], [1], 0, 1, 1];
  for (let n = 0; n < wrong.length; n++) {
    let off = wrong[n];
    for (let k = 1; k <= length; k++) off ^= times(locator[k] ?? 0, wrong[n - k]);
    if (off === 0) {
      gap++;
      continue;
    }
    const share = over(off, last);
    const next = [...locator];
    before.forEach((one, k) => (next[k + gap] = (next[k + gap] ?? 0) ^ times(share, one)));
    for (let k = 0; k < next.length; k++) next[k] ??= 0;
    if (2 * length <= n) [before, length, last, gap] = [locator, n + 1 - length, off, 1];
    else gap++;
    locator = next;
  }
  while (locator.at(-1) === 0) locator.pop();
  return locator;
}

// ---- the text: segments of numbers, letters, bytes and pairs of them

function spoken(data, version) {
  const wide = version > 9;
  let place = 0;
  const left = () => data.length * 8 - place;
  const take = (bits) => {
    let value = 0;
    for (; bits > 0; bits--, place++) value = (value << 1) | ((data[place >> 3] >> (7 - (place & 7))) & 1);
    return value;
  };
  const said = [];
  const say = (text) => said.push(...new TextEncoder().encode(text));
  while (left() >= 4) {
    const mode = take(4);
    if (mode === 0) break;
    // Which alphabet the bytes are of: they are read as UTF-8.
    if (mode === 7) {
      take(8);
      continue;
    }
    const bits = { 1: [10, 12], 2: [9, 11], 4: [8, 16], 8: [8, 10] }[mode]?.[Number(wide)];
    let count = bits ? take(bits) : Infinity;
    if (count > left()) return null;
    if (mode === 1) {
      for (; count > 0; count -= 3) {
        const digits = Math.min(count, 3);
        say(String(take([0, 4, 7, 10][digits])).padStart(digits, "0"));
      }
    } else if (mode === 2) {
      for (; count > 1; count -= 2) {
        const pair = take(11);
        say((LETTERS[Math.floor(pair / 45)] ?? "") + LETTERS[pair % 45]);
      }
      if (count) say(LETTERS[take(6)] ?? "");
    } else if (mode === 8) {
      // Pairs of bytes that look like Shift JIS; some encoders see such in UTF-8 too.
      for (; count > 0; count--) {
        const pair = take(13);
        const word = (Math.floor(pair / 0xc0) << 8) + (pair % 0xc0);
        const bytes = word + (word < 0x1f00 ? 0x8140 : 0xc140);
        said.push(bytes >> 8, bytes & 255);
      }
    } else for (; count > 0; count--) said.push(take(8));
    if (place > data.length * 8) return null;
  }
  return said.length > 0 ? new TextDecoder().decode(new Uint8Array(said)) : null;
}
