/** DER (ITU-T X.690 section 10): reads and writes the few shapes that a dossier's signature is made of. */
import { type Bytes, concat } from "../core/bytes";

/** An element: its tag, what it holds, and all its bytes. */
export interface Der { tag: number; content: Bytes; whole: Bytes }

export const SEQUENCE = 0x30;
export const SET = 0x31;
export const OCTETS = 0x04;
export const BITS = 0x03;

/** The first element; RangeError for anything that is not DER of one-byte tags. */
export function first(data: Bytes): Der {
  const [tag, short] = [data[0], data[1]];
  if (tag === undefined || short === undefined || (tag & 31) === 31) throw new RangeError("no element");
  const extra = short < 128 ? 0 : short - 128;
  if (short === 128 || extra > 3) throw new RangeError("no definite length");
  const length = extra ? data.subarray(2, 2 + extra).reduce((sum, byte) => sum * 256 + byte, 0) : short;
  const whole = data.slice(0, 2 + extra + length);
  if (whole.length !== 2 + extra + length) throw new RangeError("cut off");
  return { tag, content: whole.slice(2 + extra), whole };
}

/** The elements one after another. */
export function elements(data: Bytes): Der[] {
  const found: Der[] = [];
  for (let rest = data; rest.length; rest = rest.slice(found.at(-1)!.whole.length)) found.push(first(rest));
  return found;
}

export function write(tag: number, ...parts: Bytes[]): Bytes {
  const content = concat(...parts);
  const size: number[] = [];
  for (let rest = content.length; rest; rest >>= 8) size.unshift(rest & 255);
  const length = content.length < 128 ? [content.length] : [128 + size.length, ...size];
  return concat(Uint8Array.from([tag, ...length]), content);
}

/** An object identifier from its dotted text. */
export function oid(text: string): Bytes {
  const [top, next, ...arcs] = text.split(".").map(Number);
  const bytes = [top! * 40 + next!];
  for (const arc of arcs) {
    const digits = [arc & 127];
    for (let rest = arc >> 7; rest; rest >>= 7) digits.unshift(128 | (rest & 127));
    bytes.push(...digits);
  }
  return write(0x06, Uint8Array.from(bytes));
}

export const NULL = write(0x05);
export const ONE = write(0x02, Uint8Array.of(1));
