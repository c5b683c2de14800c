/** Who did what is typed in from paper is told by the entries of the tablet that types it in. */
import { expect, it } from "vitest";
import type { LocalEntry, Phase } from "../../src/core/types";
import { unconfirmed } from "../../src/production/confirming";
import { performer, typists } from "../../src/production/paper/copying";
import { KIND } from "../../src/production/progress";

let made = 0;
function entry(kind: string, payload: Record<string, unknown> = {}, more: Partial<LocalEntry> = {}): LocalEntry {
  made += 1;
  return {
    id: `e${made}`, kind, subject: "20/net", actor: "P-1", device: "tablet-1", seq: made, capturedAt: "2026-11-22T09:30:00.000Z", offset: 480, recordedAt: null, corrects: null, reason: null,
    payload: { batch: "B1", phase: "20", ...payload }, place: "device", flags: [], index: null, own: true, signature: "right", ...more,
  };
}

const weighed = (more: Partial<LocalEntry> = {}) => entry(KIND.weighed, { source: "manual", verified_by: null }, more);

it("PRD-14 takes who did it on paper for its performer, and who types it in for their second person", () => {
  const live = weighed(), begun = entry(KIND.paperBegun, { done_by: "P-2" }), typed = weighed(), other = weighed({ device: "tablet-2" });
  const ended = entry(KIND.paperEnded), after = weighed();
  const all = [live, begun, typed, other, ended, after];
  expect(all.filter(({ kind }) => kind === KIND.weighed).map((one) => performer(all, one))).toEqual(["P-1", "P-2", "P-1", "P-1"]);
  expect(unconfirmed(all, "P-1", [] as Phase[])).toEqual([typed]);
  expect(unconfirmed(all, "P-2", [] as Phase[])).toEqual([live, other, after]);
});

it("PRD-14 takes nobody who typed some of it for who compares all of it with the sheet", () => {
  const begun = entry(KIND.paperBegun, { done_by: "P-2" }), typed = weighed(), more = weighed({ actor: "P-3" }), remark = entry(KIND.remark, {}, { actor: "P-4" });
  expect(typists([begun, typed, more, remark, entry(KIND.paperEnded), weighed({ actor: "P-5" })], begun)).toEqual(new Set(["P-1", "P-3"]));
});
