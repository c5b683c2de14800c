/** A phase that ends without a planned sample: its reason is signed once, however often the end is tried (QUA-02). */
import { expect, it } from "vitest";
import { Ending } from "../../src/production/ending";

it("QUA-02 signs no second remark where only the end has failed, and ends nothing without one", async () => {
  const kept: string[] = [];
  const answers = [false, true, false, true];
  const sign = async ({ kind }: { kind: string }) => {
    const done = answers.shift() === true;
    if (done) kept.push(kind.split(".")[1] ?? "");
    return done;
  };
  const ending = new Ending();
  const end = (why: string) => ending.end(sign, "B1", "10", why);
  expect(await end("the punch broke")).toBe(false);
  expect(kept).toEqual([]);
  expect(await end("the punch broke")).toBe(false);
  expect(await end("the punch broke")).toBe(true);
  expect(kept).toEqual(["remark_added", "phase_completed"]);
});
