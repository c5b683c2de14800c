/** GS1 codes are read on the tablet as the server reads them: by the same vectors, and by the rules of dates and digits. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { century, isChecked, readCode, readElements, valueOf, type Read } from "../../src/core/gs1";

interface Case { symbology: string; text: string; about: string; read: Read | null }
const cases = JSON.parse(readFileSync(new URL("../../../tests/vectors/gs1.json", import.meta.url), "utf8")) as Case[];

describe("GS1 codes", () => {
  it("HMI-03 give the server's results, whatever the code", () => {
    expect(cases.length).toBeGreaterThan(400);
    for (const { symbology, text, about, read } of cases) expect(readCode(text, symbology, 2026), `${about}: ${JSON.stringify(text)}`).toEqual(read);
  });

  it("HMI-03 have years from 49 past to 50 ahead, in any year", () => {
    for (let year = 2000; year < 2200; year++) {
      for (let two = 0; two < 100; two++) {
        const full = century(two, year);
        expect(full % 100).toBe(two);
        expect(full).toBeGreaterThanOrEqual(year - 50);
        expect(full).toBeLessThanOrEqual(year + 50);
      }
    }
    expect([century(76, 2026), century(77, 2026), century(0, 2051), century(99, 2000)]).toEqual([2076, 1977, 2100, 1999]);
  });

  it("HMI-03 hold no value that the code does not: what has no expiry says none", () => {
    const read = readCode("010950600013435210ABC", "]d2", 2026);
    expect([valueOf(read, "10"), valueOf(read, "17")]).toEqual(["ABC", ""]);
  });

  it("HMI-03 notice every single wrong digit of a GTIN", () => {
    const gtin = "09506000134352";
    expect(isChecked(gtin)).toBe(true);
    for (let at = 0; at < gtin.length; at++) {
      for (let digit = 0; digit < 10; digit++) {
        const other = gtin.slice(0, at) + String(digit) + gtin.slice(at + 1);
        if (other !== gtin) expect(readElements(`01${other}`, 2026).wrong).toBe("check_digit");
      }
    }
  });
});
