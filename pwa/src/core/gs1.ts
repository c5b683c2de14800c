/** Reads GS1 element strings (GS1 General Specifications, section 3) as the server does; what the server says counts.
 *
 * The shapes are those of `biip`, which the server uses, so that a tablet without network reads a code as the site will.
 * Texts in, texts out: no Date, which would bring a time zone, and no number, which would lose digits.
 */

/** `date`: ISO 8601, a day, a time of it, or two days joined by "/"; `decimal`: a decimal string; null where the element holds none. */
export interface Element { ai: string; value: string; date: string | null; decimal: string | null }
export type Wrong = "unknown" | "format" | "separator" | "check_digit" | "date" | "twice";
export type Read = { elements: Element[]; wrong: null } | { elements: []; wrong: Wrong };

const GS = "\x1d";
/** AIM identifiers of symbols whose data are element strings, and of those that hold a GTIN alone (ISO/IEC 15424). */
const MESSAGES = new Set(["]C1", "]e0", "]e1", "]e2", "]d2", "]Q3", "]J1"]);
const GTINS = new Set(["]E0", "]E4", "]I1"]);

/** The shape of each element, "=" for those of predefined length, "+" for those that GS ends; X: character set 82. */
const SHAPES = String.raw`
=(\d{18}) 00
=(\d{14}) 01-03
+(X{1,20}) 10 21-22 243 254 420 4318 7020-7022 710-717 7240 8002 8012
=(\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])) 11-13 15-17
=(\d{2}) 20
+(X{1,28}) 235
+(X{1,30}) 240-241 250-251 400-401 403 4308 4319 7002 7023 8004 90
+(\d{1,6}) 242
+(\d{13})(X{0,17}) 253
+(\d{13})(\d{0,12}) 255
+(\d{1,8}) 30 37
=(\d{6}) 310M 311M 312M 313M 314M 315M 316M 320M 321M 322M 323M 324M 325M 326M 327M 328M 329M 330M 331M 332M 333M 334M 335M 336M 337M 340M 341M 342M 343M 344M 345M 346M 347M 348M 349M 350M 351M 352M 353M 354M 355M 356M 357M 360M 361M 362M 363M 364M 365M 366M 367M 368M 369M
+(\d{1,15}) 3900-3909 3920-3929
+(\d{3})(\d{1,15}) 3910-3919 3930-3939
+(\d{4}) 3940-3943 8111
+(\d{6}) 395M 4326 7006 8005
+(\d{17}) 402
=(\d{13}) 410-417
+(\d{3})(X{1,9}) 421
+(\d{3}) 422 424 426
+((?:\d{3}){1,5}) 423 425
+(X{1,3}) 427 7008
+((?:X|E){1,35}) 4300-4301 4310-4311 4320
+((?:X|E){1,70}) 4302-4306 4312-4316 7257
+([A-Z0-9]{2}) 4307 4317
+(\d{20}) 4309
+([01]) 4321-4323
+(\d{10}) 4324-4325 7003
+(\d{6}[-]?) 4330-4333
+(\d{13}) 7001
+(\d{1,4}) 7004
+(X{1,12}) 7005
+(\d{6})(\d{6})? 7007
+(X{1,10}) 7009
+(X{1,2}) 7010
+(\d{6})(\d{4})? 7011
+(\d{3})(X{1,27}) 7030-7039
+(\d)(X)(X)(X) 7040
+(X{1,4}) 7041
+(X{3,30}) 7230-7239
+(\d{2}) 7241
+(X{1,25}) 7242 8013-8014 8020
+(\d{4}(?:0\d|1[0-2])(?:[0-2]\d|3[01])) 7250
+(\d{4}(?:0\d|1[0-2])(?:[0-2]\d|3[01])(?:[01]\d|2[0-3])(?:[0-5]\d)) 7251
+(\d{1}) 7252
+((?:X|E){1,40}) 7253-7254 7259
+((?:X|E){1,10}) 7255
+((?:X|E){1,90}) 7256
+(\d[/]\d) 7258
+(\d{4})(\d{5})(\d{3})(\d{1})(\d{1}) 8001
+(0)(\d{13})(X{0,16}) 8003
+(\d{14})(\d{4}) 8006 8026
+(X{1,34}) 8007
+(\d{2}(?:0\d|1[0-2])(?:[0-2]\d|3[01])(?:[01]\d|2[0-3]))((?:[0-5]\d)(?:[0-5]\d)?)? 8008
+(X{1,50}) 8009
+([A-Z0-9/#-]{5,30}) 8010
+(\d{1,12}) 8011
+(\d{18}) 8017-8018
+(\d{1,10}) 8019
+([0-9A-Za-z_-]{1,90}) 8030
+(\d{15}) 8040-8041
+(\d{32}) 8042
+(\d{18,20}) 8043
+(X{1,70}) 8110 8112 8200
+(X{1,90}) 91-99`;

