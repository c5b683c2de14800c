/** What a scan means where containers are weighed from and received: the right one, or in words what it was instead. */
import { describe, expect, it, vi } from "vitest";
import type { Scanned } from "../../src/api/types";
import { read } from "../../src/core/reading";
import type { Lease } from "../../src/core/types";
import { against, arriving, leads } from "../../src/materials/scanned";
import { weighed } from "../../src/production/scanning";
import { Picker, type Seen } from "../../src/scan/pick";
import { textOf } from "../../src/scan/nfc";

vi.mock("../../src/i18n/index.svelte", async () => {
  const { en } = await import("../../src/i18n/en");
  return { t: () => en };
});

const lease = {
  lots: [{ material: "api-1", lot: "A-1", registered: true }, { material: "api-1", lot: "A-2", registered: true }, { material: "exc-1", lot: "E-1", registered: false }],
  containers: [{ container: "A-1-1", material: "api-1", lot: "A-1" }, { container: "A-1-2", material: "api-1", lot: "A-1" }, { container: "A-2-1", material: "api-1", lot: "A-2" }, { container: "X-1", material: "exc-9", lot: "X" }],
  equipment: [{ equipment: "BAL-1", class: "balance" }, { equipment: "MIX-1", class: "mixer" }],
} as unknown as Lease;

const at = (text: string, symbology = "]C0", lot = "A-1", material = "api-1") => weighed({ text, symbology, source: "wedge", at: 0 }, lease, material, lot, ["A-1", "A-2"]);

describe("a scan at a weighing", () => {
  it.each([["A-1-1", "]C0"], ["PESTLE-CONTAINER:1:A-1-1", "]Q1"], ["10A-1\x1d21A-1-1", "]d2"], ["(10)A-1(21)A-1-1", ""]])("HMI-03 MAT-12 is right for a container of the lot: %s", (text, symbology) => {
    expect(at(text, symbology)).toEqual({ what: "container", label: "A-1-1", lot: null, problem: null });
  });

  it("HMI-03 MAT-12 chooses the lot where none is chosen, and never changes a chosen one", () => {
    expect(at("A-2-1", "]C0", "")).toMatchObject({ lot: "A-2", problem: null });
    expect(at("A-2-1")).toEqual({ what: "container", label: "A-2-1", lot: null, problem: { expected: "a container of lot A-1: A-1-1, A-1-2", came: "A-2-1, of lot A-2" } });
  });

  it("HMI-03 MAT-08 says what was expected and what came for the wrong material, a foreign label, and no container at all", () => {
    expect(at("X-1")).toMatchObject({ problem: { came: "X-1, of lot exc-9/X" } });
    expect(at("FOREIGN")).toMatchObject({ label: "FOREIGN", problem: { came: "container FOREIGN" } });
    expect(at("10A-1", "]d2")).toMatchObject({ what: "wrong", problem: { came: "lot A-1, without a container's label" } });
    expect(at("MIX-1")).toMatchObject({ what: "wrong", problem: { came: "equipment MIX-1" } });
    expect(at("0109506000134353", "]d2")).toMatchObject({ what: "wrong", problem: { came: "a GS1 code. Its check digit is wrong: it was read wrongly or is damaged." } });
  });

  it("IDN-06 never shows what a badge holds", () => {
    const found = at("PESTLE-BADGE:1:B-1:c2VjcmV0", "]Q1");
    expect(found).toMatchObject({ what: "wrong", problem: { came: "a badge" } });
    expect(JSON.stringify(found)).not.toContain("c2VjcmV0");
  });

  it("BRG-04 takes over the balance that is scanned", () => {
    expect(at("BAL-1")).toEqual({ what: "balance", id: "BAL-1" });
    expect(at("PESTLE-EQUIPMENT:1:BAL-1", "]Q1")).toEqual({ what: "balance", id: "BAL-1" });
  });

  it("MAT-12 takes any label of a lot whose containers nobody registered", () => {
    expect(at("anything", "]C0", "E-1", "exc-1")).toEqual({ what: "container", label: "anything", lot: null, problem: null });
  });
});

