/** What an edited recipe is made of holds together: list, operations and what comes after what (PRD-03). */
import { describe, expect, it } from "vitest";
import { add, addOperation, addUnit, type Master, move, moveGroup, operationOf, operations, pointerOf, relink, remove, removeGroup, rename, step } from "../../src/recipes/editor/change";
import { blank, copyOperation, copyPhases, duplicate, newPhase, TYPES } from "../../src/recipes/editor/blocks";
import { cycle } from "../../src/recipes/structure";

const W = { zh: "步", en: "Step" };
const EMPTY = blank("MR-1", { code: "P", name: W, strength: "5 mg" });
const grown = (...steps: ["after" | "beside" | "before", string | null][]): Master => steps.reduce((made, [where, other]) => add(made, newPhase(made, "instruction", W), where, other).content, EMPTY);
const after = (content: Master): Record<string, string[]> => Object.fromEntries(content.phases.map((one) => [one.id, one.after ?? []]));
const holds = (content: Master): void => {
  const ids = content.phases.map((one) => one.id);
  expect(operations(content).flatMap((one) => one.phases)).toEqual(ids);
  expect(new Set(ids).size).toBe(ids.length);
  expect(content.phases.flatMap((one) => one.after ?? []).filter((one) => !ids.includes(one))).toEqual([]);
  expect(cycle(content.phases)).toEqual([]);
};
/** 10, then 20 beside 40, then 30. */
const DIAMOND = grown(["after", null], ["after", "10"], ["after", "20"], ["beside", "20"]);

