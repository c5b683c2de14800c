import { describe, expect, it } from "vitest";
import { minutes, share, tone, type WallBatch } from "../../src/wall/pace";

const AT = "2026-11-20T08:00:00.000Z";
const NOW = new Date("2026-11-20T09:00:00.000Z").getTime();
const batch = (more: Partial<WallBatch> = {}): WallBatch => ({
  number: "B-1", product: { code: "T", name: { zh: "片", en: "Tablets" }, strength: "5 mg" }, phases_done: 1, phases_total: 4, updated_at: AT,
  now: [], next: [], limits: [], still: false, open_items: 0, critical: 0, questions: 0, requests: 0, ...more,
});
const phase = (planned: number | null, held = false) => ({ id: "10", name: { zh: "混合", en: "Blend" }, room: null, since: AT, minutes: planned, held });

describe("the wall of a line", () => {
  it("counts whole minutes, never below none", () => {
    expect(minutes(AT, NOW)).toBe(60);
    expect(minutes(NOW, AT)).toBe(0);
    expect(share(30, 60)).toBe(50);
    expect(share(90, 60)).toBe(100);
  });

  it("is loudest about what must be decided or is out of time", () => {
    expect(tone(batch(), NOW)).toBe("");
    expect(tone(batch({ now: [phase(60)] }), NOW)).toBe("");
    expect(tone(batch({ now: [phase(59)] }), NOW)).toBe("alert");
    expect(tone(batch({ now: [phase(null, true)] }), NOW)).toBe("alert");
    expect(tone(batch({ still: true }), NOW)).toBe("alert");
    expect(tone(batch({ requests: 1 }), NOW)).toBe("alert");
    expect(tone(batch({ still: true, critical: 1 }), NOW)).toBe("action");
    expect(tone(batch({ limits: [{ phase: "20", until: AT }] }), NOW)).toBe("action");
  });
});
