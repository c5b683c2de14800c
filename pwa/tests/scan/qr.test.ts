/** What we draw is read by the reader that the camera uses: every version, every mask that is chosen, any text. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { beforeAll, describe, expect, it } from "vitest";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import { own } from "../../src/core/codes";
import { modules, qrPath } from "../../src/scan/qr";

const SCALE = 3;

beforeAll(() => {
  const wasm = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");
  prepareZXingModule({ overrides: { wasmBinary: readFileSync(wasm).buffer as ArrayBuffer } });
});

/** A picture of the path, as a browser would fill it. */
function picture({ path, size }: { path: string; size: number }): ImageData {
  const data = new Uint8ClampedArray(size * SCALE * size * SCALE * 4).fill(255);
  for (const [, x, y] of path.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let j = 0; j < SCALE; j++) for (let i = 0; i < SCALE; i++) {
      const at = ((Number(y) * SCALE + j) * size * SCALE + Number(x) * SCALE + i) * 4;
      data.fill(0, at, at + 3);
    }
  }
  return { data, width: size * SCALE, height: size * SCALE, colorSpace: "srgb" } as ImageData;
}

async function readBack(text: string): Promise<(string | undefined)[]> {
  const [found] = await readBarcodes(picture(qrPath(text)), { formats: ["QRCode"], textMode: "Plain" });
  return [found?.text, found?.symbologyIdentifier];
}

describe("a QR code of ours", () => {
  it("IDN-06 HMI-03 is read back in every version, at its fullest and its emptiest", async () => {
    const seen = new Set<number>();
    for (const length of [14, 26, 42, 62, 84, 106, 122, 152, 180].flatMap((most) => [most - 12, most - 5, most])) {
      const text = Array.from({ length }, (_, i) => "PESTLE-BADGE:1:abcXYZ_0123456789"[(i * 7 + length) % 32]).join("");
      seen.add(modules(new TextEncoder().encode(text)).length);
      expect((await readBack(text))[0], `${length} bytes`).toBe(text);
    }
    expect([...seen]).toEqual([21, 25, 29, 33, 37, 41, 45, 49, 53]);
  });

  it("OPS-05 carries enrolment codes, badges and Chinese", async () => {
    for (const text of [own("enrol", "ABCD-EFGH"), own("badge", "B-0001:c2VjcmV0LW9mLWEtYmFkZ2U"), own("container", "批号 A-5/2-01")]) expect((await readBack(text))[0]).toBe(text);
  });

  it("HMI-03 refuses what it has no room for", () => {
    expect(() => qrPath("x".repeat(181))).toThrow(RangeError);
  });
});
