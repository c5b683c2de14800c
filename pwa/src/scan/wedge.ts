/** Takes the text of a keyboard-wedge scanner out of the stream of keys: AIM prefix, data, Enter, and nothing by time.
 *
 * A scanner types as people do, only faster; a gap between keys says nothing, since a busy tablet makes gaps. So a scan
 * begins with the AIM symbology identifier (ISO/IEC 15424: "]", a letter, a modifier) and ends with Enter, or it is
 * none. What is handed on is always whole: a burst that stays without Enter is dropped, never cut.
 */

export const GS = "\x1d";
/** The most that a symbol of any kind holds: version 40-L of a QR code, alphanumeric (ISO/IEC 18004, table 7). */
export const LONGEST = 4_296;

export interface Key { key: string; ctrl: boolean; alt: boolean; meta: boolean }
/** `pass`: the key is the page's; `took`: it is the scanner's; `opened`: the prefix is whole, so its first two
 * characters, which passed, are to be taken back; `done` and `refused`: Enter came, with a text that can be a scan or
 * one that cannot. */
export type Verdict = { what: "pass" | "took" | "opened" } | { what: "done"; symbology: string; text: string } | { what: "refused"; why: Refusal };
export type Refusal = "too_long" | "control" | "empty";

/** Code characters that are given out (ISO/IEC 15424, table 1), and modifiers, which are hexadecimal digits: narrow, since people type "]" as well. */
const PREFIX = /^\](?:[A-UXZcdehz][0-9A-F]?)?$/;
/** Keys that only change others: a scanner presses Shift as people do. */
const SILENT = new Set(["Shift", "CapsLock", "AltGraph", "Control", "Alt", "Meta", "NumLock", "Unidentified", "Process", "Dead"]);

export class Wedge {
  /** The prefix as far as it has come; "" while people type. */
  private prefix = "";
  private text = "";
  private refusal: Refusal | null = null;

  get capturing(): boolean {
    return this.prefix.length === 3;
  }

  key(key: Key): Verdict {
    if (SILENT.has(key.key)) return { what: "pass" };
    return this.capturing ? this.inside(key) : this.outside(key);
  }

  /** What was begun is dropped: nothing of it is ever handed on. */
  drop(): void {
    this.prefix = "";
    this.text = "";
    this.refusal = null;
  }

  private outside(key: Key): Verdict {
    const char = key.ctrl || key.alt || key.meta || key.key.length !== 1 ? "" : key.key;
    const next = char === "]" ? "]" : this.prefix && char ? this.prefix + char : "";
    this.prefix = PREFIX.test(next) ? next : "";
    return { what: this.capturing ? "opened" : "pass" };
  }

  private inside(key: Key): Verdict {
    if (key.key === "Enter") return this.close();
    if (key.key === "Escape") {
      this.drop();
      return { what: "took" };
    }
    this.add(characterOf(key));
    return { what: "took" };
  }

  private add(char: string | null): void {
    if (char === null || (char < " " && char !== GS) || char === "\x7f") this.refusal ??= "control";
    else if (this.text.length >= LONGEST + 3) this.refusal ??= "too_long";
    else this.text += char;
    // Enter of the scan before was lost: what came before this prefix is no scan, what follows may be one.
    const again = /\][A-UXZcdehz][0-9A-F]$/.exec(this.text);
    if (again && this.refusal !== "too_long") {
      this.prefix = again[0];
      this.text = "";
      this.refusal = null;
    }
  }

  private close(): Verdict {
    const { prefix, text } = this;
    const refusal = this.refusal ?? (text === "" ? "empty" : text.length > LONGEST ? "too_long" : null);
    this.drop();
    return refusal ? { what: "refused", why: refusal } : { what: "done", symbology: prefix, text };
  }
}

/** The character that a key stands for, null for one that stands for none. GS comes as Ctrl+], as F8, or as itself. */
function characterOf({ key, ctrl, alt, meta }: Key): string | null {
  if (key === "F8") return GS;
  if (key.length !== 1 || meta) return null;
  // Ctrl and Alt together are AltGr on Windows: the key is the character already.
  if (!ctrl || alt) return key;
  if (key < " ") return key;
  const code = key.toUpperCase().charCodeAt(0);
  return code >= 0x40 && code < 0x60 ? String.fromCharCode(code - 0x40) : null;
}