interface Shape { pattern: RegExp; ended: boolean }
const shapes = new Map<string, Shape>();
for (const line of SHAPES.trim().split("\n")) {
  const [shape = "", ...ais] = line.split(" ");
  const source = shape.slice(1).replaceAll("X", String.raw`[!%-?A-Z_a-z\x22]`).replaceAll("E", "%[0-9A-Fa-f]{2}%[0-9A-Fa-f]{2}");
  const one = { pattern: new RegExp(`^${source}`), ended: shape.startsWith("+") };
  for (const ai of ais.flatMap(spread)) shapes.set(ai, one);
}

/** "01-03" is three; "310M" is 3100 to 3105, whose last digit says where the decimal point stands. */
function spread(text: string): string[] {
  if (text.endsWith("M")) return spread(`${text.slice(0, -1)}0-${text.slice(0, -1)}5`);
  const [from = "", to = from] = text.split("-");
  return Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => String(Number(from) + i).padStart(from.length, "0"));
}

/** How many characters at the beginning of these end in a check digit (section 7.9). */
const CHECKED: Record<string, number> = { "00": 18, "01": 14, "02": 14, "03": 14, 253: 13, 255: 13, 402: 17, 410: 13, 411: 13, 412: 13, 413: 13, 414: 13, 415: 13, 416: 13, 417: 13, 8003: 14, 8006: 14, 8017: 18, 8018: 18, 8026: 14 };
const DATED = new Set(["11", "12", "13", "15", "16", "17", "4324", "4325", "4326", "7003", "7006", "7007", "7011", "8008"]);
/** Measures, amounts and percentages whose last digit of the identifier says how many decimals they have (section 3.6). */
const SCALED = /^(3[1-6]\d|39[0-4])(\d)$/;

/** A code's elements, or null where its symbology says that it holds none.
 *
 * Without a symbology only what cannot be anything else is read: "(01)…" as people type it, a text with GS, a GTIN or
 * SSCC with its check digit. `year`: the present one, four digits, for the century of dates. */
export function readCode(text: string, symbology: string, year: number): Read | null {
  if (MESSAGES.has(symbology)) return readElements(text, year);
  if (GTINS.has(symbology)) return /^\d{8,14}$/.test(text) ? readElements(`01${text.padStart(14, "0")}`, year) : failed("format");
  if (symbology !== "") return null;
  if (/^\(\d{2,4}\)/.test(text)) {
    const raw = fromBrackets(text);
    return raw === null ? failed("format") : readElements(raw, year);
  }
  return text.includes(GS) || startsSure(text) ? readElements(text, year) : null;
}

/** A message of element strings as scanners send it: without the first FNC1, GS for the others. */
export function readElements(text: string, year: number): Read {
  const elements: Element[] = [];
  let rest = skip(text);
  if (rest === "") return failed("format");
  while (rest !== "") {
    const found = first(rest, year);
    if (typeof found === "string") return failed(found);
    const { element, ended } = found;
    rest = rest.slice(element.ai.length + element.value.length);
    if (ended && rest !== "" && !rest.startsWith(GS)) return failed("separator");
    // The same twice says nothing new; two that differ contradict each other (section 4.13).
    const before = elements.find((one) => one.ai === element.ai);
    if (before && before.value !== element.value) return failed("twice");
    if (!before) elements.push(element);
    rest = skip(rest);
  }
  return { elements, wrong: null };
}

