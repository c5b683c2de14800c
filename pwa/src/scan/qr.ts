/** Draws a QR code (ISO/IEC 18004): bytes, level M, versions 1 to 9, which hold 180 bytes; enough for every code of ours. */

/** Codewords for correction in each block, and blocks, by version (table 9, level M). */
const CORRECTION = [10, 16, 26, 18, 24, 16, 18, 22, 22];
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5];
/** Centres of the alignment patterns (annex E). */
const ALIGNED = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46]];
const QUIET = 4;
const MASKS: ((x: number, y: number) => boolean)[] = [
  (x, y) => (x + y) % 2 === 0, (_, y) => y % 2 === 0, (x) => x % 3 === 0, (x, y) => (x + y) % 3 === 0,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2 === 0, (x, y) => ((x * y) % 2) + ((x * y) % 3) === 0,
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2 === 0, (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2 === 0,
];

/** An SVG path of the dark modules in a square of `size` units, quiet zone included; RangeError for what is too long. */
export function qrPath(text: string): { path: string; size: number } {
  const dark = modules(new TextEncoder().encode(text));
  const path = dark.flatMap((row, y) => row.flatMap((one, x) => (one ? [`M${x + QUIET} ${y + QUIET}h1v1h-1z`] : []))).join("");
  return { path, size: dark.length + 2 * QUIET };
}

/** The symbol's modules, row by row; true is dark. */
export function modules(bytes: Uint8Array): boolean[][] {
  const version = BLOCKS.findIndex((_, i) => bytes.length + 2 <= capacity(i + 1)) + 1;
  if (version === 0) throw new RangeError("too long for a QR code of version 9");
  const words = interleaved(dataWords(bytes, capacity(version)), version);
  let best: boolean[][] = [];
  let least = Infinity;
  for (let mask = 0; mask < MASKS.length; mask++) {
    const drawn = draw(words, version, mask);
    const cost = penalty(drawn);
    if (cost < least) [best, least] = [drawn, cost];
  }
  return best;
}

/** All codewords that a symbol has room for: modules without the patterns, by eight. */
function allWords(version: number): number {
  const side = 17 + 4 * version;
  const aligned = ALIGNED[version - 1]?.length ?? 0;
  const patterns = 3 * 64 + 2 * (side - 16) + 31 + (aligned > 0 ? 25 * (aligned * aligned - 3) - 10 * (aligned - 2) : 0) + (version >= 7 ? 36 : 0);
  return (side * side - patterns) >> 3;
}

function capacity(version: number): number {
  return allWords(version) - (CORRECTION[version - 1] ?? 0) * (BLOCKS[version - 1] ?? 0);
}

/** Mode, length, bytes, end, and padding up to the capacity. */
function dataWords(bytes: Uint8Array, room: number): number[] {
  const nibbles = [0b0100, bytes.length >> 4, bytes.length & 15, ...[...bytes].flatMap((one) => [one >> 4, one & 15]), 0];
  const words: number[] = [];
  for (let i = 0; i < nibbles.length; i += 2) words.push(((nibbles[i] ?? 0) << 4) | (nibbles[i + 1] ?? 0));
  for (let pad = 0xec; words.length < room; pad ^= 0xec ^ 0x11) words.push(pad);
  return words;
}

/** Blocks with their correction, one codeword of each in turn; the first blocks are the shorter ones. */
function interleaved(data: number[], version: number): number[] {
  const [blocks, correction] = [BLOCKS[version - 1] ?? 1, CORRECTION[version - 1] ?? 0];
  const short = Math.floor(data.length / blocks);
  const shorter = blocks - (data.length % blocks);
  const parts: number[][] = [];
  for (let i = 0, at = 0; i < blocks; i++) {
    const length = short + (i < shorter ? 0 : 1);
    parts.push(data.slice(at, at + length));
    at += length;
  }
  const ends = parts.map((part) => remainder(part, generator(correction)));
  const turn = (rows: number[][], length: number): number[] => Array.from({ length }, (_, i) => rows.flatMap((row) => (i < row.length ? [row[i] ?? 0] : []))).flat();
  return [...turn(parts, short + 1), ...turn(ends, correction)];
}

/** In the field of 256 elements with the polynomial 0x11d. */
function times(a: number, b: number): number {
  let product = 0;
  for (let bit = 7; bit >= 0; bit--) {
    product = (product << 1) ^ ((product >> 7) * 0x11d);
    if ((b >> bit) & 1) product ^= a;
  }
  return product;
}

function generator(degree: number): number[] {
  let found = Array.from({ length: degree }, (_, i): number => (i === degree - 1 ? 1 : 0));
  for (let i = 0, root = 1; i < degree; i++, root = times(root, 2)) found = found.map((one, j) => times(one, root) ^ (found[j + 1] ?? 0));
  return found;
}

function remainder(data: number[], divisor: number[]): number[] {
  let rest = divisor.map(() => 0);
  for (const word of data) {
    const factor = word ^ (rest[0] ?? 0);
    rest = divisor.map((one, i) => (rest[i + 1] ?? 0) ^ times(one, factor));
  }
  return rest;
}

function draw(words: number[], version: number, mask: number): boolean[][] {
  const side = 17 + 4 * version;
  const dark = Array.from({ length: side }, () => new Array<boolean>(side).fill(false));
  const fixed = Array.from({ length: side }, () => new Array<boolean>(side).fill(false));
  const set = (x: number, y: number, value: boolean): void => {
    const [row, kept] = [dark[y], fixed[y]];
    if (!row || !kept || x < 0 || x >= side) return;
    row[x] = value;
    kept[x] = true;
  };
  for (let i = 0; i < side; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const [x, y] of [[3, 3], [side - 4, 3], [3, side - 4]] as const) {
    for (let j = -4; j <= 4; j++) for (let i = -4; i <= 4; i++) set(x + i, y + j, ![2, 4].includes(Math.max(Math.abs(i), Math.abs(j))));
  }
  const centres = ALIGNED[version - 1] ?? [];
  for (const y of centres) for (const x of centres) {
    if ((x === 6 && (y === 6 || y === side - 7)) || (x === side - 7 && y === 6)) continue;
    for (let j = -2; j <= 2; j++) for (let i = -2; i <= 2; i++) set(x + i, y + j, Math.max(Math.abs(i), Math.abs(j)) !== 1);
  }
  formatInto(set, side, mask);
  if (version >= 7) versionInto(set, side, version);
  fill(dark, fixed, words, mask);
  return dark;
}

/** Level and mask, twice (section 7.9); the module that is always dark beside it. */
function formatInto(set: (x: number, y: number, value: boolean) => void, side: number, mask: number): void {
  let rest = mask;
  for (let i = 0; i < 10; i++) rest = (rest << 1) ^ ((rest >> 9) * 0x537);
  const bits = ((mask << 10) | rest) ^ 0x5412;
  const bit = (i: number): boolean => ((bits >> i) & 1) === 1;
  for (let i = 0; i < 15; i++) {
    // Down and along the first corner, round the timing patterns.
    if (i < 8) set(8, i < 6 ? i : i + 1, bit(i));
    else set(i === 8 ? 7 : 14 - i, 8, bit(i));
    if (i < 8) set(side - 1 - i, 8, bit(i));
    else set(8, side - 15 + i, bit(i));
  }
  set(8, side - 8, true);
}

function versionInto(set: (x: number, y: number, value: boolean) => void, side: number, version: number): void {
  let rest = version;
  for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let i = 0; i < 18; i++) {
    const [a, b, value] = [side - 11 + (i % 3), Math.floor(i / 3), ((bits >> i) & 1) === 1];
    set(a, b, value);
    set(b, a, value);
  }
}

