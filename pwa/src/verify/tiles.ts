/** The log as static files (C2SP tlog-tiles): their paths, and what entry bundles and payload files hold. */
import { type Bytes, equal, fromBase64, fromUtf8, utf8 } from "../core/bytes";
import type { Held } from "./rules";
import { isObject } from "./lines";
import { fault } from "./result";

export const WIDTH = 256;

/** What a file of the log holds: hashes of a level (0 = leaves), or "entries", or "payloads"; number `n`, so wide. */
export interface Tile { kind: number | "entries" | "payloads"; n: number; width: number }

export function path({ kind, n, width }: Tile): string {
  const folder = kind === "payloads" ? "payloads" : `tile/${kind}`;
  return `${folder}/${digits(n)}${width === WIDTH ? "" : `.p/${width}`}`;
}

/** The tiles of one kind over so many leaves or hashes. */
export function row(kind: Tile["kind"], count: number): Tile[] {
  const whole = Math.floor(count / WIDTH);
  const tiles = Array.from({ length: whole }, (_, n): Tile => ({ kind, n, width: WIDTH }));
  return count % WIDTH ? [...tiles, { kind, n: whole, width: count % WIDTH }] : tiles;
}

/** The tiles above the leaves' hashes. */
export function upper(size: number): Tile[] {
  const all: Tile[] = [];
  for (let level = 1, count = Math.floor(size / WIDTH); count; level++, count = Math.floor(count / WIDTH)) {
    all.push(...row(level, count));
  }
  return all;
}

/** Groups of three digits, all but the last marked with x: 1234067 is x001/x234/067. */
function digits(n: number): string {
  const group = String(n % 1000).padStart(3, "0");
  const groups = [group];
  for (let rest = Math.floor(n / 1000); rest; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, "0")}`);
  }
  return groups.join("/");
}

/** The whole leaves of a bundle, at most so many, and whether nothing follows them. */
export function decodeEntries(data: Bytes, most: number): { leaves: Bytes[]; exact: boolean } {
  const leaves: Bytes[] = [];
  let at = 0;
  while (leaves.length < most && at + 2 <= data.length) {
    const end = at + 2 + data[at]! * 256 + data[at + 1]!;
    if (end > data.length) break;
    leaves.push(data.subarray(at + 2, end));
    at = end;
  }
  return { leaves, exact: at === data.length };
}

/** Salt and payload of one line, null where they are withheld; CoreError `payload_malformed`. */
export function decodePayload(line: Bytes, index: number): Held {
  try {
    const value: unknown = JSON.parse(fromUtf8(line));
    if (isObject(value) && value.index === index) {
      const { payload, salt } = value;
      if (equal(utf8(JSON.stringify({ index, payload, salt })), line)) {
        if (payload === null && salt === null) return null;
        if (typeof payload === "string" && typeof salt === "string") return [fromBase64(salt), fromBase64(payload)];
      }
    }
  } catch {
    // Not JSON, not base64: the same to whoever reads it.
  }
  throw fault("payload_malformed", "not a line of salt and payload of this entry");
}