/** The value of an element, "" where there is none. */
export function valueOf(read: Read | null, ai: string): string {
  return read?.elements.find((one) => one.ai === ai)?.value ?? "";
}

function first(text: string, year: number): { element: Element; ended: boolean } | Wrong {
  const ai = [2, 3, 4].map((length) => text.slice(0, length)).find((one) => shapes.has(one));
  const shape = ai === undefined ? undefined : shapes.get(ai);
  if (ai === undefined || !shape) return "unknown";
  const groups = shape.pattern.exec((text.split(GS)[0] ?? "").slice(ai.length))?.slice(1).filter((one) => one !== undefined);
  if (!groups) return "format";
  const value = groups.join("");
  const checked = CHECKED[ai];
  if (checked !== undefined && !isChecked(value.slice(0, checked))) return "check_digit";
  const date = DATED.has(ai) ? dateOf(ai, value, year) : null;
  if (DATED.has(ai) && date === null) return "date";
  return { element: { ai, value, date, decimal: scaled(ai, groups.at(-1) ?? "") }, ended: shape.ended };
}

/** Whether the last digit is the check digit of those before it: weights 3 and 1, from the right (section 7.9.1). */
export function isChecked(digits: string): boolean {
  const sum = [...digits].reverse().reduce((all, digit, i) => all + Number(digit) * (i % 2 === 0 ? 1 : 3), 0);
  return /^\d+$/.test(digits) && sum % 10 === 0;
}

function scaled(ai: string, digits: string): string | null {
  const places = SCALED.exec(ai)?.[2];
  if (places === undefined) return null;
  const decimals = Number(places);
  const padded = digits.padStart(decimals + 1, "0");
  const whole = padded.slice(0, padded.length - decimals).replace(/^0+(?=\d)/, "");
  return decimals === 0 ? whole : `${whole}.${padded.slice(-decimals)}`;
}

/** YYMMDD, with a time (7003, 4324 …, 99:99 for none) or as two days (7007); null where there is no such day or time. */
function dateOf(ai: string, value: string, year: number): string | null {
  const day = dayOf(value.slice(0, 6), year);
  if (day === null || value.length === 6) return day;
  if (ai === "7007") {
    const until = dayOf(value.slice(6), year);
    return until === null || until < day ? null : `${day}/${until}`;
  }
  const time = value.slice(6);
  if (time === "9999") return day;
  const [hour = "", minute = "00", second] = time.match(/../g) ?? [];
  if (hour > "23" || minute > "59" || (second ?? "00") > "59") return null;
  return `${day}T${hour}:${minute}${second === undefined ? "" : `:${second}`}`;
}

function dayOf(digits: string, year: number): string | null {
  const full = century(Number(digits.slice(0, 2)), year);
  const month = Number(digits.slice(2, 4));
  const day = Number(digits.slice(4, 6));
  const last = [31, full % 4 === 0 && (full % 100 !== 0 || full % 400 === 0) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  if (last === undefined || day > last) return null;
  // Day 00 is the last of the month (section 3.4).
  return [String(full), String(month).padStart(2, "0"), String(day || last).padStart(2, "0")].join("-");
}

/** The year that two digits mean: from 49 years past to 50 years ahead (section 7.12). */
export function century(two: number, year: number): number {
  const ahead = two - (year % 100);
  return year - (year % 100) + two + (ahead >= 51 ? -100 : ahead <= -50 ? 100 : 0);
}

/** "(01)…(10)…", as it is printed below a code, in the form that scanners send. */
function fromBrackets(text: string): string | null {
  const plain = text.replace(/\s/g, "");
  const parts = [...plain.matchAll(/\((\d{2,4})\)([^()]+)/g)];
  if (parts.map((one) => one[0]).join("") !== plain) return null;
  return parts.map((one) => `${one[1]}${one[2]}`).join(GS);
}

function startsSure(text: string): boolean {
  const digits = /^(?:01(\d{14})|00(\d{18}))/.exec(text);
  return digits !== null && isChecked(digits[1] ?? digits[2] ?? "");
}

function skip(text: string): string {
  return text.replace(/^\x1d+/, "");
}

function failed(wrong: Wrong): Read {
  return { elements: [], wrong };
}
