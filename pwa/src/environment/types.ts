/** What the API says of rooms (see server/environment/views.py and server/production/surroundings/queries.py). */
import type { Person, Text2 } from "../core/types";

export interface Limit { alert_low: string | null; alert_high: string | null; action_low: string | null; action_high: string | null }
export interface RoomValue { quantity: string; unit: string; sensor: string | null; value: string | null; at: string | null; level: string | null; limit: Limit | null }
export interface RoomLine { room: string; sensors: string[]; longest_gap: number | null; values: RoomValue[] }
export interface Rooms { now: string; rooms: RoomLine[] }
/** One setting of a room's limits, the newest first. */
export interface Setting { since: string; by: Person | null; longest_gap: number; limits: (Limit & { quantity: string; unit: string })[]; reason: string }
export interface RoomView extends RoomLine { now: string; settings: Setting[] }

export interface Excursion { level: string; from: string; to: string; value: string }
export interface Course { quantity: string; unit: string; sensor: string | null; limit: Limit | null; count: number; minimum: string | null; mean: string | null; maximum: string | null; gap: { from: string; to: string; minutes: number; over: boolean }; excursions: Excursion[] }
export interface PhaseRoom { phase: string; name: Text2; room: string; from: string; to: string; ended: boolean; sensors: string[]; longest_gap: number | null; changes: { since: string; by: string; longest_gap: number; reason: string }[]; quantities: Course[] }
