/** What a machine says of a parameter that is bound to it: which piece speaks, and until when it is of now. */
import { expect, it } from "vitest";
import type { LocalEntry, Parameter, Phase, Sample } from "../../src/core/types";
import { KIND } from "../../src/production/progress";
import { named, sensed, speaking } from "../../src/production/sensing/sensing";

const text = { zh: "压力", en: "Force" };
const force: Parameter = { id: "force", name: text, unit: "kN", low: "10", high: "15", target: null, decimals: 2, binding: { signal: "main_comp" } };
const phase: Phase = { id: "20", type: "parameters", name: text, instruction: text, room: null, equipment: "press", parameters: [force] };
const NOW = Date.parse("2026-11-26T10:00:30.000Z");

function sample(equipment: string, value: string, at: string, unit: string | null = "kN"): Sample {
  return { id: `s-${equipment}`, device: "bridge-1", equipment, serial: "K1", model: "XL", device_time: "10:00", values: [{ name: "main_comp", value, unit }], raw: "10:00;1", captured_at: at, index: 1 };
}
const identified = (equipment: string, place: LocalEntry["place"] = "device", corrects: string | null = null): LocalEntry =>
  ({ id: equipment, kind: KIND.identified, payload: { phase: "20", equipment }, place, corrects }) as unknown as LocalEntry;

it("PRD-06 listens to the piece that was identified, else to every one that fits", () => {
  expect(speaking(phase, ["P-1", "P-2"], [])).toEqual(["P-1", "P-2"]);
  expect(speaking(phase, ["P-1", "P-2"], [identified("P-2")])).toEqual(["P-2"]);
  expect(speaking(phase, ["P-1", "P-2"], [identified("P-9")])).toEqual(["P-1", "P-2"]);
  expect(speaking(phase, ["P-1", "P-2"], [identified("P-2", "quarantined")])).toEqual(["P-1", "P-2"]);
  expect(speaking(phase, ["P-1", "P-2"], [identified("P-2"), identified("P-1", "device", "P-2")])).toEqual(["P-1"]);
});

it("PRD-06 gives the newest value as it was written, and takes none that is a minute old", () => {
  const samples = { "P-1": sample("P-1", "13.660", "2026-11-26T10:00:10.000Z"), "P-2": sample("P-2", "9", "2026-11-26T10:00:00.000Z") };
  expect(sensed(force, ["P-1", "P-2"], samples, NOW)).toMatchObject({ state: "fresh", value: { value: "13.660", unit: "kN" } });
  expect(sensed(force, ["P-2"], samples, NOW + 31_000)).toMatchObject({ state: "old" });
  expect(sensed(force, ["P-3"], samples, NOW)).toBeNull();
});

it("PRD-06 takes nothing in another unit; what has none is in that of the recipe", () => {
  const at = "2026-11-26T10:00:10.000Z";
  expect(sensed(force, ["P-1"], { "P-1": sample("P-1", "13660", at, "N") }, NOW)).toMatchObject({ state: "unit" });
  expect(sensed(force, ["P-1"], { "P-1": sample("P-1", "13", at, null) }, NOW)).toMatchObject({ state: "fresh", value: { unit: "kN" } });
});

it("PRD-06 names the sample with the line that the machine wrote", () => {
  expect(named(sample("P-1", "13", "2026-11-26T10:00:10.000Z"), "main_comp")).toEqual({ id: "s-P-1", device: "bridge-1", equipment: "P-1", serial: "K1", model: "XL", signal: "main_comp", device_time: "10:00", raw: "10:00;1" });
});