describe("a scan where a lot is received", () => {
  const code = (text: string, symbology = "]d2") => read(text, symbology, 2026);
  const found = (changes: Partial<Scanned>): Scanned => ({ what: "lot", container: null, lots: [{ material: "api-1", lot: "A-1", name: null, status: "quarantine", expiry: "2031-06-30", supplier_lot: "SUP" }], equipment: null, device: null, badge: null, expiry: null, ...changes });

  it("MAT-04 is a line with its label, and with the mass that the code says", () => {
    expect(arriving(code("21S-1\x1d3102001250"), [], new Set(), "20.000", "kg")).toEqual({ label: "S-1", content: "12.50" });
    expect(arriving(code("21S-1\x1d3102001250"), [], new Set(), "20.000", "g")).toEqual({ label: "S-1", content: "20.000" });
    expect(arriving(code("A-1-7", "]C0"), [], new Set(), "020,5", "kg")).toEqual({ label: "A-1-7", content: "20.5" });
  });

  it("MAT-04 HMI-03 says why it is none", () => {
    expect(arriving(code("OLD", "]C0"), [], new Set(["OLD"]), "1", "kg")).toEqual({ expected: "a label that is not in use", came: "OLD, which was received before" });
    expect(arriving(code("A", "]C0"), [{ label: "A", content: "1" }], new Set(), "1", "kg")).toMatchObject({ came: "A, which stands in the list" });
    expect(arriving(code("10A-1"), [], new Set(), "1", "kg")).toMatchObject({ came: "lot A-1, without a container's label" });
  });

  it("MAT-04 hears the server against another lot and another expiry, and nothing where the code says none", () => {
    const whole = code("10SUP\x1d21S\x1d17310531");
    expect(against(found({ expiry: "2031-05-31" }), whole, "api-1", "A-1")).toEqual({ expected: "expiry 2031-06-30", came: "expiry 2031-05-31" });
    expect(against(found({ expiry: "2031-06-30" }), whole, "api-1", "A-1")).toBeNull();
    expect(against(found({}), code("10SUP\x1d21S"), "api-1", "A-1")).toBeNull();
    expect(against(found({ lots: [] }), code("10OTHER\x1d21S"), "api-1", "A-1")).toEqual({ expected: "lot A-1", came: "a code of lot OTHER" });
    expect(against(found({ container: { container: "S", material: "m", lot: "l", quantity: { value: "1", unit: "kg" } } }), code("S", "]C0"), "api-1", "A-1")).toMatchObject({ came: "S, which was received before" });
  });

  it("MAT-08 leads to the lot, to its containers, or to the list where several bear the number", () => {
    const [lot] = found({}).lots;
    expect(leads(found({}), code("A-1", "]C0"))).toBe("/lot/api-1/A-1");
    expect(leads(found({ lots: [] }), code("A-1", "]C0"))).toBeNull();
    expect(leads(found({ what: "equipment", lots: [], equipment: { equipment: "GR-1", class: "granulator", name: { zh: "", en: "" } } }), code("GR-1", "]C0"))).toBe("/equipment/GR-1");
    expect(leads(found({ lots: [lot!, { ...lot!, lot: "A-9" }] }), code("10SUP"))).toBe("/lots?q=SUP");
  });
});

describe("the camera's choice", () => {
  const seen = (text: string, symbology: string): Seen => ({ text, symbology, linear: symbology === "]C1" });

  it("HMI-03 takes a matrix code at once, bars only when seen twice with no other between", () => {
    expect(new Picker().next([seen("a", "]d2")])).toMatchObject({ what: "hit" });
    const bars = new Picker();
    expect([[seen("a", "]C1")], [], [seen("a", "]C1")], [seen("b", "]C1")], [seen("b", "]C1")]].map((one) => bars.next(one).what)).toEqual(["none", "none", "hit", "none", "hit"]);
  });

  it("HMI-03 takes none of several, and one that is seen at two places is one", () => {
    expect(new Picker().next([seen("a", "]d2"), seen("b", "]d2")]).what).toBe("several");
    expect(new Picker().next([seen("a", "]d2"), seen("a", "]d2")]).what).toBe("hit");
    expect(new Picker().next([seen("", "]d2")]).what).toBe("none");
  });
});

describe("an NFC tag", () => {
  const record = (text: string, recordType = "text", encoding = "utf-8") => ({ recordType, encoding, data: new DataView(new TextEncoder().encode(text).buffer) });

  it("IDN-06 is the text of its first text record", () => {
    expect(textOf([record("https://x", "url"), record("PESTLE-BADGE:1:B:s"), record("other")])).toBe("PESTLE-BADGE:1:B:s");
  });

  it("IDN-06 is nothing without one, or with bytes that are no text", () => {
    expect(textOf([record("x", "url")])).toBe("");
    expect(textOf([])).toBe("");
    expect(textOf([{ recordType: "text", encoding: "utf-8", data: new DataView(new Uint8Array([0xff, 0xfe]).buffer) }])).toBe("");
    expect(textOf([record("x", "text", "no-such")])).toBe("");
  });
});
