/** What the API says of balances (see server/equipment/views.py and GET /api/balances). */
import type { Equipment, EquipmentState, Gates, Person, Quantity, Reading, Text2 } from "../core/types";

export interface CheckLine { id: string; weight: string; shown: Quantity; verdict: string; at: string; by: Person | null }
interface Piece { id: string; name: Text2; serial: string | null; model: string | null; location: string | null; calibration_due: string | null; gates: Gates | null; reading: Reading | null }
export interface BalanceView extends Piece { checks: CheckLine[] }
/** How full a battery was when the bridge told last. */
export interface Battery { percent: number; at: string }
/** `link`: whether a bridge has it, and since when; null where none has told. */
export interface Link { connected: boolean; since: string }
export interface BalanceLine extends Piece { live: { net: Quantity | null; quality: string; at: string } | null; link: Link | null; battery: Battery | null }

/** A line of a piece's history: a status, a cleaning, or its use in a phase of a batch (server/equipment/status/views.py). */
export interface HistoryLine { id: string; index: number; what: string; at: string; by: Person | null; procedure: string | null; cleaning: string | null; batch: string | null; phase: string | null; left: string | null; text: string | null; flags: string[]; checked_at: string | null; checked_by: Person | null }
export interface Machine extends Equipment { state: EquipmentState }
/** An alarm of a piece with its end; `batch` and `phase` of one that was raised on a tablet (server/equipment/alarms/queries.py). */
export interface AlarmLine { id: string; what: string; severity: string; source: string; at: string; by: Person | null; batch: string | null; phase: string | null; cleared_at: string | null; cleared_by: Person | null; reason: string | null }
export interface MachineView extends Machine { history: HistoryLine[]; alarms: AlarmLine[] }
