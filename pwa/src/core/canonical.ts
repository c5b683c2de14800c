/** Canonical JSON (RFC 8785), so that what is signed here has the same bytes as in Python.
 *
 * `encode` is the whole of RFC 8785. Entries use a narrower profile, checked by `encodeProfile` and `parse`:
 * ASCII keys, no fractions, integers below 2^53. Measured quantities are strings. */
import { type Bytes, equal, fromUtf8, utf8 } from "./bytes";
import { CoreError } from "./types";

const MAX_DEPTH = 32;
const LONE_SURROGATE = /\p{Surrogate}/u;
const ASCII = /^[\x00-\x7f]*$/;

/** The canonical bytes of a JSON value; CoreError `not_canonical` for what JSON does not have. */
export function encode(value: unknown): Bytes {
  return utf8(text(value, 0));
}

/** The canonical bytes of a value in the profile of entries; CoreError `not_canonical` for anything else. */
export function encodeProfile(value: unknown): Bytes {
  checkProfile(value, 0);
  return encode(value);
}

/** The value of canonical bytes in the profile of entries. */
export function parse(data: Uint8Array): unknown {
  let value: unknown;
  try {
    value = JSON.parse(fromUtf8(data));
  } catch (error) {
    throw fault(String(error));
  }
  checkProfile(value, 0);
  if (!equal(encode(value), data)) throw fault("other spelling than RFC 8785");
  return value;
}

function text(value: unknown, depth: number): string {
  if (depth > 1000) throw fault("nested too deeply");
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return word(value);
  // ECMAScript's Number::toString is what RFC 8785 3.2.2.3 prescribes.
  if (typeof value === "number" && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => text(item, depth + 1)).join(",")}]`;
  if (isRecord(value)) {
    // The default order of sort() is by UTF-16 code units: RFC 8785 3.2.3.
    const pairs = Object.keys(value).sort().map((key) => `${word(key)}:${text(value[key], depth + 1)}`);
    return `{${pairs.join(",")}}`;
  }
  throw fault(`JSON has no ${typeof value} ${String(value)}`);
}

function word(value: string): string {
  if (LONE_SURROGATE.test(value)) throw fault("lone surrogate");
  return JSON.stringify(value);
}

function checkProfile(value: unknown, depth: number): void {
  if (depth > MAX_DEPTH) throw fault(`nested deeper than ${MAX_DEPTH}`);
  if (typeof value === "number" && !Number.isSafeInteger(value)) throw fault("write quantities as strings");
  if (Array.isArray(value)) for (const item of value) checkProfile(item, depth + 1);
  else if (isRecord(value)) {
    for (const [key, item] of Object.entries(value)) {
      if (!ASCII.test(key)) throw fault("a key is not ASCII");
      checkProfile(item, depth + 1);
    }
  }
}

/** A plain object: class instances (dates, Automerge proxies, byte arrays) have no JSON form here. */
function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function fault(detail: string): CoreError {
  return new CoreError("not_canonical", detail);
}
