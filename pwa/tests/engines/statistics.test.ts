import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { limits, told, type Round } from "../../src/engines/statistics/charts";
import { check, type Found } from "../../src/engines/statistics/nelson";
import { deviation, mean, movingRanges, spread } from "../../src/engines/statistics/numbers";

interface Vectors {
  numbers: { values: string[]; mean: string; deviation: string | null; range: string; moving: string[] }[];
  charts: { name: string; rounds: Round[]; target: string | null; limits: object | null; told: Found[] }[];
  rules: { name: string; points: string[]; centre: string; sigma: string; found: Found[] }[];
}
const vectors = JSON.parse(readFileSync(new URL("../../../tests/vectors/statistics.json", import.meta.url), "utf-8")) as Vectors;
const NIST = new URL("../../../../shared/data/nist/", import.meta.url);
const files = ["Lew", "Lottery", "Mavro", "Michelso", "NumAcc1", "NumAcc2", "NumAcc3", "NumAcc4", "PiDigits"];

function certified(name: string): { data: string[]; mean: string; deviation: string } {
  const text = readFileSync(new URL(`${name}.txt`, NIST), "utf-8");
  const said = (word: RegExp): string => (word.exec(text)?.[1] ?? "").replace(/\.$/, "");
  const lines = text.split("\n");
  const begin = lines.reduce((last, line, at) => (/^(#\s*Data\s*$|Data:?\s+y|-{5,}|#{5,})/.test(line) ? at : last), 0) + 1;
  const data = lines.slice(begin).map((line) => line.trim()).filter((line) => /^-?\d+(\.\d*)?$/.test(line)).map((line) => line.replace(/\.$/, ""));
  return { data, mean: said(/^mean\s*=\s*(\S+)/m) || said(/Sample Mean\s+ybar:\s+(\S+)/), deviation: said(/^standardDeviation\s*=\s*(\S+)/m) || said(/Standard Deviation.*?s:\s+(\S+)/) };
}

/** To 15 digits, compared as whole numbers so that no float rounds. */
function agrees(value: string, exact: string): boolean {
  const digits = (text: string): bigint => {
    const [whole = "", part = ""] = text.split(".");
    return BigInt(whole + part.padEnd(40, "0").slice(0, 40));
  };
  const before = value.replace("-", "").replace(/\..*/, "").replace(/^0+/, "").length || -(/^-?0\.(0*)/.exec(value)?.[1]?.length ?? 0);
  const difference = digits(value) - digits(exact);
  return (difference < 0n ? -difference : difference) * 2n <= 10n ** BigInt(40 - 15 + before);
}

describe("PRD-09 statistics are the same on the tablet as on the server", () => {
  it("gives the mean, deviation and ranges of the server, digit for digit", () => {
    for (const one of vectors.numbers)
      expect([mean(one.values), one.values.length > 1 ? deviation(one.values) : null, spread(one.values), movingRanges(one.values)]).toEqual([one.mean, one.deviation, one.range, one.moving]);
  });

  it("has the limits of every chart, and tells what the server tells of each point", () => {
    for (const { name, rounds, target, ...said } of vectors.charts) expect([name, limits(rounds, target), told(rounds, target)]).toEqual([name, said.limits, said.told]);
  });

  it("finds by the eight rules what the server finds", () => {
    for (const { name, points, centre, sigma, found } of vectors.rules) expect([name, check(points, centre, sigma)]).toEqual([name, found]);
  });

  it.skipIf(!existsSync(NIST)).each(files)("agrees with what NIST certifies of %s", (name) => {
    const { data, ...said } = certified(name);
    expect([agrees(mean(data), said.mean), agrees(deviation(data), said.deviation)]).toEqual([true, true]);
    expect(data.length).toBeGreaterThan(2);
  });
});
