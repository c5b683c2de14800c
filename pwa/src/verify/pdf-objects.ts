/** The objects that a PDF is made of (ISO 32000-1 section 7.3), read at a place in the file. */
import { type Bytes, fromUtf8, hex } from "../core/bytes";
import { fault } from "./result";

export class Name { constructor(readonly text: string) {} }
export class Ref { constructor(readonly number: number, readonly generation: number) {} }
/** `place` is where its spelling stands in the file, from bracket to bracket. */
export class Text { constructor(readonly data: Bytes, readonly place: readonly [number, number]) {} }
export class Stream { constructor(readonly dict: Dict, readonly raw: Bytes) {} }
export type Dict = Map<string, Value>;
export type Value = null | boolean | number | Name | Ref | Text | Stream | Value[] | Dict;

export const MOST_DEEP = 100;
const BLANK = new Set([0, 9, 10, 12, 13, 32]);
const DELIMITER = new Set([..."()<>[]{}/%"].map((letter) => letter.charCodeAt(0)));
const ESCAPES: Record<string, number> = { n: 10, r: 13, t: 9, b: 8, f: 12 };

/** Reads one object after another from an offset on. CoreError `pdf_malformed` for what is none. */
export class Parser {
  constructor(private readonly data: Bytes, private at: number) {}

  value(depth = 0): Value {
    if (depth > MOST_DEEP) throw malformed("nested too deeply");
    this.blank();
    const letter = this.letter();
    if (letter === "/") return this.name();
    if (letter === "(") return this.literal();
    if (letter === "[") return this.array(depth);
    if (letter === "<") return this.letter(1) === "<" ? this.dictionary(depth) : this.hexadecimal();
    return this.plain();
  }

  integer(): number {
    this.blank();
    const text = this.regular();
    if (!/^[0-9]{1,10}$/.test(text)) throw malformed("a number is missing");
    return Number(text);
  }

  word(expected: string): void {
    if (!this.follows(expected)) throw malformed(`${expected} is missing`);
  }

  /** Goes behind a word if it comes next. */
  follows(expected: string): boolean {
    this.blank();
    const found = latin(this.data.subarray(this.at, this.at + expected.length)) === expected;
    if (found) this.at += expected.length;
    return found;
  }

  /** Where a stream's bytes begin, behind its keyword's line. */
  streamStart(): number {
    if (this.data[this.at] === 13) this.at += 1;
    if (this.data[this.at] !== 10) throw malformed("the line of a stream does not end");
    return this.at + 1;
  }

  take(length: number): string {
    this.at += length;
    return latin(this.data.subarray(this.at - length, this.at));
  }

  /** Goes behind white space and comments. */
  blank(): void {
    for (let byte = this.data[this.at]; byte !== undefined; byte = this.data[this.at]) {
      if (byte === 37) while (this.at < this.data.length && this.data[this.at] !== 10 && this.data[this.at] !== 13) this.at += 1;
      else if (BLANK.has(byte)) this.at += 1;
      else return;
    }
  }

  private letter(further = 0): string {
    const byte = this.data[this.at + further];
    return byte === undefined ? "" : String.fromCharCode(byte);
  }

  /** The letters up to white space or a delimiter. */
  private regular(): string {
    const start = this.at;
    for (let byte = this.data[this.at]; byte !== undefined; byte = this.data[this.at]) {
      if (BLANK.has(byte) || DELIMITER.has(byte)) break;
      this.at += 1;
    }
    return latin(this.data.subarray(start, this.at));
  }

  private name(): Name {
    this.at += 1;
    return new Name(this.regular().replace(/#([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16))));
  }

  /** A number, a reference, or one of the three words. */
  private plain(): Value {
    const text = this.regular();
    if (text === "true" || text === "false") return text === "true";
    if (text === "null") return null;
    if (!/^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)$/.test(text)) throw malformed("no value of a PDF");
    const behind = this.at;
    if (/^[0-9]{1,10}$/.test(text)) {
      this.blank();
      const generation = this.regular();
      if (/^[0-9]{1,5}$/.test(generation)) {
        this.blank();
        if (this.regular() === "R") return new Ref(Number(text), Number(generation));
      }
      this.at = behind;
    }
    return Number(text);
  }

  private array(depth: number): Value[] {
    this.at += 1;
    const values: Value[] = [];
    while (!this.follows("]")) values.push(this.value(depth + 1));
    return values;
  }

  private dictionary(depth: number): Dict {
    this.at += 2;
    const dict: Dict = new Map();
    while (!this.follows(">>")) {
      const key = this.value(depth + 1);
      if (!(key instanceof Name) || dict.has(key.text)) throw malformed("a dictionary has names as keys, each once");
      dict.set(key.text, this.value(depth + 1));
    }
    return dict;
  }

  private hexadecimal(): Text {
    const start = this.at;
    const end = this.data.indexOf(62, start);
    const digits = end < 0 ? "" : latin(this.data.subarray(start + 1, end)).replace(/[\0\t\n\f\r ]/g, "");
    if (end < 0 || !/^[0-9A-Fa-f]*$/.test(digits)) throw malformed("a string of hex digits");
    this.at = end + 1;
    const padded = digits.length % 2 ? `${digits}0` : digits;
    const data = Uint8Array.from({ length: padded.length / 2 }, (_, i) => parseInt(padded.slice(2 * i, 2 * i + 2), 16));
    return new Text(data, [start, this.at]);
  }

  private literal(): Text {
    const start = this.at++;
    const bytes: number[] = [];
    for (let deep = 1; ; ) {
      const byte = this.data[this.at++];
      if (byte === undefined) throw malformed("a string without an end");
      if (byte === 40) deep += 1;
      if (byte === 41 && --deep === 0) return new Text(Uint8Array.from(bytes), [start, this.at]);
      if (byte === 92) bytes.push(...this.escaped());
      else bytes.push(byte);
    }
  }

  private escaped(): number[] {
    const octal = /^[0-7]{1,3}/.exec(latin(this.data.subarray(this.at, this.at + 3)));
    if (octal) {
      this.at += octal[0].length;
      return [parseInt(octal[0], 8) & 255];
    }
    const letter = this.letter();
    this.at += 1;
    if (letter === "\r" && this.letter() === "\n") this.at += 1;
    return letter === "\r" || letter === "\n" ? [] : [ESCAPES[letter] ?? letter.charCodeAt(0)];
  }
}

/** Text of a PDF: UTF-16 or UTF-8 where it says so, else one byte a letter. */
export function decoded(data: Bytes): string {
  try {
    if (hex(data.subarray(0, 2)) === "feff") return new TextDecoder("utf-16be", { fatal: true }).decode(data);
    if (hex(data.subarray(0, 3)) === "efbbbf") return fromUtf8(data.subarray(3));
  } catch {
    throw malformed("a text that nobody can read");
  }
  return latin(data);
}

export function latin(data: Uint8Array): string {
  let text = "";
  for (let at = 0; at < data.length; at += 8192) text += String.fromCharCode(...data.subarray(at, at + 8192));
  return text;
}

export function malformed(detail: string): Error {
  return fault("pdf_malformed", detail);
}
