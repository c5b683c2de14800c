/** What the API says of a plan (see server/planning/pages.py). Amounts are decimals in the unit of their item. */
import type { Quantity, Text2 } from "../core/types";

export interface Line { item: string; name: Text2 | null; unit: string; level: number; made: boolean; recipe: { recipe: string; version: number } | null; required: string; there: string; proposed: string; short: string; short_from: string | null; release: string | null }
export interface Overview { today: string; items: Line[]; left_out: string[] }
export interface Cover { supply: string; kind: string; quantity: string }
export interface Requirement { id: number; quantity: string; day: string; cause: string; about: string; per: string | null; parent: { item: string; ordered: string } | null; origins: string[]; covered: Cover[]; short: string }
export interface Proposal { id: string; made: boolean; ordered: string; quantity: string; net: string; safety: string; extra: string; release: string; needed: string; available: string }
export interface Supply { id: string; kind: string; quantity: string; day: string; last: string | null }
export interface Parameters { lead_days: number; policy: string; size: string; minimum: string; multiple: string; period_days: number; safety: string; yield_percent: string; step: string; shelf_days: number | null }
export interface Item extends Line { today: string; parameters: Parameters; requirements: Requirement[]; supplies: Supply[]; proposals: Proposal[] }
export interface Demand { demand: string; item: string; quantity: Quantity; due: string; source: string }

/** A table of demands (see server/planning/importing.py): each line with what it would do. */
export interface DemandLine { line: number; demand: string; item: string; quantity: string; unit: string; due: string; source: string; what: string; findings: { column: string; value: string; code: string }[] }
export interface DemandTable { lines: DemandLine[]; findings: { column: string; code: string }[]; new: number; changed: number; same: number; repeated: number; wrong: number }

/** Of the schedule (see server/planning/lines/pages.py): instants are ISO, UTC. */
export interface Shift { start: string; end: string }
export interface LineOf { line: string; name: Text2; equipment_class: string | null; rooms: string[]; calendar: string; zone: string; shifts: Shift[] }
export interface Waiting { batch: string; product: { code: string; name: Text2 } | null; size: Quantity | null; state: string | null; planned_start: string | null; minutes: number | null; short: { item: string; name: Text2 | null; quantity: Quantity }[] }
export interface Slot extends Waiting { start: string; end: string; outside: boolean; overlaps: string[] }
export interface Row extends LineOf { open: { start: string; end: string }[]; slots: Slot[] }
export interface Chart { from: string; to: string; now: string; lines: Row[]; waiting: Waiting[] }
export interface CalendarOf { calendar: string; weekdays: number[]; closed: string[] }
/** What somebody wants of a batch: a line from a moment on, or only to look at it. */
export interface Wish { batch: string; line: string; start: number; end: number | null }
