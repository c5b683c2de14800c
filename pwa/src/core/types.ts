/** The shapes that the app's core and its screens share; the server's HTTP shapes stand in src/api/types.ts. */

import type { Definition } from "../engines/forms/types";
import type { StatedZone } from "./days";
import type { Conversion } from "./measures";
import type { Badge } from "./opening";

export interface Text2 { zh: string; en: string }
export interface Quantity { value: string; unit: string }
export interface Limits { low: string | null; high: string | null; target: string | null; unit: string }

/** Where an entry is: durable on this device, acknowledged by the server, held back there, in the log by the server's
 * word, proven to be in it by what this device checked itself, or refused. */
export type Place = "device" | "sent" | "held" | "logged" | "proven" | "quarantined";

/** Whether an entry's device signed it, as far as can be told here: its key is not known, or does not fit. */
export type SignatureState = "right" | "unknown" | "wrong";

/** An entry as screens see it: signed header, payload, and where it is. `own` is false for another device's. */
export interface LocalEntry {
  id: string;
  kind: string;
  subject: string;
  actor: string;
  device: string;
  seq: number;
  capturedAt: string;
  /** Minutes east of UTC, as the device was set. */
  offset: number;
  /** When the log took it, by the server's word; null before that. */
  recordedAt: string | null;
  corrects: string | null;
  reason: string | null;
  payload: Record<string, unknown>;
  place: Place;
  flags: string[];
  index: number | null;
  /** How many entries of the log its device had seen. */
  seen?: number;
  own: boolean;
  signature: SignatureState;
}

/** What a screen asks the core to record. The core adds ids, sequence, clocks, lease, hashes and signatures. */
export interface Draft {
  /** The unit of work: a batch by its number, anything else by its stream. So it is with every `batch` of the core. */
  batch: string;
  kind: string;
  subject: string;
  payload: Record<string, unknown>;
  corrects?: string;
  reason?: string;
  /** The person who signs this entry's header second. Asking for a passkey may fail with `passkey_cancelled`: nothing is
   * recorded then. */
  cosigner?: Cosigner;
}

/** A second person: their key, unwrapped by PIN, or the passkeys that their authenticator is asked for. */
export type Cosigner = Unlocked | { person: string; passkeys: LeasedPasskey[] };
/** `id` in base64url, `public_key` a COSE_Key in base64; `rp_id` is the name of the site that it signs at. */
export interface LeasedPasskey { id: string; public_key: string; rp_id: string }

/** A person's signing key, unwrapped by PIN; the private key is a non-extractable CryptoKey. */
export interface Unlocked { person: string; key: CryptoKey }

export interface Person {
  id: string;
  name: string;
  name_en: string | null;
  roles: string[];
  /** The areas in which they work on batches; null is everywhere. Missing in older leases. */
  works_in?: string[] | null;
  /** Those in which they may be the second person. */
  stands_by_in?: string[] | null;
  /** Those in which they may explain a yield that is out of limits; none: they may not. Missing in older leases. */
  explains_in?: string[] | null;
  key: LentKey | WrappedKey | null;
  /** The badge in use, without which the key does not open; missing in older leases. */
  badge?: string | null;
  /** Missing in older leases. */
  passkeys?: LeasedPasskey[];
  /** What they hold of all that some step of work needs; until null has no end. Missing in older leases. */
  qualifications?: { code: string; until: string | null }[];
}
export interface WrappedKey {
  alg: "ed25519"; public_key: string; salt: string; iv: string; data: string; m: number; t: number; p: number;
}

/** The same as leases lend it: sealed for this tablet, and by the person's badge within that (core/opening.ts). */
export interface LentKey { alg: "ed25519"; public_key: string; iv: string; data: string }

export interface ClearanceItem { id: string; text: Text2 }
/** `tally`: it is counted piece by piece. */
export interface Parameter { id: string; name: Text2; unit: string; low: string | null; high: string | null; target: string | null; decimals: number; tally?: boolean; binding?: { signal: string } | null }
export interface Check { id: string; name: Text2; unit: string; low: string | null; high: string | null; target: string | null; decimals: number; samples: number; chart?: boolean }
/** A round every so many minutes of the phase's running time, each at most `grace` minutes late. */
export interface Schedule { every: number; grace: number }
/** A material of dispensing. `quantity`: the expression for how much of a lot is taken, where its content counts or it makes
 * up for other lines; `potency`: the tests whose results the expression is over. */
