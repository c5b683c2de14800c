/** The history of a value, from the server and from the device, and the days by which the log is searched. */
import { describe, expect, it } from "vitest";
import type { Conflict, EntryView, Version as ServerVersion } from "../../src/api/types";
import type { LocalEntry } from "../../src/core/types";
import { asked, isDay, NO_FILTERS } from "../../src/log/filters";
import { fromLocal, fromView, joined, related, states, steps } from "../../src/log/history";
import { KIND } from "../../src/production/progress";

let made = 0;
function local(value: string, more: Partial<LocalEntry> = {}): LocalEntry {
  made += 1;
  return {
    id: `e${made}`, kind: KIND.parameter, subject: "40/time", actor: "P-0001", device: "t1", seq: made, capturedAt: `2026-11-22T09:30:0${made % 10}.000Z`, offset: 480,
    recordedAt: null, corrects: null, reason: null, payload: { batch: "B1", phase: "40", value: { value, unit: "min" } }, place: "device", flags: [], index: null, own: true, signature: "right", ...more,
  };
}
const here = (entry: LocalEntry) => fromLocal(entry, (id) => `name of ${id}`, () => "tablet-1");

function server(id: string, index: number, standing: ServerVersion["standing"] = "stands", more: Partial<ServerVersion> = {}): ServerVersion {
  const view: EntryView = {
    id, index, kind: KIND.parameter, stream: "batch/B1", subject: "40/time", actor: { id: "P-0002", name: "王芳", name_en: "Wang Fang" }, device: { id: "t2", name: "tablet-2" }, seq: 1,
    captured_at: "2026-11-22T09:29:00.000Z", offset: 480, recorded_at: "2026-11-22T09:29:01.000Z", seen: null, made: { after: null, before: "2026-11-22T09:29:01.000Z" }, lease: null, flags: [], payload: { batch: "B1", phase: "40", value: { value: "15", unit: "min" } },
    signed: [], verifier: null, corrects: null, reason: null, corrected_by: null,
  };
  return { ...view, standing, superseded_by: null, ...more };
}
function conflict(entries: EntryView[], chosen?: string): Conflict {
  const decision = chosen === undefined ? null : { by: { id: "P-0005", name: "赵琳", name_en: null }, at: "2026-11-22T10:00:00.000Z", text: "printout", chosen, index: 9 };
  return { id: "c1", index: 7, batch: "B1", slot: "40/time", phase: null, state: decision ? "resolved" : "open", found_at: "2026-11-22T09:31:00.000Z", entries, decision };
}

describe("states", () => {
  it("PLT-07 offline, a correction stands and what it corrects is kept as corrected", () => {
    const first = local("51");
    const second = local("15", { corrects: first.id, reason: "digits interchanged" });
    expect([...states([first, second].map(here), []).values()]).toEqual(["corrected", "stands"]);
  });

  it("PLT-10 offline, two values that nobody corrected are in conflict; remarks never are", () => {
    const values = [local("15"), local("16", { device: "t2" })].map(here);
    expect([...states(values, []).values()]).toEqual(["conflict", "conflict"]);
    const remarks = values.map((one) => ({ ...one, kind: KIND.remark }));
    expect([...states(remarks, []).values()]).toEqual(["stands", "stands"]);
  });

  it("PLT-10 a decision shows what was chosen and what was not", () => {
    const views = [server("a", 4), server("b", 5, "not_chosen")];
    expect([...states(views.map(fromView), [conflict(views, "a")]).values()]).toEqual(["chosen", "not_chosen"]);
  });

  it("PLT-10 a value that came after the decision makes a conflict again", () => {
    const views = [server("a", 4), server("b", 5, "not_chosen"), server("c", 11)];
    const open = { ...conflict([views[0]!, views[2]!]), id: "c2" };
    expect([...states(views.map(fromView), [conflict(views.slice(0, 2), "a"), open]).values()]).toEqual(["conflict", "not_chosen", "conflict"]);
  });

  it("PLT-14 refused input claims nothing", () => {
    const values = [local("15"), local("16", { place: "quarantined" })].map(here);
    expect([...states(values, []).values()]).toEqual(["stands"]);
  });

  it("PLT-07 a correction without basis takes nobody's place, by the server's own word", () => {
    const views = [server("a", 4), server("b", 5, "stands", { kind: KIND.remark, corrects: "a", flags: ["correction_unknown"] })];
    expect(states(views.map(fromView), []).get("a")).toBe("stands");
  });
});

describe("joined", () => {
  it("PLT-08 puts what only this device has behind what the log has", () => {
    const own = local("14", { id: "own", corrects: "a" });
    const known = local("15", { id: "a", index: 4, place: "logged" });
    const all = joined([server("a", 4), server("b", 5)].map(fromView), [own, known].map(here));
    expect(all.map(({ id }) => id)).toEqual(["a", "b", "own"]);
    expect(all[0]!.actor.name).toBe("王芳");
    expect(states(all, []).get("a")).toBe("corrected");
  });
});

it("PLT-07 of a slot all entries belong to the history, of remarks only those that correct each other", () => {
  const [a, b] = [local("15"), local("16")];
  expect(related([a, b, local("3", { subject: "40/speed" })], a)).toEqual([a, b]);
  const remark = local("", { kind: KIND.remark, subject: "40/remark" });
  const other = local("", { kind: KIND.remark, subject: "40/remark" });
  const again = local("", { kind: KIND.remark, subject: "40/remark", corrects: remark.id });
  expect(related([remark, other, again], again)).toEqual([remark, again]);
  expect(related([remark, other, again], other)).toEqual([other]);
});

it("PLT-10 conflict and decision stand among the versions in the order of the log", () => {
  const views = [server("a", 4), server("b", 5), server("c", 8, "stands", { corrects: "b" })];
  const told = steps([...views.map(fromView), here(local("1"))], [conflict(views.slice(0, 2), "a")]);
  expect(told.map(({ what, index }) => [what, index])).toEqual([["version", 4], ["version", 5], ["conflict", 7], ["version", 8], ["decision", 9], ["version", null]]);
  const correction = told[3];
  expect(correction?.what === "version" && correction.old?.id).toBe("b");
});

it("IDN-10 the log is searched from the first moment of a day to the last of another, in the zone of the reader", () => {
  expect(["2026-02-28", "2024-02-29"].map(isDay)).toEqual([true, true]);
  expect(["2026-02-29", "2026-13-01", "2026-1-1", "", "x"].map(isDay)).toEqual([false, false, false, false, false]);
  const given = asked({ ...NO_FILTERS, kind: "production", since: "2026-11-22", until: "2026-11-22" });
  expect(Date.parse(given.since!)).toBe(new Date(2026, 10, 22).getTime());
  expect(Date.parse(given.until!)).toBe(new Date(2026, 10, 23).getTime());
  expect(asked({ ...NO_FILTERS, until: "2026-11-3" }).until).toBe("");
});
