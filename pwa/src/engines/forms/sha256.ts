/** SHA-256 (FIPS 180-4) without waiting: an evaluation says at once whether a signature still fits what stands. */

const K = new Uint32Array(64);
const FIRST = new Uint32Array(8);

/** The first 32 bits behind the point of roots of primes, from which the standard takes its constants. */
function fraction(root: number): number {
  return ((root - Math.floor(root)) * 2 ** 32) >>> 0;
}

for (let prime = 2, found = 0; found < 64; prime += 1) {
  let divisor = 2;
  while (divisor * divisor <= prime && prime % divisor !== 0) divisor += 1;
  if (divisor * divisor <= prime) continue;
  if (found < 8) FIRST[found] = fraction(Math.sqrt(prime));
  K[found] = fraction(Math.cbrt(prime));
  found += 1;
}

/** A running hash: what has been taken in so far can be asked for, and more be added. */
export class Sha256 {
  private readonly state = FIRST.slice();
  private readonly block = new Uint8Array(64);
  private readonly words = new Uint32Array(64);
  private filled = 0;
  private length = 0;

  update(data: Uint8Array): this {
    this.length += data.length;
    for (const byte of data) {
      this.block[this.filled] = byte;
      this.filled += 1;
      if (this.filled === 64) this.compress();
    }
    return this;
  }

  copy(): Sha256 {
    const other = new Sha256();
    other.state.set(this.state);
    other.block.set(this.block);
    other.filled = this.filled;
    other.length = this.length;
    return other;
  }

  /** In hexadecimal; the hash itself is left as it is. */
  hex(): string {
    const last = this.copy();
    const rest = new Uint8Array(((119 - last.filled) % 64) + 9);
    rest[0] = 0x80;
    new DataView(rest.buffer).setUint32(rest.length - 4, (this.length * 8) >>> 0);
    new DataView(rest.buffer).setUint32(rest.length - 8, Math.floor(this.length / 2 ** 29));
    last.update(rest);
    return [...last.state].map((word) => word.toString(16).padStart(8, "0")).join("");
  }

  private compress(): void {
    const { block, words: w, state } = this;
    for (let t = 0; t < 16; t += 1) w[t] = (block[4 * t]! << 24) | (block[4 * t + 1]! << 16) | (block[4 * t + 2]! << 8) | block[4 * t + 3]!;
    for (let t = 16; t < 64; t += 1) {
      const x = w[t - 15]!, y = w[t - 2]!;
      const s0 = turn(x, 7) ^ turn(x, 18) ^ (x >>> 3), s1 = turn(y, 17) ^ turn(y, 19) ^ (y >>> 10);
      w[t] = w[t - 16]! + s0 + w[t - 7]! + s1;
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number];
    for (let t = 0; t < 64; t += 1) {
      const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[t]! + w[t]!) | 0;
      const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + one) | 0, c, b, a, (one + two) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, at) => (state[at] = state[at]! + word));
    this.filled = 0;
  }
}

function turn(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by));
}