export interface DispensingLine {
  id: string; material: string; material_name: Text2; role: "plain" | "active" | "compensator"; target: string; low: string; high: string; unit: string; decimals: number; rounding: "half_up" | "gbt8170";
  quantity: string | null; potency: { assay: string | null; water: string | null } | null; compensates: string[];
}
/** What a yield is calculated over, by its name in the expression: the sum of slots of phases before, or what is typed. */
export interface YieldInput { id: string; name: Text2; unit: string; decimals: number; from: string[] | null }
/** A printed material whose balance is drawn up: each good pack has `per` of it; null in `sources`: the count is typed. */
export interface Printed {
  id: string; material: string; material_name: Text2; unit: string; counted: number; per: string; pack_unit: string;
  sources: Record<"issued" | "packs" | "destroyed" | "specimens" | "returned", string[] | null>;
  decimals: number; rounding: "half_up" | "gbt8170"; low: string | null; high: string | null; specimen: boolean;
}
export interface Equipment { equipment: string; class: string; name: Text2; serial: string | null; model: string | null; location: string | null; calibration_due: string | null; gates?: Gates; state?: EquipmentState }
/** An alarm of a piece of equipment that stands: `what` as the machine shows it (server/equipment/alarms/model.py). */
export interface EquipmentAlarm { id: string; what: string; severity: string; source: string; at: string }
/** How a piece of equipment stands (server/equipment/status/queries.py); `kept`: whether anybody keeps account of it. */
export interface EquipmentState { kept: boolean; status: string | null; since: string | null; batch: string | null; reason: string | null; until: string | null; over: boolean;
  /** Whether somebody else has looked at its cleaning; missing in older leases. */
  checked?: boolean;
  /** What was in it since its last major cleaning, each with its strength; missing in older leases. */
  products?: string[];
  /** Those that stand; missing in older leases. */
  alarms?: EquipmentAlarm[];
  holds: { dirty_hours: number | null; clean_hours: number | null } | null }
export interface Phase {
  id: string;
  type: "line_clearance" | "weighing" | "dispensing" | "parameters" | "in_process" | "instruction" | "yield" | "packaging";
  name: Text2;
  instruction: Text2;
  room: string | null;
  equipment: string | null;
  items?: ClearanceItem[];
  material?: string; material_name?: Text2; target?: string; low?: string | null; high?: string | null; unit?: string; decimals?: number;
  parameters?: Parameter[];
  rounds?: number; checks?: Check[]; schedule?: Schedule | null;
  lines?: DispensingLine[];
  inputs?: YieldInput[]; expression?: string; rounding?: "half_up" | "gbt8170";
  printed?: Printed[];
  /** Of a calculation that is no phase of its own the printed material that it is the balance of. */
  item?: string;
  /** Phases that must have ended before; missing in orders from before the third form: the one before it in the list. */
  after?: string[];
  /** The pieces of its class of equipment that may be used; none: any. */
  candidates?: string[];
  /** Steps of work whose qualifications are asked beside those of its kind. */
  needs?: string[];
  /** Samples that whoever works in it asks the laboratory for; missing: none is planned. */
  sampling?: { id: string; name: Text2; amount: Quantity | null }[];
  /** At least, at most so many minutes from a moment of another phase to one of this. */
  times?: { since: string; from: "start" | "end"; to: "start" | "end"; min: number | null; max: number | null }[];
  /** When a second person must be there: for each portion, or for the one with which a line is done. */
  second?: "portion" | "line" | null;
}
export interface Order {
  batch: string;
  product: { code: string; name: Text2; strength: string };
  recipe: string; version: number; recipe_hash: string;
  size: Quantity;
  lots: { material: string; lot: string }[];
  phases: Phase[];
}
/** `results`: of the tests that lines of dispensing name for the material, once checked; `entry` says who found them.
 * `unchecked`: the tests of which a later one waits for a second person. */
