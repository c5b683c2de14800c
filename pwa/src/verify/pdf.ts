/** Reads as much of a PDF (ISO 32000-1 section 7) as a dossier has: plain cross-reference tables, direct and indirect
 * objects, streams. Objects are found the way a viewer finds them, by the tables, never by searching the file. */
import type { Bytes } from "../core/bytes";
import { inflate } from "./flate";
import { type Dict, MOST_DEEP, Name, Parser, Ref, Stream, Text, type Value, decoded, latin, malformed } from "./pdf-objects";

/** The bytes of a line in a table. */
const ENTRY = 20;

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
      if (count * ENTRY > this.data.length) throw malformed("a table is longer than its file");
      parser.blank();
      for (let number = first; number < first + count; number++) {
        const entry = /^([0-9]{10}) ([0-9]{5}) ([nf])[\r\n ]{2}$/.exec(parser.take(ENTRY));
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
