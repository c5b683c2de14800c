/** What a reviewer is told of exceptions of dispensing: every code that the server raises has its words. */
import { describe, expect, it, vi } from "vitest";
import type { Phase, Text2 } from "../../src/core/types";
import { doubtOf } from "../../src/release/doubts";

// The language of the page is all that is asked of its words here.
const { language } = vi.hoisted(() => ({ language: { current: "zh" as "zh" | "en" } }));
vi.mock("../../src/i18n/index.svelte", () => ({ language, tx: (pair: Text2) => pair[language.current] }));

const name = (zh: string, en: string) => ({ zh, en });
const line = { role: "plain", target: "5.000", low: "4.975", high: "5.025", unit: "kg", decimals: 3, rounding: "half_up", quantity: null, potency: null, compensates: [] } as const;
const phase = { id: "20", type: "dispensing", lines: [{ ...line, id: "10", material: "API-1", material_name: name("原料药", "API") }, { ...line, id: "20", material: "LAC-1", material_name: name("乳糖", "Lactose") }] } as unknown as Phase;
const said = (code: string, details: Record<string, unknown>): string => doubtOf({ code, details }, phase);
const limits = (target: string) => ({ low: "4.9", high: "5.2", target, unit: "kg" });
const kg = (value: string) => ({ value, unit: "kg" });
const result = (value: string) => ({ value, entry: "e1" });

const CASES: [string, Record<string, unknown>, string, string][] = [
  ["quantity_differs", { line: "10", stated: limits("5.000"), calculated: limits("5.128") }, "原料药：称量时的应称量为 5.000 kg，按日志应为 5.128 kg。", "API: weighed towards 5.000 kg; 5.128 kg follows from what stands in the log."],
  ["quantity_differs", { line: "20", stated: limits("5.000"), calculated: limits("4.872"), basis: { stated: null, calculated: { nominal: "5", dispensed: "5.128" } } }, "乳糖：称量时的应称量为 5.000 kg，按日志应为 4.872 kg。 补偿所依据的已称量为 未记录，日志中为 5.128。", "Lactose: weighed towards 5.000 kg; 4.872 kg follows from what stands in the log. It goes by not recorded dispensed of what it makes up for; the log has 5.128."],
  ["quantity_unknown", { line: "10", error: "missing" }, "原料药：应称量无法由日志算出：缺少该批的检验结果。", "API: how much to weigh does not follow from the log: a result of the lot is missing."],
  ["potency_differs", { line: "10", stated: { assay: result("98.0"), water: null }, standing: { assay: null, water: null } }, "原料药：所用为 含量 98.0 %，现行为 无结果。", "API: assay 98.0 % was used; no result stands."],
  ["out_of_limits", { line: "10", values: ["5.026"], low: "4.975", high: "5.025", unit: "kg" }, "原料药：各份合计 5.026 kg，限度 4.975–5.025 kg。", "API: its portions come to 5.026 kg, limits 4.975–5.025 kg."],
  ["weights_inconsistent", { net: kg("5.0"), gross: null, tare: kg("0.1") }, "净重 5.0 kg 不等于毛重 未记录 减皮重 0.1 kg。", "Net 5.0 kg is not gross not recorded less tare 0.1 kg."],
  ["weights_inconsistent", { net: kg("0.5"), gross: kg("0.62"), tare: kg("0.12"), balances: ["BAL-07", "BAL-08"] }, "皮重与毛重不是同一台天平所称：BAL-07、BAL-08。", "Tare and gross are of two balances: BAL-07, BAL-08."],
  ["rest_differs", { container: "C-1", reckoned: { value: "0.400", unit: "kg" }, weighed: { value: "0.380", unit: "kg" }, difference: { value: "-0.020", unit: "kg" } }, "容器 C-1 余量称得 0.380 kg，账面应为 0.400 kg，相差 -0.020 kg。", "C-1 held 0.380 kg, and 0.400 kg by what was taken from it: -0.020 kg."],
  ["label_reused", { label: "D-1", entry: "e1" }, "标签 D-1 还用在别处。", "Label D-1 stands on something else too."],
  ["compensator_early", { line: "20", open: ["10"] }, "原料药 完成之前就称量了 乳糖。", "Lactose was weighed before API was complete."],
  ["compensator_outdated", { line: "10", compensators: ["20"] }, "乳糖 已按其补偿，之后 原料药 又有变化。", "API changed after Lactose, which makes up for it."],
  ["second_check_missing", { second: "line" }, "工艺规程要求物料完成时由第二人复核。", "The recipe asks for a second person when a line is complete."],
  ["not_scanned", { of: ["room", "balance"], scanned: { room: null, balance: null, container: "C-1" } }, "选择或输入，未扫描：房间、天平。", "Picked or typed, not scanned: room, balance."],
  ["not_scanned", { of: ["room"], scanned: { room: "2-115", balance: "BAL-07", container: null } }, "扫描与记录不符：房间。扫描所得：2-115。", "Not scanned as recorded: room. Scanned: 2-115."],
  ["calibration_overdue", { balance: "BAL-07", due: "2026-11-21" }, "天平 BAL-07 的校准已于 2026-11-21 到期。", "Calibration of BAL-07 was due on 2026-11-21."],
  ["line_incomplete", { lines: [{ line: "10", sum: "0", low: "4.975", high: "5.025", unit: "kg" }] }, "未完成：原料药 0 kg（4.975–5.025 kg）。", "Not complete: API 0 kg (4.975–5.025 kg)."],
];

describe("exceptions of dispensing", () => {
  it.each(CASES)("MAT-12 %s %j is told in both languages", (code, details, zh, en) => {
    language.current = "zh";
    expect(said(code, details)).toBe(zh);
    language.current = "en";
    expect(said(code, details)).toBe(en);
  });

  it("MAT-12 others say no more than their name", () => {
    expect(said("out_of_limits", { values: ["15"], low: "10", high: "14", unit: "rpm" })).toBe("");
    expect(said("phase_order", { before: ["10"] })).toBe("");
    expect(said("quantity_differs", {})).toBe("");
  });
});

it("QUA-05 says which rounds a hold put off", () => {
  expect(doubtOf({ code: "hold_long", details: { rounds: [2, 3] } }, undefined)).toContain("2, 3");
});
