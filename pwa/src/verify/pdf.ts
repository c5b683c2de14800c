/** Reads as much of a PDF (ISO 32000-1 section 7) as a dossier has: plain cross-reference tables, direct and indirect
 * objects, streams. Objects are found the way a viewer finds them, by the tables, never by searching the file. */
import { type Bytes, fromUtf8, hex } from "../core/bytes";
import { inflate } from "./flate";
import { fault } from "./result";

export class Name { constructor(readonly text: string) {} }
export class Ref { constructor(readonly number: number, readonly generation: number) {} }
/** `place` is where its spelling stands in the file, from bracket to bracket. */
export class Text { constructor(readonly data: Bytes, readonly place: readonly [number, number]) {} }
export class Stream { constructor(readonly dict: Dict, readonly raw: Bytes) {} }
export type Dict = Map<string, Value>;
export type Value = null | boolean | number | Name | Ref | Text | Stream | Value[] | Dict;

const MOST_DEEP = 100;
const BLANK = new Set([0, 9, 10, 12, 13, 32]);
const DELIMITER = new Set([..."()<>[]{}/%"].map((letter) => letter.charCodeAt(0)));
const ESCAPES: Record<string, number> = { n: 10, r: 13, t: 9, b: 8, f: 12 };

/** A PDF with the objects of its latest tables. CoreError `pdf_malformed` wherever it cannot be read. */
export class Pdf {
  readonly trailer: Dict = new Map();
  private readonly offsets = new Map<number, [number, number]>();

  constructor(readonly data: Bytes) {
    if (latin(data.subarray(0, 5)) !== "%PDF-") throw malformed("the file does not begin as a PDF");
    const read = new Set<number>();
    let at: Value | undefined = this.startOfTables();
    while (at !== undefined) {
      if (typeof at !== "number" || read.has(at)) throw malformed("the tables go round in a circle");
      read.add(at);
      at = this.readTable(at);
    }
    if (this.trailer.has("Encrypt")) throw malformed("the file is encrypted");
  }

  /** What a reference stands for; null for objects that are not there. */
  resolve(value: Value | undefined, depth = 0): Value {
    if (!(value instanceof Ref)) return value ?? null;
    const [offset, generation] = this.offsets.get(value.number) ?? [0, -1];
    if (generation !== value.generation || depth > MOST_DEEP) return null;
    const parser = new Parser(this.data, offset);
    if (parser.integer() !== value.number || parser.integer() !== generation) throw malformed("an object is not where the table says");
    parser.word("obj");
    const found = parser.value();
    const stream = found instanceof Map && parser.follows("stream") ? this.stream(found, parser, depth) : found;
    return this.resolve(stream, depth + 1);
  }

  dict(value: Value | undefined): Dict {
    const found = this.resolve(value);
    if (!(found instanceof Map)) throw malformed("a dictionary is missing");
    return found;
  }

  /** The elements; none where there is no array. */
  list(value: Value | undefined): Value[] {
    const found = this.resolve(value);
    if (found !== null && !Array.isArray(found)) throw malformed("an array is missing");
    return found ?? [];
  }

  text(value: Value | undefined): string | null {
    const found = this.resolve(value);
    return found instanceof Text ? decoded(found.data) : null;
  }

  /** The bytes of a stream, as far as they can be unpacked. */
  async content(value: Value | undefined): Promise<Bytes> {
    const found = this.resolve(value);
    if (!(found instanceof Stream)) throw malformed("a stream is missing");
    const filters = [this.resolve(found.dict.get("Filter"))].flat().filter((one) => one !== null);
    if (!filters.length) return found.raw;
    const [only] = filters;
    if (filters.length > 1 || !(only instanceof Name) || only.text !== "FlateDecode" || found.dict.has("DecodeParms")) {
      throw malformed("a stream is packed otherwise than dossiers are");
    }
    return inflate(found.raw);
  }

  private stream(dict: Dict, parser: Parser, depth: number): Stream {
    const length = this.resolve(dict.get("Length"), depth + 1);
    if (typeof length !== "number" || length < 0) throw malformed("a stream without a length");
    const start = parser.streamStart();
    const end = new Parser(this.data, start + length);
    end.word("endstream");
    return new Stream(dict, this.data.subarray(start, start + length));
  }

  /** The offset above the last end mark, of which some tools put several. */
  private startOfTables(): number {
    const tail = latin(this.data.subarray(-2048));
    const end = tail.lastIndexOf("\n%%EOF");
    const above = tail.slice(0, Math.max(end, 0)).replace(/([\r\n]+%%EOF)+[\r\n]*$/, "");
    const found = /(?:^|[\r\n])startxref[\r\n]+([0-9]{1,10})[\r\n]*$/.exec(above);
    if (!found) throw malformed("the end of the file does not say where its tables are");
    return Number(found[1]);
  }

  /** Reads one table and its trailer; the offset of the table before it. What later tables say stands. */
  private readTable(offset: number): Value | undefined {
    const parser = new Parser(this.data, offset);
    parser.word("xref");
    while (!parser.follows("trailer")) {
      const [first, count] = [parser.integer(), parser.integer()];
      parser.blank();
      for (let number = first; number < first + count; number++) {
        const entry = /^([0-9]{10}) ([0-9]{5}) ([nf])[\r\n ]{2}$/.exec(parser.take(20));
        // A damaged line loses its object and no other, so that what is wrong can be named by what is still there.
        if (!entry) continue;
        const place: [number, number] = entry[3] === "n" ? [Number(entry[1]), Number(entry[2])] : [0, -1];
        if (!this.offsets.has(number)) this.offsets.set(number, place);
      }
    }
    const trailer = parser.value();
    if (!(trailer instanceof Map)) throw malformed("a table without a trailer");
    for (const [key, value] of trailer) if (!this.trailer.has(key)) this.trailer.set(key, value);
    return trailer.get("Prev");
  }
}

class Parser {
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
function decoded(data: Bytes): string {
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

function malformed(detail: string): Error {
  return fault("pdf_malformed", detail);
}
