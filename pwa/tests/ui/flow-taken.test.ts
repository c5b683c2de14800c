/** ENG-02: the drawing of an instance shows the ways it has gone, the way back included, and no other. */
import { describe, expect, it } from "vitest";
import { doneAt, taken } from "../../src/flows/taken";
import type { Happened } from "../../src/flows/types";

const arrow = (text: string): { id: string; from: string; to: string } => ({ id: text, from: text.split(">")[0] ?? "", to: text.split(">")[1] ?? "" });
const ARROWS = ["s>m", "m>ask", "ask>approve", "approve>x", "x>e", "x>m"].map(arrow);

/** `entries`: what each entry did, in order, as `event node`. */
function told(...entries: string[][]): Happened[] {
  return entries.flatMap((entry, index) => entry.map((text, place): Happened => {
    const [event = "", node = ""] = text.split(" ");
    return { index, place, node: node || null, name: null, event, by: { id: `P-${index}`, name: "", name_en: null, roles: [], key: null }, at: `2027-01-0${index + 1}`, outcome: null, comment: null, attachments: [], noted: null };
  }));
}

describe("ENG-02 ways that a flow has gone", () => {
  it("go along what was entered from what was left just before", () => {
    const history = told(["started", "passed s", "passed m", "waiting ask"], ["completed ask", "waiting approve"]);
    expect(taken(ARROWS, new Set(), history)).toEqual(["s>m", "m>ask", "ask>approve"]);
  });

  it("lead back only after something was sent back", () => {
    const first = [["started", "passed s", "passed m", "waiting ask"], ["completed ask", "waiting approve"]];
    const back = taken(ARROWS, new Set(), told(...first, ["completed approve", "passed x", "passed m", "waiting ask"]));
    expect(back).toContain("x>m");
    expect(back).not.toContain("x>e");
    const on = taken(ARROWS, new Set(), told(...first, ["completed approve", "passed x", "passed e", "ended"]));
    expect(on).toContain("x>e");
    expect(on).not.toContain("x>m");
  });

  it("do not include the short way where the long one was gone", () => {
    const arrows = ["x>y", "y>a", "x>a"].map(arrow);
    expect(taken(arrows, new Set(), told(["passed x", "passed y", "waiting a"]))).toEqual(["x>y", "y>a"]);
  });

  it("meet in a join from all that came, also in an earlier entry", () => {
    const arrows = ["f>a", "f>b", "a>j", "b>j", "j>e"].map(arrow);
    const history = told(["passed f", "waiting a", "waiting b"], ["completed a"], ["completed b", "passed j", "passed e"]);
    expect(taken(arrows, new Set(["f", "j"]), history).sort()).toEqual(["a>j", "b>j", "f>a", "f>b", "j>e"]);
  });

  it("say how often something was done, and by whom last", () => {
    const done = doneAt(told(["completed ask"], ["waiting approve"], ["completed ask"]));
    expect(done.get("ask")).toMatchObject({ times: 2, by: { id: "P-2" }, at: "2027-01-03" });
    expect(done.has("approve")).toBe(false);
  });
});
