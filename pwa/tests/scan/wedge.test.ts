/** The wedge: whole scans come out whole, whatever the rhythm; what people type is theirs; half a scan is none. */
import { describe, expect, it } from "vitest";
import { GS, type Key, LONGEST, type Verdict, Wedge } from "../../src/scan/wedge";

const GTIN = "010950600013435217310131" + "10ABC-123";

function press(wedge: Wedge, keys: (string | Partial<Key>)[]): Verdict[] {
  return keys.map((one) => wedge.key({ ctrl: false, alt: false, meta: false, key: "", ...(typeof one === "string" ? { key: one } : one) }));
}

/** As a scanner on a US keyboard sends it: Shift before capitals, GS in one of its ways. */
function typed(text: string, gs: string | Partial<Key>): (string | Partial<Key>)[] {
  return [...text].flatMap((char) => (char === GS ? [gs] : /[A-Z]/.test(char) ? ["Shift", char] : [char]));
}

function scans(verdicts: Verdict[]): string[] {
  return verdicts.flatMap((one) => (one.what === "done" ? [one.symbology + one.text] : []));
}

/** A generator that gives the same every time (mulberry32). */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe("the wedge", () => {
  it.each([["Ctrl+]", { key: "]", ctrl: true }], ["F8", "F8"], ["itself", GS], ["Ctrl and the character", { key: GS, ctrl: true }]] as [string, string | Partial<Key>][])("HMI-03 takes GS as %s", (_, gs) => {
    const text = `${GTIN}${GS}2100042`;
    expect(scans(press(new Wedge(), [...typed(`]d2${text}`, gs), "Enter"]))).toEqual([`]d2${text}`]);
  });

  it("HMI-03 lets only the two first keys of a prefix through, and says when they are to be taken back", () => {
    const verdicts = press(new Wedge(), ["]", "d", "2", "1", "Enter"]).map((one) => one.what);
    expect(verdicts).toEqual(["pass", "pass", "opened", "took", "done"]);
  });

  it.each(["hello", "a]b", "list[1]", "]", "]]", "]x2 yes", "] d2", "]d", "]1C1", "c = [d2]", "批号]3", "]dG"])("HMI-03 leaves what people type: %s", (text) => {
    const verdicts = press(new Wedge(), [...text, "Enter", "Tab", "Backspace"]);
    expect(verdicts.every((one) => one.what === "pass")).toBe(true);
  });

  it("HMI-03 forgets a bracket once another key was pressed", () => {
    expect(press(new Wedge(), ["]", "d", "Backspace", "2", "Enter"]).map((one) => one.what)).toEqual(["pass", "pass", "pass", "pass", "pass"]);
  });

  it("HMI-03 hands on nothing of a burst whose Enter was lost, and the next one whole", () => {
    const wedge = new Wedge();
    expect(scans(press(wedge, [..."]d2010950600013", ...typed(`]C1${GTIN}`, "F8"), "Enter"]))).toEqual([`]C1${GTIN}`]);
    expect(scans(press(wedge, [...GTIN, "Enter"]))).toEqual([]);
  });

  it("HMI-03 hands on nothing of a burst whose beginning was lost", () => {
    for (let cut = 1; cut <= 3; cut++) expect(scans(press(new Wedge(), [...`]d2${GTIN}`.slice(cut), "Enter"]))).toEqual([]);
  });

  it("HMI-03 refuses ten thousand characters, swallows them, and takes the next scan", () => {
    const wedge = new Wedge();
    const verdicts = press(wedge, [..."]Q1", ..."x".repeat(10_000), "Enter"]);
    expect(verdicts.slice(3, -1).every((one) => one.what === "took")).toBe(true);
    expect(verdicts.at(-1)).toEqual({ what: "refused", why: "too_long" });
    expect(scans(press(wedge, [..."]Q1y", "Enter"]))).toEqual(["]Q1y"]);
    expect(scans(press(wedge, [..."]Q1", ..."x".repeat(LONGEST), "Enter"]))[0]?.length).toBe(LONGEST + 3);
    expect(press(wedge, [..."]Q1", ..."x".repeat(LONGEST + 1), "Enter"]).at(-1)).toEqual({ what: "refused", why: "too_long" });
  });

  it.each([["Ctrl+J", { key: "j", ctrl: true }], ["a tab", "Tab"], ["an arrow", "ArrowLeft"], ["NUL", "\0"], ["Escape's code", "\x1b"], ["DEL", "\x7f"], ["Meta", { key: "a", meta: true }]] as [string, string | Partial<Key>][])("HMI-03 refuses a scan that holds %s", (_, key) => {
    expect(press(new Wedge(), [..."]d2ab", key, "c", "Enter"]).at(-1)).toEqual({ what: "refused", why: "control" });
  });

  it("HMI-03 takes script-like text as the text it is", () => {
    const text = "<img src=x onerror=alert(1)>';DROP TABLE--";
    expect(scans(press(new Wedge(), [..."]Q1", ...text, "Enter"]))).toEqual([`]Q1${text}`]);
  });

  it("HMI-03 refuses an empty scan, and Esc ends one", () => {
    expect(press(new Wedge(), [..."]d2", "Enter"]).at(-1)).toEqual({ what: "refused", why: "empty" });
    expect(press(new Wedge(), [..."]d2abc", "Escape", "x", "Enter"]).map((one) => one.what).slice(-2)).toEqual(["pass", "pass"]);
  });

  it("HMI-03 in any mixture of scans, cut scans and typing never hands on what no scanner sent", () => {
    const random = dice(5);
    const pick = (of: string): string => of[Math.floor(random() * of.length)] ?? "";
    const some = (of: string, most: number): string => Array.from({ length: 1 + Math.floor(random() * most) }, () => pick(of)).join("");
    for (let round = 0; round < 3_000; round++) {
      const wedge = new Wedge();
      const sent: string[] = [];
      const keys: (string | Partial<Key>)[] = [];
      for (let part = 0; part < 4; part++) {
        const scan = `]${pick("CdQe")}${pick("0123")}${some(`ABCabc0123-/.()${GS}`, 30)}`;
        const what = random();
        if (what < 0.5) {
          sent.push(scan);
          keys.push(...typed(scan, pick("ab") === "a" ? "F8" : { key: "]", ctrl: true }), "Enter");
        } else if (what < 0.7) keys.push(...typed(scan.slice(0, Math.floor(random() * scan.length)), "F8"));
        else keys.push(...some("abc 12.[", 12), ...(random() < 0.5 ? ["Enter"] : []));
      }
      for (const one of scans(press(wedge, keys))) expect(sent.includes(one) || isJoined(one, keys), one).toBe(true);
    }
  });
});

/** A cut scan, then typing and Enter: without time nobody can tell that from one scan. It is whole in that no key between is missing. */
function isJoined(text: string, keys: (string | Partial<Key>)[]): boolean {
  const all = keys.map((one) => (typeof one === "string" ? (one === "F8" ? GS : one === "Enter" ? "\n" : one === "Shift" ? "" : one) : GS)).join("");
  return all.includes(`${text}\n`);
}