describe("phases of a recipe that is edited", () => {
  it("come after one another, side by side and before", () => {
    const line = grown(["after", null], ["after", "10"], ["after", "10"]);
    expect(after(line)).toEqual({ 10: [], 30: ["10"], 20: ["30"] });
    const beside = add(line, newPhase(line, "yield", W), "beside", "30").content;
    expect(after(beside)).toEqual({ 10: [], 30: ["10"], 40: ["10"], 20: ["30", "40"] });
    expect(after(add(line, newPhase(line, "weighing", W), "before", "10").content)).toEqual({ 40: [], 10: ["40"], 30: ["10"], 20: ["30"] });
  });

  it("close the gap where one goes", () => {
    expect(after(remove(DIAMOND, pointerOf(DIAMOND, "20")))).toEqual({ 10: [], 40: ["10"], 30: ["10", "40"] });
    const moved = relink(DIAMOND, "10", "after", "40").content;
    holds(moved);
    expect(after(moved)["10"]).toEqual(["40"]);
    expect(relink(DIAMOND, "10", "beside", "10").content).toBe(DIAMOND);
  });

  it("keep their order when they are only grouped anew", () => {
    const two = addOperation(addUnit(DIAMOND).content, 1);
    const made = move(two.content, "30", two.pointer, 0);
    holds(made.content);
    expect(operationOf(made.content, "30")).toBe(two.pointer);
    expect(after(made.content)).toEqual(after(DIAMOND));
    const back = step(made.content, made.pointer, -1).content;
    expect(operationOf(back, "30")).toBe("procedure/1/operations/0");
    const first = moveGroup(made.content, "procedure/1", "procedure", 0).content;
    holds(first);
    expect(first.phases[0]?.id).toBe("30");
    expect(removeGroup(made.content, "procedure/1").phases.map((one) => one.id)).not.toContain("30");
  });

  it("are named anew wherever they are named", () => {
    const input = { id: "a", name: W, unit: "kg", decimals: 3, from: ["20/net", "200/net"] };
    const given: Master = { ...DIAMOND, phases: DIAMOND.phases.map((one) => (one.id === "40" ? { ...one, times: [{ since: "20", from: "end", to: "start", min: 5, max: null }], inputs: [input] } : one)) };
    const made = rename(given, "20", "25");
    holds(made);
    const last = made.phases.find((one) => one.id === "40");
    expect([last?.times?.[0]?.since, last?.inputs?.[0]?.from]).toEqual(["25", ["25/net", "200/net"]]);
  });

  it("are copied with what they say, alone or as an operation", () => {
    const once = duplicate(DIAMOND, pointerOf(DIAMOND, "20"));
    holds(once.content);
    expect(once.pointer).toBe(pointerOf(once.content, "50"));
    const from: Master = { ...DIAMOND, materials: [{ material: "API", name: W }], phases: DIAMOND.phases.map((one) => (one.id === "20" ? { ...one, material: "API", times: [{ since: "10", from: "end", to: "start", min: 5, max: null }] } : one)) };
    const here = grown(["after", null], ["after", "10"]);
    const made = copyOperation(here, from, "procedure/0/operations/0", "10");
    holds(made.content);
    expect(operations(made.content).map((one) => one.phases)).toEqual([["10", "20"], ["30", "40", "50", "60"]]);
    expect(made.content.materials.map((one) => one.material)).toEqual(["API"]);
    expect(made.content.phases.find((one) => one.id === "40")?.times?.[0]?.since).toBe("30");
    // What came after 10 comes after what the copied operation ends with.
    expect(after(made.content)).toMatchObject({ 30: ["10"], 40: ["30"], 20: ["60"] });
    // What stands in no operation stays last.
    const lost = { ...here, procedure: here.procedure.map((unit) => ({ ...unit, operations: unit.operations.map((one) => ({ ...one, phases: ["10"] })) })) };
    expect(copyOperation(lost, from, "procedure/0/operations/0", "10").content.phases.at(-1)?.id).toBe("20");
    const branches = copyPhases(here, DIAMOND.phases.filter((one) => one.id !== "30"), [], "10").content;
    expect(after(branches)["20"]).toEqual(["40", "50"]);
  });

  const said = (content: Master, id: string, more: object): Master => ({ ...content, phases: content.phases.map((one) => (one.id === id ? { ...one, ...more } : one)) });
  const LIMIT = { since: "10", from: "end", to: "start", min: null, max: 480 } as const;
  const value = (from: string[]): object => ({ id: "a", name: W, unit: "kg", decimals: 3, from });

  it("still say in a copy beside them what they say of others of their recipe", () => {
    const given = said(DIAMOND, "30", { type: "yield", times: [LIMIT], inputs: [value(["10/net", "20/net"])] });
    const { content, dropped } = duplicate(given, pointerOf(given, "30"));
    holds(content);
    expect(content.phases.find((one) => one.id === "50")).toMatchObject({ after: ["30"], times: [LIMIT], inputs: [value(["10/net", "20/net"])] });
    expect(dropped).toEqual([]);
  });

  it("come in a copy after what they came after by way of a phase that stays, in whatever order they are listed", () => {
    // 10, then 20 elsewhere, then 30; 30 is listed first.
    const line = grown(["after", null], ["after", "10"], ["after", "20"]);
    const apart = move(addOperation(line, 0).content, "20", "procedure/0/operations/1", 0).content;
    const turned = said(step(apart, pointerOf(apart, "30"), -1).content, "30", { times: [LIMIT] });
    const one = turned.procedure[0]?.operations[0];
    expect(one?.phases).toEqual(["30", "10"]);
    const { content, dropped } = copyOperation(grown(["after", null]), turned, "procedure/0/operations/0", "10");
    holds(content);
    expect(after(content)).toEqual({ 10: [], 20: ["30"], 30: ["10"] });
    expect(content.phases.find((each) => each.id === "20")?.times).toEqual([{ ...LIMIT, since: "30" }]);
    expect(dropped).toEqual([]);
  });

  it("tell what they do not say in a copy elsewhere", () => {
    const given = said(DIAMOND, "30", { type: "yield", times: [LIMIT], inputs: [value(["20/net", "40/net"]), value(["20/net"])] });
    const { content, dropped } = copyPhases(grown(["after", null]), given.phases.filter((one) => ["20", "30"].includes(one.id)), [], "10", given.phases);
    holds(content);
    const last = content.phases.find((one) => one.id === "30");
    expect([last?.after, last?.times, last?.inputs?.map((one) => one.from)]).toEqual([["20"], [], [null, ["20/net"]]]);
    expect(dropped).toEqual(["30 ← 10", "30 ← 40/net"]);
  });

  it("PRD-11 say of printed materials where their counts come from, also by another number and in a copy", () => {
    const TYPED = { issued: null, packs: null, destroyed: null, specimens: null, returned: null };
    const packs = (slots: string[] | null): object => ({ printed: [{ id: "carton", material: "CAR-1", sources: { ...TYPED, packs: slots, destroyed: ["10/rejects"] } }] });
    const given = said(DIAMOND, "30", { type: "packaging", ...packs(["20/packs"]) });
    expect(rename(given, "20", "25").phases.find((one) => one.id === "30")).toMatchObject(packs(["25/packs"]));
    const bill = [{ material: "CAR-1", name: W, kind: "printed" }, { material: "API-1", name: W, kind: "raw" }];
    const { content, dropped } = copyPhases(grown(["after", null]), given.phases.filter((one) => ["20", "30"].includes(one.id)), bill, "10", given.phases);
    holds(content);
    expect(content.phases.find((one) => one.id === "30")).toMatchObject({ printed: [{ sources: { ...TYPED, packs: ["20/packs"], destroyed: null } }] });
    expect(dropped).toEqual(["30 ← 10/rejects"]);
    expect(content.materials.map((one) => one.material)).toEqual(["CAR-1"]);
  });

  it("of every type begin with all that their type says", () => {
    for (const type of TYPES) expect(newPhase(EMPTY, type, W)).toMatchObject({ type, after: [], times: [], candidates: [], needs: [], minutes: null });
  });

  it("hold together whatever is done to them", () => {
    const WHERE = ["after", "beside", "before"] as const;
    const WHAT = ["add", "relink", "remove", "step", "unit", "copy", "up"] as const;
    let seed = 7;
    const pick = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let run = 0; run < 200; run += 1) {
      let made = DIAMOND;
      for (let turn = 0; turn < 20; turn += 1) {
        const content = made;
        const id = (): string => content.phases[pick(Math.max(1, content.phases.length))]?.id ?? "";
        const what = WHAT[pick(WHAT.length)];
        const place = WHERE[pick(3)] ?? "after";
        if (what === "unit") made = addOperation(made, pick(made.procedure.length)).content;
        else if (what === "add") made = add(made, newPhase(made, "instruction", W), place, made.phases.length ? id() : null).content;
        else if (made.phases.length === 0) continue;
        else if (what === "relink") made = relink(made, id(), place, id()).content;
        else if (what === "remove") made = remove(made, pointerOf(made, id()));
        else if (what === "copy") made = duplicate(made, pointerOf(made, id())).content;
        else if (what === "up") made = step(made, `procedure/${pick(made.procedure.length)}`, -1).content;
        else made = step(made, pointerOf(made, id()), pick(2) ? 1 : -1).content;
        holds(made);
      }
    }
  });
});
