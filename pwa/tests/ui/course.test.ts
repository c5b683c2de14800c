/** Which phases may be done now, what is held or left, and how time limits run, from entries alone. */
import { expect, it } from "vitest";
import type { Equipment, LocalEntry, Phase } from "../../src/core/types";
import { firstBefore, holding, leftBy, machines, next, permitted, running, toneOf, unidentified } from "../../src/production/course/course";
import { courseOf } from "../../src/production/controls/schedule";
import { ALARMED, alarmsOf, CLEANED, CLEANING_CHECKED, cleaningOf, doubtNow, doubtOf, madeOf, usedIn } from "../../src/production/course/standing";
import { KIND } from "../../src/production/progress";

const text = { zh: "步骤", en: "Phase" };
const step = (id: string, after: string[], more: Partial<Phase> = {}): Phase => ({ id, type: "instruction", name: text, instruction: text, room: null, equipment: null, after, ...more });
const LIMIT = { since: "20", from: "end", to: "start", min: 5, max: 30 } as const;
const phases = [step("10", []), step("20", ["10"]), step("30", ["10"]), step("40", ["20", "30"], { times: [LIMIT] })];
const DAY = Date.parse("2026-11-22T08:00:00.000Z");
const at = (minutes: number): number => DAY + minutes * 60_000;

let made = 0;
function entry(kind: string, phase: string, minutes = 0): LocalEntry {
  made += 1;
  return {
    id: `e${made}`, kind, subject: `${phase}/x`, actor: "P-1", device: "tablet-1", seq: made, capturedAt: new Date(at(minutes)).toISOString(), offset: 0, recordedAt: null, corrects: null, reason: null,
    payload: { batch: "B1", phase, reason: "a reason" }, place: "device", flags: [], index: null, own: true, signature: "right",
  };
}
const ids = (found: Phase[]): string[] => found.map(({ id }) => id);
const done = (...phase: string[]): LocalEntry[] => phase.flatMap((one) => [entry(KIND.started, one), entry(KIND.completed, one)]);

const OURS = madeOf({ code: "TAB-5", strength: "5 mg" });

it("PRD-05 permits branches side by side, and their join once both have ended", () => {
  expect(ids(permitted(phases, []))).toEqual(["10"]);
  expect(ids(permitted(phases, done("10")))).toEqual(["20", "30"]);
  expect(ids(permitted(phases, done("10", "20")))).toEqual(["30"]);
  expect(ids(permitted(phases, [...done("10", "20"), entry(KIND.skipped, "30")]))).toEqual(["40"]);
  expect(firstBefore(phases, phases[3]!, done("10", "20"))?.id).toBe("30");
  expect(firstBefore(phases, phases[2]!, done("10"))).toBeNull();
});

it("PRD-05 works through an order of the older form one phase after the other", () => {
  const old = phases.map(({ after: _, ...phase }) => phase);
  expect(ids(permitted(old, done("10")))).toEqual(["20"]);
  expect(firstBefore(old, old[2]!, done("10"))?.id).toBe("20");
  expect(next(old, done("10"), "10")?.id).toBe("20");
});

it("PRD-05 goes on with what follows what was just ended, else with what nobody has begun", () => {
  const branch = [step("10", []), step("20", ["10"]), step("25", ["20"]), step("30", ["10"])];
  expect(next(branch, done("10", "20"), "20")?.id).toBe("25");
  const busy = [...done("10"), entry(KIND.started, "20")];
  expect(next(branch, busy, null)?.id).toBe("20");
  expect(next(branch, busy, "99")?.id).toBe("30");
  expect(next(branch, [...busy, ...done("30")], "30")?.id).toBe("20");
  expect(next(branch, done("10", "20", "25", "30"), "25")).toBeNull();
});

it("PRD-05 tells what is held, and how a phase was left", () => {
  const held = entry(KIND.held, "20", 5);
  expect(holding(phases[1]!, [entry(KIND.started, "20"), held])).toBe(held);
  expect(holding(phases[1]!, [held, entry(KIND.resumed, "20", 9)])).toBeNull();
  expect(holding(phases[1]!, [held, entry(KIND.aborted, "20", 9)])).toBeNull();
  expect(leftBy(phases[1]!, [entry(KIND.aborted, "20")])).toBe("aborted");
  expect(leftBy(phases[1]!, done("20"))).toBeNull();
});

