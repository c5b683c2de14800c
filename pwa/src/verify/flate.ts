/** Unpacks zlib data (RFC 1950) as far as it goes, so that damage to a packed file can be traced to a record in it. */
import { type Bytes, concat } from "../core/bytes";

/** Nothing that a dossier holds is longer. */
const MOST = 512 * 1024 * 1024;

/** What can be unpacked: the checksum at the end is not asked, since signatures bind what comes out. */
export async function inflate(data: Bytes): Promise<Bytes> {
  if (!isZlib(data)) return new Uint8Array();
  const deflated = data.subarray(2);
  const [whole, intact] = await unpack([deflated.subarray(0, -4)]);
  // After a fault only what was read before it is kept, and browsers read ahead: so byte by byte.
  return intact ? whole : (await unpack(Array.from(deflated, (_, i) => deflated.subarray(i, i + 1))))[0];
}

async function unpack(parts: Iterable<Bytes>): Promise<[Bytes, boolean]> {
  const stream = new DecompressionStream("deflate-raw");
  const [writer, reader] = [stream.writable.getWriter(), stream.readable.getReader()];
  const chunks: Bytes[] = [];
  const reading = (async () => {
    let length = 0;
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(new Uint8Array(next.value));
      length += next.value.length;
      if (length > MOST) throw new RangeError("unpacks to more than a dossier holds");
    }
  })();
  const writing = (async () => {
    for (const part of parts) await writer.write(part);
    await writer.close();
  })();
  const done = await Promise.allSettled([reading, writing]);
  return [concat(...chunks), done.every((one) => one.status === "fulfilled")];
}

function isZlib(data: Bytes): boolean {
  const [method, flags] = [data[0] ?? 0, data[1] ?? 0];
  return (method & 15) === 8 && method >> 4 <= 7 && (method * 256 + flags) % 31 === 0 && (flags & 32) === 0;
}