export interface LeasedLot {
  material: string; name: Text2; lot: string; supplier_lot?: string | null; status: string; expiry: string | null; retest?: string | null; containers: number | null; registered?: boolean;
  results?: { test: string; value: string; entry: string }[]; unchecked?: string[];
}
/** A batch in the hands of this device. */
export interface Lease extends Lent {
  batch: string;
  order: Order; recipe_hash: string;
  lots: LeasedLot[];
  /** What the batch was allocated, and what other batches have taken out of it; missing in a lease from before
   * containers were registered. `measured`: when what is in it was measured last, as far as `quantity` knows, and
   * `measured_index` its place in the log. */
  containers?: { container: string; material: string; lot: string; quantity: Quantity; taken?: Quantity; restricted?: string | null; measured?: string | null; measured_index?: number | null }[];
  /** By material what it says of its own units, as its density; missing in older leases. */
  conversions?: Record<string, Conversion[]>;
}
/** A record in the hands of this device, with its form as it is pinned by the digest of its bytes. */
export interface RecordLease extends Lent {
  unit: string;
  record: { record: string; form: string; version: number; sha256: string; subject: string | null; opened_by: string; opened_at: string };
  definition: Definition;
  /** What its form is filled in with; missing in older leases. */
  registers?: Registers;
}
/** By permission who has it; of materials that a form names their lots, unless these are too many; everybody. */
export interface Registers {
  permitted: Record<string, string[]>; people: { id: string; name: string; name_en: string | null }[];
  lots: Record<string, { lot: string; status: string; expiry: string | null }[]>; equipment?: Lent["equipment"]; zones?: StatedZone[];
}
/** A day's work in an area's warehouse; how its columns are read stands in src/warehouse/stock.ts. */
export interface WarehouseLease extends Lent {
  unit: string;
  /** `size` of the log that all this is of: later entries of the document come on top. */
  warehouse: { area: string; day: string; size: number };
  /** What each person may do here of `lot.receive`, `stock.move` and `sample.take`. */
  may: Record<string, string[]>;
  locations: Location[];
  materials: StoredMaterial[];
  /** What lots and containers name by its place here; -1 is nothing. */
  words: string[];
  lots: { lot: string[] } & Record<"material" | "status" | "expiry" | "retest" | "supplier" | "supplier_lot", number[]>;
  containers: { label: string[]; quantity: string[]; held: string[] } & Record<"lot" | "unit" | "location" | "status" | "batch" | "use_until", number[]>;
  orders: OpenOrder[];
  suppliers: { supplier: string; name: Text2; qualified_until: string | null }[];
  /** Who may deliver what, made by whom. */
  supplies: { material: string; supplier: string; manufacturer: string }[];
  /** Rule and numbers for lots that are received here. */
  receiving: { rule: { pattern: string; remaining: number; over: number }; blocks: { pattern: string; period: string; first: number; last: number }[] };
  /** Counts that were ordered here and are not closed. */
  counts: { count: string; locations: string[]; ordered_by: string; ordered_at: string }[];
  /** Of which containers are to be opened for samples; missing in older leases. */
  inspections?: LentInspection[];
  /** Samples that are on their way, and who may receive one; missing in older leases. */
  samples?: LentSample[];
  receivers?: { id: string; name: string; name_en: string | null }[];
}
/** A sample that was taken, or handed over and is not received; `holder` has it. */
export interface LentSample { sample: string; inspection: string; material: string; lot: string; purpose: "test" | "identity" | "retained"; holder: string; to: string | null }
/** `drawn`: null where every container is; `missing`: those of which no sample is taken yet. */
export interface LentInspection { inspection: string; material: string; lot: string; number: number; sampling: { identity: string; quantity: Quantity | null; retained: Quantity | null; instruction: string | null }; drawn: string[] | null; missing: string[]; labelled: number }
export interface Location { location: string; name: Text2; warehouse: string; kind: string; storage: string | null; active: boolean }
/** `shelf_life` and `retest` in months; `conversions` pair quantities that are the same amount of it. */
export interface StoredMaterial { code: string; name: Text2; type: string; unit: string; shelf_life: number | null; retest: number | null; storage: string | null; conversions: { given: Quantity; equals: Quantity }[] }
/** An approved purchase order with its open lines; `open` is what has not come. */
export interface OpenOrder { order: string; supplier: string; lines: { line: number; material: string; quantity: string; received: string; open: string; unit: string; wanted_by: string | null; state: string }[] }
export type AnyLease = Lease | RecordLease | WarehouseLease;
/** What every lease says, whatever it is of. */
export interface Lent {
  lease: string; v: 1; device: string; person: string; issued_at: string; expires_at: string;
  people: Person[];
  /** Which rooms belong to which area; missing in older leases. */
  areas?: { area: string; name: Text2; places: string[] }[];
  /** What a step needs, by its name, and how that is called; missing in older leases. */
  requirements?: Record<string, string[]>; documents?: Record<string, Text2>;
  equipment: Equipment[];
  /** All enrolled tablets, so that others' entries can be shown with the names of theirs. */
  devices: { id: string; name: string; alg: string; public_key: string }[];
  document: string;
  site: { name: Text2; server_key: string; vkey: string };
  /** By whose calendar days are told; missing in older leases: UTC. */
  zones?: StatedZone[];
  /** What opens the keys of people, for this tablet alone; missing in older leases, as is the rest. */
  opener?: { ephemeral: string; iv: string; data: string } | null;
  badges_withdrawn?: string[];
  /** After how long without a touch a tablet locks itself. */
  idle_minutes?: number;
}

