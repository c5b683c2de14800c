/** Frames of the journal: magic, length, CRC-32, body; so that a torn or damaged place costs only itself. */
import { type Bytes, concat } from "./bytes";

const MAGIC = 0x314a4250; // "PBJ1", little endian
const HEAD = 12;
const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

export function crc32(data: Uint8Array): number {
  let crc = ~0;
  for (const byte of data) crc = TABLE[(crc ^ byte) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

export function frame(body: Uint8Array): Bytes {
  const head = new DataView(new ArrayBuffer(HEAD));
  head.setUint32(0, MAGIC, true);
  head.setUint32(4, body.length, true);
  head.setUint32(8, crc32(body), true);
  return concat(new Uint8Array(head.buffer), body);
}

/** The whole bodies in order; `end` is where the last whole frame ends, and so where the next may be written.
 * After damage, reading goes on at the next place where a frame's CRC is right. */
export function readFrames(data: Bytes): { bodies: Bytes[]; end: number } {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const bodies: Bytes[] = [];
  let end = 0;
  for (let at = 0; at + HEAD <= data.length; ) {
    const body = view.getUint32(at, true) === MAGIC ? bodyAt(data, view, at) : null;
    if (body) {
      bodies.push(body);
      at = end = at + HEAD + body.length;
    } else {
      const next = data.indexOf(MAGIC & 255, at + 1);
      if (next < 0) break;
      at = next;
    }
  }
  return { bodies, end };
}

function bodyAt(data: Bytes, view: DataView, at: number): Bytes | null {
  const length = view.getUint32(at + 4, true);
  if (at + HEAD + length > data.length) return null;
  const body = data.slice(at + HEAD, at + HEAD + length);
  return crc32(body) === view.getUint32(at + 8, true) ? body : null;
}
