/** Which of the samples that a recipe plans in a phase nobody has asked for yet. */
import { expect, it, vi } from "vitest";
import type { LocalEntry, Phase } from "../../src/core/types";
import { KIND } from "../../src/production/progress";
import { unasked } from "../../src/production/requests/requests";

vi.mock("../../src/i18n/index.svelte", () => ({ language: { current: "en" } }));
const phase = { id: "30", sampling: [{ id: "cores", name: { zh: "素片", en: "Cores" }, amount: null }] } as unknown as Phase;
const request = (more: object): LocalEntry => ({ id: "r1", kind: KIND.requested, place: "device", corrects: null, payload: { phase: "30", sample: "cores" }, ...more }) as unknown as LocalEntry;
const left = (...entries: LocalEntry[]): string[] => unasked(phase, entries).map(({ id }) => id);

it("QUA-02 misses a planned sample until somebody has asked for it in its phase", () => {
  expect(left()).toEqual(["cores"]);
  expect(left(request({}))).toEqual([]);
  expect(left(request({ payload: { phase: "40", sample: "cores" } }))).toEqual(["cores"]);
  expect(left(request({ payload: { phase: "30", sample: null } }))).toEqual(["cores"]);
  expect(left(request({ place: "quarantined" }))).toEqual(["cores"]);
  expect(left(request({}), request({ id: "r2", corrects: "r1", payload: { phase: "30", sample: null } }))).toEqual(["cores"]);
  expect(unasked({ id: "30" } as unknown as Phase, [])).toEqual([]);
});
