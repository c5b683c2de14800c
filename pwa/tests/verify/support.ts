/** Logs and dossiers for tests: those kept from earlier versions, as they stand or with bytes changed. */
import { existsSync, readFileSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Bytes } from "../../src/core/bytes";
import type { Reader } from "../../src/verify/log";

export const VECTORS = join(import.meta.dirname, "../../../tests/vectors");
export const KEPT = readdirSync(join(VECTORS, "logs"), { withFileTypes: true })
  .filter((item) => item.isDirectory())
  .map((item) => join(VECTORS, "logs", item.name));

export type Changes = Record<string, (data: Bytes) => Bytes | null>;

export function file(path: string): Bytes {
  return new Uint8Array(readFileSync(path));
}

/** Reads a folder; a change gives other bytes, or null where the file shall be missing. */
export function folder(path: string, changes: Changes = {}): Reader {
  return async (name) => {
    const at = join(path, name);
    const data = existsSync(at) && statSync(at).isFile() ? file(at) : null;
    const change = changes[name];
    return change ? change(data ?? new Uint8Array()) : data;
  };
}

/** One bit changed at an offset. */
export function flip(at: number): (data: Bytes) => Bytes {
  return (data) => data.with(at, data[at]! ^ 1) as Bytes;
}

/** Another letter, 0 or 1, so far behind the first place of a text: it stays hex, base64 and a name. */
export function swap(text: string, behind: number): (data: Bytes) => Bytes {
  return (data) => {
    const found = Buffer.from(data).indexOf(text);
    if (found < 0) throw new RangeError(`${text} is not there`);
    return data.with(found + behind, data[found + behind] === 48 ? 49 : 48) as Bytes;
  };
}
