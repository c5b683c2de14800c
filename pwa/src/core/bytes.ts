/** Bytes and their spellings: the few conversions everything else needs, each in one place. */

export type Bytes = Uint8Array<ArrayBuffer>;

const HEX = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** Throws TypeError for bytes that are not UTF-8. */
export function fromUtf8(data: Uint8Array): string {
  return decoder.decode(data);
}

export function concat(...parts: Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function hex(data: Uint8Array): string {
  let text = "";
  for (const byte of data) text += HEX[byte];
  return text;
}

export function base64(data: Uint8Array): string {
  let text = "";
  for (let at = 0; at < data.length; at += 8192) text += String.fromCharCode(...data.subarray(at, at + 8192));
  return btoa(text);
}

/** The bytes of base64 in its one spelling (RFC 4648 section 3.5); RangeError for any other text. */
export function fromBase64(text: string): Bytes {
  let raw: string;
  try {
    raw = atob(text);
  } catch {
    throw new RangeError("not base64");
  }
  const data = Uint8Array.from(raw, (letter) => letter.charCodeAt(0));
  if (base64(data) !== text) throw new RangeError("another spelling than base64 asks for");
  return data;
}

export async function sha256(data: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", data));
}

export function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length));
}

export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