/** Why a lease permits nothing more, as far as this device knows: its own clock, or what the server has said since. */
export type LeaseEnd = "expired" | "revoked" | "returned";

/** A live value of a balance, as the server last passed it on; null net when lost or not readable. */
export interface LiveWeight { balance: string; net: Quantity | null; quality: "stable" | "dynamic" | "overload" | "underload" | "unknown" | "lost"; at: string }
/** What a balance may be used for, and the latest check by each of its test weights (server/equipment/model.py). */
export interface Gates { capacity: Quantity | null; minimum: Quantity | null; check_hours: number | null; weights: { weight: string; nominal: Quantity; tolerance: string }[]; checks: { weight: string; verdict: string; at: string }[] }
/** A weight that the bridge has captured, signed and delivered: the only one that may be taken. */
export interface Reading { id: string; device: string; balance: string; serial: string; model: string; net: Quantity; raw: string; captured_at: string; index: number }
/** What a machine measured at one moment, as it stands in the log: what a bound parameter may be taken from. */
export interface Sample { id: string; device: string; equipment: string; serial: string; model: string; device_time: string; values: { name: string; value: string; unit: string | null }[]; raw: string; captured_at: string; index: number }

/** What the log's server can be caught at by a device: another history than it has told, other keys, no proof. */
export type AlarmCode = "log_rolled_back" | "log_forked" | "checkpoint_forged" | "keys_changed" | "proof_wrong" | "proof_missing";
/** Evidence: the note that this device held and what it was told instead; `entries` are ids that could not be proven. */
export interface Alarm { id: string; code: AlarmCode; at: string; held: string | null; told: string | null; entries: string[]; reported: boolean }

/** A key that this device trusts, as people compare it: the first half of its SHA-256, in groups of four. */
export interface PinnedKey { use: "log" | "witness" | "root" | "server"; name: string; alg: string; fingerprint: string }

/** Fewer or other witnesses than before; a site root where there was none; new keys that the root has named. */
export type NoticeCode = "quorum_weaker" | "root_new" | "keys_renewed";
export interface Notice { code: NoticeCode; at: string }

/** What this device knows of the log by its own checking. */
export interface Trust {
  /** The last checkpoint it verified; `at` is the last signature's time; `witnesses` those who cosigned, and when. */
  held: { size: number; root: string; at: string; witnesses: { name: string; at: string }[] } | null;
  keys: PinnedKey[];
  /** Whether the policy asks for witnesses. */
  witnessed: boolean;
  /** The checkpoint that was told last lacks witnesses, or none with enough of them is published: nothing new is proven. */
  lacking: boolean;
  alarm: Alarm | null;
  /** What changed in whom this device trusts, until somebody has taken note of it. */
  notices: Notice[];
}

/** How what this device keeps is kept. */
export interface StorageState {
  /** The browser promised not to clear it by itself. */
  persisted: boolean;
  /** When the database was last rebuilt from the journal. */
  recovered: string | null;
  /** When the disk was found to have been set back to an older state: the server had more of this device's chain. */
  setBack: string | null;
  /** Own entries that are here. */
  records: number;
  /** All of it is sealed, journal included; false until a device of an earlier version has met its server. */
  encrypted: boolean;
  /** Records of an earlier enrolment of this tablet, which only the site can open: by enrolling with a code for it. */
  waiting: { device: string; name: string; records: number }[];
  /** Things that could not be read and stand nowhere else; and those that were given back by the other copy or will be
   * by the server, since this start. */
  damaged: number;
  healed: number;
  /** Bytes, as the browser estimates them; `low`: it is time to deliver and hand back. Null where it does not tell. */
  space: { used: number; total: number; low: boolean } | null;
}

/** What the core tells the screens; replaced whole at each change, so that a framework can compare. */
export interface CoreState {
  ready: boolean;
  device: { id: string; name: string; role: string } | null;
  /** The last entry this device has signed: its sequence, and SHA-256 of its header in hex; 0 and zeros before the first. */
  head: { seq: number; hash: string };
  storage: StorageState;
  online: "online" | "connecting" | "offline";
  offlineSince: string | null;
  /** The server refuses the socket because nobody is signed in there. */
  sessionMissing: boolean;
  /** Own entries; `logged` with those that are `proven`. */
  counts: { device: number; sent: number; logged: number; proven: number };
  trust: Trust;
  /** Of batches, of records, and of days in warehouses. */
  leases: Lease[];
  records: RecordLease[];
  warehouses: WarehouseLease[];
  /** Leases that have ended otherwise than by handing them back here, and how; by lease. */
  ended: Record<string, LeaseEnd>;
  live: Record<string, LiveWeight>;
  readings: Record<string, Reading>;
  /** The last sample of each machine since this page listens. */
  samples: Record<string, Sample>;
  /** Set when this page is a second tab: only one may write. */
  secondTab: boolean;
  /** A new version of the app waits for consent; `updateDelivers`: it keeps records in another form, so those of this
   * version must have been delivered before. */
  updateWaiting: boolean;
  updateDelivers: boolean;
  /** How often the server has said that something of a batch changed: a screen that shows it fetches again. */
  touched: Record<string, number>;
  /** Milliseconds by which this device's clock was ahead of the server's when they last met; null before that. */
  skewMs: number | null;
  /** Why the server ended the last connection (for example `device_revoked`); null while one stands. */
  syncError: string | null;
}

