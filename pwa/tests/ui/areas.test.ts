import { describe, expect, it } from "vitest";
import type { Lease, Person, Phase } from "../../src/core/types";
import { elsewhere } from "../../src/production/areas";

const areas = [{ area: "dispensing", name: { zh: "称量区", en: "Dispensing" }, places: ["2-114"] }];
const person = (works_in: string[] | null): Person => ({ id: "P-1", works_in }) as unknown as Person;
const lease = (works_in: string[] | null): Pick<Lease, "areas" | "people"> => ({ areas, people: [person(works_in)] });
const room = (name: string | null): Phase => ({ room: name }) as unknown as Phase;

describe("IDN-01 work in an area", () => {
  it("IDN-01 is stopped where the person's roles do not hold, with room and area in words", () => {
    const problem = elsewhere(lease(["tabletting"]), "P-1", room("2-114"));
    expect(problem?.code).toBe("area_not_permitted");
    expect(problem?.what?.en).toContain("Dispensing");
    expect(problem?.what?.zh).toContain("2-114");
  });

  it("IDN-01 goes on where they hold, everywhere, and in rooms of no area", () => {
    expect(elsewhere(lease(["dispensing"]), "P-1", room("2-114"))).toBeNull();
    expect(elsewhere(lease(null), "P-1", room("2-114"))).toBeNull();
    expect(elsewhere(lease([]), "P-1", room("9-999"))).toBeNull();
    expect(elsewhere(lease([]), "P-1", room(null))).toBeNull();
  });

  it("IDN-01 is stopped for a second person whose roles do not hold there, whoever works", () => {
    const second = { id: "P-2", works_in: null, stands_by_in: ["tabletting"] } as unknown as Person;
    const problem = elsewhere({ areas, people: [second] }, "P-2", room("2-114"), "stands_by_in");
    expect(problem?.what?.en).toContain("second person's roles");
    expect(elsewhere({ areas, people: [{ ...second, stands_by_in: ["dispensing"] }] }, "P-2", room("2-114"), "stands_by_in")).toBeNull();
    expect(elsewhere({ areas, people: [person(["tabletting"])] }, "P-1", room("2-114"), "stands_by_in")).toBeNull();
  });

  it("IDN-01 is not stopped by a lease from before there were areas", () => {
    expect(elsewhere({ people: [person(null)] }, "P-1", room("2-114"))).toBeNull();
    expect(elsewhere(undefined, "P-1", room("2-114"))).toBeNull();
  });
});
