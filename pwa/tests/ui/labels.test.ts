import { describe, expect, it } from "vitest";
import { asked, jobs, MOST, pagesOf } from "../../src/labels/printing";

const NOW = 1_800_000_000_000;

describe("printing labels (MAT-11)", () => {
  it("MAT-11: each part of a long printing has a name of its own, and no label is in two", () => {
    const names = Array.from({ length: MOST * 2 + 1 }, (_, at) => `C-${at}`);
    const parts = jobs([...names, "C-0"], NOW);
    expect(parts.map((one) => one.names.length)).toEqual([MOST, MOST, 1]);
    expect(parts.flatMap((one) => one.names)).toEqual(names);
    expect(new Set(parts.map((one) => one.request)).size).toBe(3);
    expect(jobs([], NOW)).toEqual([]);
  });

  it("MAT-11: a reason goes with a reprint alone, and the same job is asked for under the same name", () => {
    const [job] = jobs(["C-1", "C-2"], NOW);
    if (!job) throw new Error("nothing to print");
    expect(asked(job, "container", "", "pdf", {}, " torn ")).toEqual({ request: job.request, what: "container", names: ["C-1", "C-2"], template: null, format: "pdf", reason: null });
    expect(asked(job, "container", "own", "zpl", { "C-2": 1 }, " torn ").reason).toBe("torn");
    expect(asked(job, "container", "own", "zpl", { "C-2": 1 }, " ").reason).toBeNull();
    expect(pagesOf(job, "zpl", "12")).toBe(`/api/labels/prints/${job.request}?dots=12`);
    expect(pagesOf(job, "pdf", "12")).toBe(`/api/labels/prints/${job.request}`);
  });
});