/** The core as the screens use it (src/core/core.ts exports `core: Core`). Every promise rejects with a CoreError. */
export interface Core {
  readonly state: CoreState;
  /** Called after each change of state or entries; returns the function that ends it. */
  subscribe(listener: () => void): () => void;
  start(): Promise<void>;
  /** Make a key that never leaves the device, prove it works after a reopening of the store, and enrol. Records that
   * wait sealed are opened, for which the code must be one for their tablet (else `recovery_not_permitted`); with `leave`
   * they go on waiting. */
  enrol(code: string, name: string, leave?: boolean): Promise<void>;
  /** Take a unit of work along: lease, document, offline. Needs network and a signed-in person. */
  take(batch: string, nonce: string): Promise<void>;
  handBack(lease: string): Promise<void>;
  /** Ask for a new lease of a batch in the name of who is signed in: more time, and what was allocated since. */
  renew(batch: string): Promise<void>;
  /** Sign and keep: resolves only when the entry is in IndexedDB (strict) and in the journal. */
  record(draft: Draft, actor: string): Promise<LocalEntry>;
  /** All entries of a batch, own and others', in the order of capture on their devices. */
  entries(batch: string): LocalEntry[];
  /** What was typed here and not signed, over a restart; undefined when there is nothing. No record, only convenience. */
  recall(batch: string, slot: string): unknown;
  /** Keep that; undefined: nothing any more. */
  remember(batch: string, slot: string, value: unknown): void;
  /** Unwrap a leased person's key, with what their badge says where they have one. Rejects with `pin_wrong`, `pin_locked`
   * (`minutes`), `badge_needed` or `badge_wrong`. */
  unlock(person: string, pin: string, badge?: Badge | null): Promise<Unlocked>;
  /** What shows the server that its session with this nonce is one of this device; null before enrolment. */
  shows(nonce: string): Promise<{ device: string; proof: string } | null>;
  /** Somebody who was locked here has confirmed on line with the password. */
  confirmed(person: string): Promise<void>;
  /** Keep a photo's bytes (≤ 2 MiB) until the server has them; its SHA-256 in hex. */
  keepBlob(data: Uint8Array, type: string): Promise<string>;
  /** What others type right now on this batch: by slot. */
  drafts(batch: string): { slot: string; person: string; text: string; at: string }[];
  typing(batch: string, slot: string, person: string, text: string): void;
  /** What all tablets have written together at a slot and nobody has signed. */
  text(batch: string, slot: string): string;
  /** A person has made `text` out of what the field showed; others' words that came meanwhile stay. */
  write(batch: string, slot: string, person: string, shown: string, text: string): void;
  /** What all tablets have counted together at a slot. */
  tally(batch: string, slot: string): number;
  count(batch: string, slot: string, person: string, by: number): void;
  /** Whether a batch has so many drafts that what is typed is shared no more; it can be signed all the same. */
  draftsFull(batch: string): boolean;
  /** Tell the sync that a session began or ended, so that it connects at once. */
  sessionChanged(): void;
  /** Change over to the version that waits; CoreError `update_delivers` while records must be delivered before. */
  acceptUpdate(): void;
  /** Somebody has taken note of the notices. */
  takeNote(): Promise<void>;
  /** End the alarm, with a reason, in the name of who is signed in: the log as it is told now is taken for the log. */
  settleAlarm(reason: string): Promise<void>;
}

/** Why something could not be written: there is no room, or the disk fails. */
export function storageFailure(error: unknown): CoreError {
  return new CoreError(/quota/i.test(String(error)) ? "storage_full" : "storage_failed", String(error));
}

/** A failure by its code; `answer` is the server's body (code, what, kept, next, details) where it was the server's. */
export class CoreError extends Error {
  constructor(readonly code: string, message = code, readonly answer: Record<string, unknown> | null = null) { super(message); }
}
