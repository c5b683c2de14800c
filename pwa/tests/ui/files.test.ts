/** What a file is, and how a field of a form names it. */
import { describe, expect, it } from "vitest";
import { named } from "../../src/forms/files";
import { fileValue, mediaOf } from "../../src/records/media";

const HASH = "ab".repeat(32);
const bytes = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe("ENG-01 a file in a form", () => {
  it.each([
    ["\xff\xd8\xff\xe0rest", "image/jpeg"], ["\x89PNG\r\n\x1a\nrest", "image/png"], ["RIFF0000WEBPrest", "image/webp"], ["%PDF-1.7\n\x00", "application/pdf"],
    ["PK\x03\x04..xl/workbook.xml..", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], ["PK\x03\x04..xl/workbook.xml..xl/vbaProject.bin", null], ["PK\x03\x04", null],
    ["time,value\r\n08:00,\xb2\xe2", "text/csv"], ["a,b\x00", null], ["a\x7f", null], ["", null], ["MZ\x00", null],
  ])("ENG-01 is what its bytes are, as the server looks at them: %j", (text, type) => {
    expect(mediaOf(bytes(text))).toBe(type);
  });

  it("ENG-01 keeps its size and name, without what no name needs", () => {
    expect(fileValue(HASH, 2048, "报告 1.pdf")).toBe(`${HASH}/2048/报告 1.pdf`);
    expect(fileValue(HASH, 1, "../../etc/passwd\n")).toBe(`${HASH}/1/.._.._etc_passwd_`);
    expect(fileValue(HASH, 1, `${"x".repeat(200)}.csv`)).toBe(`${HASH}/1/${"x".repeat(116)}.csv`);
    expect(fileValue(HASH, 1, "")).toBe(HASH);
  });

  it("ENG-01 is shown with both; one that says neither by its digest", () => {
    expect(named(`${HASH}/2048/a b.pdf`)).toEqual({ hash: HASH, name: "a b.pdf", size: "2.0 KB" });
    expect(named(`${HASH}/12/a.csv`).size).toBe("12 B");
    expect(named(`${HASH}/2097152/a.csv`).size).toBe("2.0 MB");
    expect(named(HASH)).toEqual({ hash: HASH, name: "", size: "" });
  });
});