/** Two columns at a time from the right, up and down in turn, past the timing pattern. */
function fill(dark: boolean[][], fixed: boolean[][], words: number[], mask: number): void {
  const side = dark.length;
  const masked = MASKS[mask];
  let at = 0;
  for (let right = side - 1; right >= 1; right -= 2) {
    if (right === 6) right = 5;
    for (let i = 0; i < side; i++) for (let j = 0; j < 2; j++) {
      const x = right - j;
      const y = ((right + 1) & 2) === 0 ? side - 1 - i : i;
      const row = dark[y];
      if (!row || fixed[y]?.[x]) continue;
      const bit = at < words.length * 8 && (((words[at >> 3] ?? 0) >> (7 - (at & 7))) & 1) === 1;
      row[x] = bit !== masked?.(x, y);
      at++;
    }
  }
}

/** What makes a symbol hard to read (section 7.8.3): runs, squares, what looks like a finder, too much of one colour. */
function penalty(dark: boolean[][]): number {
  const side = dark.length;
  const lines = [...dark, ...dark.map((_, x) => dark.map((row) => row[x] ?? false))].map((line) => line.map((one) => (one ? "1" : "0")).join(""));
  let cost = 0;
  for (const line of lines) {
    for (const run of line.match(/0{5,}|1{5,}/g) ?? []) cost += run.length - 2;
    cost += 40 * (line.match(/(?=10111010000|00001011101)/g) ?? []).length;
  }
  for (let y = 1; y < side; y++) for (let x = 1; x < side; x++) {
    const here = dark[y]?.[x];
    if (here === dark[y]?.[x - 1] && here === dark[y - 1]?.[x] && here === dark[y - 1]?.[x - 1]) cost += 3;
  }
  const share = dark.flat().filter(Boolean).length / (side * side);
  return cost + 10 * Math.floor(Math.abs(share * 20 - 10));
}