it("PRD-06 counts time limits down from the moment they begin to the one they end at, holds or not", () => {
  expect(running(phases, done("10"))).toEqual([]);
  const known = [...done("10"), entry(KIND.started, "20", 1), entry(KIND.completed, "20", 10), entry(KIND.held, "40", 11)];
  const [limit] = running(phases, known);
  expect(limit).toEqual({ phase: phases[3], to: "start", from: at(15), until: at(40) });
  expect([12, 16, 26, 41].map((minutes) => toneOf(limit!, at(minutes)))).toEqual(["waits", "runs", "soon", "over"]);
  expect(running(phases, [...known, entry(KIND.started, "40", 20)])).toEqual([]);
});

it("PRD-09 takes the first work of a phase for its beginning where nobody said that it began", () => {
  expect(courseOf(phases[0]!, [entry(KIND.checked, "10", 3), entry(KIND.started, "10", 9)]).started).toBe(at(3));
});

it("EQP-01 EQP-03 offers the candidates of the class that are calibrated", () => {
  const piece = (equipment: string, kind: string, calibration_due: string | null): Equipment => ({ equipment, class: kind, name: text, serial: null, model: null, location: null, calibration_due });
  const register = [piece("PR-1", "press", null), piece("PR-2", "press", "2026-11-21"), piece("PR-3", "press", null), piece("BL-1", "blender", null)];
  const phase = step("50", [], { equipment: "press", candidates: ["PR-1", "PR-2"] });
  expect(machines(phase, register, "2026-11-22")).toEqual({ fit: ["PR-1"], overdue: ["PR-2"] });
  expect(machines({ ...phase, candidates: [] }, register, "2026-11-21").fit).toEqual(["PR-1", "PR-2", "PR-3"]);
  expect(unidentified(phase, register, [])).toBe(true);
  expect(unidentified(phase, register, [entry(KIND.identified, "50")])).toBe(false);
  expect([{ type: "weighing" as const }, { equipment: null }, { equipment: "coater" }, { after: undefined }].map((more) => unidentified({ ...phase, ...more }, register, []))).toEqual([false, false, false, false]);
  // A phase may name one piece.
  expect(machines({ ...phase, equipment: "BL-1", candidates: ["BL-1"] }, register, "2026-11-22").fit).toEqual(["BL-1"]);
});

it("EQP-03 takes a machine for clean once somebody else has checked its cleaning in this batch, until it is used again", () => {
  const said = (kind: string, minutes: number, actor: string, more: object = {}): LocalEntry => ({ ...entry(kind, "20", minutes), actor, payload: { batch: "B1", phase: "20", equipment: "GR-1", ...more } });
  const cleaned = said(CLEANED, 1, "P-1"), own = said(CLEANING_CHECKED, 2, "P-1", { cleaning: cleaned.id }), other = said(CLEANING_CHECKED, 3, "P-2", { cleaning: cleaned.id });
  expect(cleaningOf("GR-1", [cleaned, own])).toEqual({ entry: cleaned, check: null });
  expect(cleaningOf("GR-1", [cleaned, own, other])?.check).toBe(other);
  expect(cleaningOf("GR-1", [cleaned, { ...other, flags: ["cleaning_unknown"] }])?.check).toBeNull();
  expect(cleaningOf("GR-1", [cleaned, other, said(KIND.identified, 4, "P-1")])).toBeNull();
  expect(cleaningOf("GR-2", [cleaned, other])).toBeNull();
  const piece: Equipment = { equipment: "GR-1", class: "granulator", name: text, serial: null, model: null, location: null, calibration_due: null, state: { kept: true, status: "to_be_cleaned", since: null, batch: "B0", reason: null, until: null, over: false, holds: null } };
  const doubts = [[], [cleaned], [cleaned, other]].map((entries) => doubtNow(piece, "B1", OURS, entries, at(9)));
  expect(doubts).toEqual(["to_be_cleaned", "unchecked", null]);
  expect(doubtNow({ ...piece, state: { ...piece.state!, status: "maintenance" } }, "B1", OURS, [cleaned, other], at(9))).toBe("maintenance");
  // After another product a minor cleaning is none, here as at the desk.
  const mixed = { ...piece, state: { ...piece.state!, products: ["TAB-10 10 mg"] } };
  const thorough = { ...cleaned, payload: { ...cleaned.payload, kind: "major" } };
  expect([[cleaned, other], [thorough], [thorough, other]].map((entries) => doubtNow(mixed, "B1", OURS, entries, at(9)))).toEqual(["minor_only", "unchecked", null]);
  expect(usedIn(phases[1]!, [said(KIND.identified, 4, "P-1")])).toEqual(["GR-1"]);
});

it("says what keeps a machine from a batch by what was taken along (EQP-03)", () => {
  const state = { kept: true, status: "clean", since: "2026-11-22T08:00:00.000Z", batch: null, reason: null, until: "2026-11-25T08:00:00.000Z", over: false, holds: null };
  const at = (when: string, changes: object): string | null => doubtOf({ equipment: "GR-1", class: "granulator", name: { zh: "", en: "" }, serial: null, model: null, location: null, calibration_due: null, state: { ...state, ...changes } }, "B1", OURS, Date.parse(when));
  const now = "2026-11-23T08:00:00.000Z";
  expect(at(now, {})).toBeNull();
  expect(at("2026-11-25T08:00:01.000Z", {})).toBe("expired");
  expect(at(now, { checked: false })).toBe("unchecked");
  expect(at(now, { products: [OURS] })).toBeNull();
  expect(at(now, { products: [OURS, "TAB-10 10 mg"] })).toBe("minor_only");
  expect(at(now, { status: null, until: null })).toBe("no_record");
  expect(at(now, { status: "maintenance" })).toBe("maintenance");
  expect(at(now, { status: "in_use", batch: "B2" })).toBe("in_use");
  expect(at(now, { status: "in_use", batch: "B1" })).toBeNull();
  expect(at(now, { status: "to_be_cleaned", batch: null })).toBe("to_be_cleaned");
  expect(at(now, { kept: false, status: "to_be_cleaned" })).toBeNull();
});

it("EQP-05 PRD-08 knows a machine's alarms by what was taken along and by what was told in the batch since", () => {
  const issued = "2026-11-22T08:00:00.000Z";
  const lent = { id: "A-1", what: "E42", severity: "major", source: "machine", at: issued };
  const piece = (alarms?: typeof lent[]): Equipment => ({ equipment: "GR-1", class: "granulator", name: text, serial: null, model: null, location: null, calibration_due: null, state: { kept: false, status: null, since: null, batch: null, reason: null, until: null, over: false, holds: null, ...(alarms ? { alarms } : {}) } });
  const told: LocalEntry = { ...entry(ALARMED, "20", 1), recordedAt: null, payload: { batch: "B1", phase: "20", equipment: "GR-1", what: "E7", severity: "minor" } };
  const names = (from: Equipment, entries: LocalEntry[]): string[] => alarmsOf(from, entries, issued).map(({ what }) => what);
  expect(names(piece(), [])).toEqual([]);
  expect(names(piece([lent]), [told])).toEqual(["E42", "E7"]);
  expect(names(piece([{ ...lent, id: told.id }]), [told])).toEqual(["E42"]);
  // Taken along again after the log had it: what is not among those that stand was cleared at the desk.
  expect(names(piece([]), [{ ...told, recordedAt: "2026-11-22T07:59:00.000Z" }])).toEqual([]);
  expect(names(piece([]), [{ ...told, recordedAt: "2026-11-22T08:01:00.000Z" }])).toEqual(["E7"]);
  expect(names({ ...piece(), equipment: "GR-2" }, [told])).toEqual([]);
  expect(names(piece(), [{ ...told, place: "quarantined" }])).toEqual([]);
  // The server told of them since: what was cleared or raised at the desk counts, and what was told here and is not there yet.
  const heard = (at: string, ...stand: string[]): string[] => alarmsOf(piece([lent]), [told], issued, { at, standing: { "GR-1": stand.map((what) => ({ ...lent, id: what, what })) } }).map(({ what }) => what);
  expect(heard("2026-11-22T08:05:00.000Z")).toEqual(["E7"]);
  expect(heard("2026-11-22T08:05:00.000Z", "E9")).toEqual(["E9", "E7"]);
  expect(heard("2026-11-22T07:59:00.000Z", "E9")).toEqual(["E42", "E7"]);
  const logged = { ...told, recordedAt: "2026-11-22T08:01:00.000Z" };
  expect(alarmsOf(piece([lent]), [logged], issued, { at: "2026-11-22T08:05:00.000Z", standing: {} })).toEqual([]);
});
