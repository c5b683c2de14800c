/** The shapes that the server's HTTP API answers with; the shapes shared with the core stand in src/core/types.ts. */
import type { LastReview } from "../audit/types";
import type { Lease, Phase, Quantity, Reading, Text2 } from "../core/types";

export interface Named { id: string; name: string; name_en: string | null }
export interface SignedIn extends Named { roles: string[]; permissions: string[] }
/** While the password is a one-time one, nothing but choosing another is permitted. */
export interface Session {
  person: SignedIn; nonce: string; device: string | null; expires_at: string; idle_minutes: number; password_one_time: boolean;
  /** The password must be changed since it is old; when it will be. */
  password_expired: boolean; password_ends_at: string | null;
  /** Another gave this person a password: until then they sign no decisions. */
  given: { by: Named; at: string; until: string } | null;
}
export interface GivenPassword { person: Named; by: Named; at: string; until: string; mine: boolean }
/** A role, everywhere (null) or in certain areas. */
export interface Grant { role: string; areas: string[] | null }
/** Roles that sign, wanted by one person and not yet confirmed by another; `mine`: the one who is signed in may. */
export interface WaitingGrant { person: Named; grants: Grant[]; by: Named; at: string; mine: boolean }
export interface Area { area: string; name: Text2; places: string[] }
/** `since`: null where none was stated. */
export interface SiteZone { zone: string; since: string | null; today: string }
export interface AccessPolicy { password_days: number; one_time_hours: number; idle_minutes: number; tablet_minutes: number; absolute_hours: number }
export interface Site { name: Text2; origin: string; vkey: string; server_key: string; version: string }
export interface PersonLine extends Named { login: string; roles: string[] }
export interface CredentialLine { set_at: string; one_time: boolean }
export interface OpenSession { id: string; device: string | null; address: string; browser: string; created_at: string; used_at: string; expires_at: string; current: boolean }
/** A person as an administrator sees them: never a secret, and of each open session only when. */
export interface PersonView {
  person: Named & { roles: string[]; grants: Grant[] };
  waiting: Grant[];
  login: string;
  locked_until: string | null;
  given: { by: Named; at: string; until: string } | null;
  credentials: { password: CredentialLine | null; pin: CredentialLine | null };
  sessions: OpenSession[];
}
export interface RoleRights { role: string; permissions: string[]; signs: boolean; excludes: string[] }
export interface Page<T> { items: T[]; total?: number }

export interface EntryView {
  id: string;
  index: number;
  kind: string;
  stream: string;
  subject: string | null;
  actor: Named;
  device: { id: string; name: string };
  seq: number;
  captured_at: string;
  offset: number;
  recorded_at: string;
  /** The last checkpoint that the device held: how much of the log it knew. */
  seen: { size: number; root: string } | null;
  /** Between which times, by the log's clock, it must have been made; `after` is null where nothing shows it. */
  made: { after: string | null; before: string };
  lease: string | null;
  flags: string[];
  /** Null where the content is no longer held; the log still proves what it was. */
  payload: Record<string, unknown> | null;
  /** The second person that the entry names. */
  verifier: Named | null;
  /** Whose own signatures stand under it: made on the device, checked by the server at sync. */
  signed: (Named & { how: "offline_pin" | "offline_passkey" })[];
  corrects: string | null;
  reason: string | null;
  corrected_by: string | null;
}

export interface Product { code: string; name: Text2; strength: string }
export interface PhaseName { id: string; name: Text2 }
export interface BatchLine {
  number: string;
  product: Product;
  size: Quantity | null;
  status: string;
  phases_done: number;
  phases_total: number;
  phase: PhaseName | null;
  open_items: number;
  started_at: string | null;
  updated_at: string;
  /** Its signature no longer covers everything. */
  stale: boolean;
  /** Seconds that its reviews took, as far as measured. */
  review_seconds: number | null;
}

export interface DeviceOwing { id: string; name: string; last_seen: string | null; known: number; delivered: number }
/** What waits for a person, as server/web/tasks.py says it; `to` is an address of the app. */
export interface Task { code: string; state: "blocked" | "now" | "due"; about: string; to: string; name: Text2 | null; at: string | null; count: number | null; why: string[] }
export interface HomeView {
  counts: Record<string, number>;
  in_progress: BatchLine[];
  ordered: BatchLine[];
  review: BatchLine[];
  attention: BatchLine[];
  released_recent: BatchLine[];
  devices_owing: DeviceOwing[];
  log: { size: number; checkpoint_at: string | null };
}

export interface TestResult { stage: string; test: string; name: Text2 | null; value: Quantity; low: string | null; high: string | null; verdict: string; reported: string | null; specification: string | null; entry: string | null }
export interface Yield { stage: string; value: Quantity; low: string | null; high: string | null; verdict: string }
export interface LeaseLine { lease: string; device: { id: string; name: string }; issued_at: string; expires_at: string; returned_at: string | null; last_seq: number | null; revoked_at: string | null; revoked: { by: Named; reason: string; index: number } | null }
/** A container of one of the batch's lots: the batch it is allocated to, and those that took something out of it. */
export interface ContainerLine { container: string; material: string; lot: string; quantity: Quantity; status: string | null; allocated: string | null; used: string[]; taken: Quantity; held: Quantity }
export interface BatchPhase { id: string; type: string; name: Text2; done: boolean; definition: Phase; entries: EntryView[] }
export interface BatchView {
  batch: BatchLine;
  recipe: { code: string; version: number; hash: string } | null;
  phases: BatchPhase[];
  lots: { material: string; name: Text2 | null; lot: string; status: string | null }[];
  results: TestResult[];
  yields: Yield[];
  leases: LeaseLine[];
  disposition: Disposition | null;
  audit_review: LastReview;
}

export interface Meaning { code: string; zh: string; en: string }
export interface Disposition {
  decision: "released" | "rejected";
  meaning: Meaning;
  signer: Named;
  signed_at: string;
  offset: number;
  digest: string;
  seal: Seal;
  reason: string | null;
  stale: boolean;
}
/** Entries of the batch, the hash at their end, and where each device's chain stood; null devices: from before. */
export interface Seal { entries: number; head: string; devices: { device: { id: string; name: string }; seq: number; hash: string; waived: boolean }[] | null; /** Of the batch, after what is sealed, and saying nothing about how it was made. */ beside: { index: number; kind: string }[] }
/** A device that held the batch; `blocks` are the gates it stands against. */
export interface Holding { device: { id: string; name: string }; returned_at: string | null; known: number; delivered: number; blocks: string[]; waived: string[] }
export interface Item {
  id: string;
  type: "conflict" | "exception" | "manual_weight" | "correction" | "late_entry" | "hold" | "remark" | "photo" | "deviation" | "waiver" | "record" | "difference" | "question" | "sample_request" | "paper" | "alarm";
  code: string;
  phase: PhaseName | null;
  slot: string | null;
  state: "open" | "resolved" | "assessed" | "withdrawn" | "closed" | "info";
  entries: EntryView[];
  details: Record<string, unknown>;
  device: { id: string; name: string } | null;
  comment: string | null;
  decision: { by: Named; at: string; text: string; chosen?: string | null } | null;
  /** A waiver whose device has delivered more since. */
  stale: boolean;
  /** Of a deviation: what carries it. */
  flow: Standing | null;
  /** Numbers of the deviations that were opened for it. */
  deviations?: string[];
}
/** The instance of a flow that carries something: what waits in it for whom, or how it ended. */
export interface Standing { instance: string; started_by: Named; started_at: string; ended_at: string | null; result: string | null; waiting: { name: Text2; person: Named | null; roles: string[]; overdue: boolean }[] }
/** A filled form about a batch. */
export interface RecordLine { record: string; form: string; title: Text2 | null; version: number; status: string; open_items: number; opened_at: string; completed_at: string | null; set_aside: boolean }
export interface Gate { code: string; met: boolean; count: number; details: string[]; waived: string[] }
export interface Review {
  batch: BatchLine;
  open: Item[];
  notable: Item[];
  clean: number;
  entries: number;
  gates: Gate[];
  holdings: Holding[];
  /** `size` is that of the log when this was shown. */
  seal: Seal & { size: number };
  digest: string;
  disposition: Disposition | null;
  audit_review: LastReview;
  flow: Standing | null;
  records: RecordLine[];
  /** Seconds in review, as measured with each signature: for planning. */
  times: { signed: string; seconds: number; by: Named; at: string }[];
  /** Production's own signature, where there is one. */
  production: Omit<Disposition, "decision"> | null;
}

export interface DeviationLine {
  number: string;
  batch: string;
  code: string;
  state: "open" | "closed";
  summary: string | null;
  device: { id: string; name: string } | null;
  opened_by: Named;
  opened_at: string;
  entries: number;
  flow: Standing | null;
  closing: { by: Named; at: string; conclusion: string; reason: string | null } | null;
}
export interface DeviationView { deviation: DeviationLine; batch: BatchLine | null; entries: EntryView[] }

export interface LotLine { material: string; name: Text2 | null; lot: string; status: string; expiry: string | null; received_at: string | null; batches: number; results: number }
export interface LotView { lot: LotLine & { supplier?: string | null; supplier_lot?: string | null; quantity?: Quantity | null; containers?: number | null }; results: TestResult[]; batches: BatchLine[] }
/** What a batch was told of a container, or of a weighing of the lot that named none. */
export interface StockTold { item: string; batch: string; code: string; state: string; severity: string | null; container: string | null }
export interface StockLine extends ContainerLine { exceptions: StockTold[] }
/** The containers of a lot; `announced` and `quantity` as its delivery said. */
export interface Stock { unit: string | null; announced: number | null; quantity: Quantity | null; items: StockLine[]; missing: StockTold[] }
export interface Trace { lot: string; batches: string[]; lots: string[]; shipments: string[] }
export interface LogPage { items: EntryView[]; size: number; checkpoint: unknown; more: boolean }
export interface LogNames { kinds: string[]; people: Named[]; devices: { id: string; name: string }[] }
/** Whose key signed: `key` is the one that the log knew as theirs, null for none. */
export interface Signer { by: "device" | "person"; id: string; name: string; name_en: string | null; alg: string; signature: string; key: string | null; fits: boolean }
/** An entry to the last byte; `quarantine` is what was kept because of it, or what it tells of. */
export interface EntryDetail extends EntryView {
  exact: { header: string; signatures: string; receipt: string; salt: string | null; payload: string | null };
  leaf_hash: string;
  signers: Signer[];
  corrects_index: number | null;
  corrected_by_index: number | null;
  quarantine: string | null;
}
export interface Version extends EntryView { standing: "stands" | "corrected" | "not_chosen"; superseded_by: string | null }
export interface Conflict {
  id: string;
  index: number;
  batch: string;
  slot: string;
  phase: Phase | null;
  state: "open" | "resolved";
  found_at: string | null;
  entries: EntryView[];
  decision: { by: Named; at: string; text: string; chosen: string; index: number | null } | null;
}
export interface Conflicts { items: Conflict[]; total: number; counts: { open: number; resolved: number } }
export interface History { entry: string; batch: string | null; slot: string | null; phase: Phase | null; versions: Version[]; conflicts: Conflict[] }
/** A device as supervisors see it; `known` by its own word, `seq` what the log has of it, `unproven` what it cannot have let go yet. */
export interface FleetLine {
  id: string; name: string; role: string; enrolled_at: string; state: "connected" | "away" | "never" | "revoked"; last_seen: string | null; skew_ms: number | null;
  revoked_at: string | null; last_seq: number | null; known: number; seq: number; owes: number; unproven: number; alarms_open: number; batches: FleetBatch[];
  /** The version of its app when it last came; `app_old`: the server hands out another one now. */
  app: string | null; app_old: boolean;
  alg: string; place: string | null; replaces: string | null; storage: { reopened: boolean; extractable: boolean; persisted: boolean } | null;
  /** Entries of a device that has ended which nobody waits for any more; who is locked there after wrong PINs. */
  missing: number; locked: { person: string; wrong: number; locked_at: string }[];
}
/** A unit of work that a device has not handed back. `heard`: whether it knows that it was taken back; null where it was not. */
/** What a lease is of: one of the three. */
export interface LeasedUnit { batch: string | null; record: string | null; warehouse: string | null }
export interface FleetBatch extends LeasedUnit { expires_at: string; expired: boolean; revoked_at: string | null; heard: boolean | null }
export interface FleetAlarm { alarm: string; code: string; at: string; entries: string[]; index: number; settled: { by: Named; at: string; reason: string; index: number } | null }
export interface FleetDevice extends FleetLine { leases: (LeaseLine & LeasedUnit & { heard: boolean | null })[]; entries: EntryView[]; alarms: FleetAlarm[] }
/** `recovers`: the tablet that lost its keys, for which it opens what that has kept sealed. */
export interface EnrolmentCode { code: string; role: string; recovers: string | null; place: string | null; replaces: string | null; expires_at: string }
/** A badge that a person has or had. */
export interface BadgeLine { badge: string; person: string; issued_at: string; withdrawn_at: string | null; reason: string | null }
/** `text` is told this once. */
export interface BadgeIssued { badge: BadgeLine; text: string; site: Text2 }
/** `device` is what the input named, `name` what that device is called. */
export interface QuarantineLine { id: string; received_at: string; source: string; device: string | null; name: string | null; code: string; what: Text2 | null; detail: string; size: number; sha256: string; index: number | null }
export interface QuarantinePage { items: QuarantineLine[]; total: number; codes: string[]; devices: { id: string; name: string }[] }
export interface QuarantineDetail extends QuarantineLine { preview: { form: "text" | "hex"; text: string; shown: number }; told: number[] }
export interface BalanceLine {
  id: string; name: Text2; serial: string | null; model: string | null; location: string | null; calibration_due: string | null;
  live?: { net: Quantity | null; quality: string; at: string } | null; reading?: Reading | null;
}
export type { Lease };
/** What the server makes of a scanned text; it never gives the text back. `expiry` is what the code says, null for nothing. */
export interface Scanned {
  what: "container" | "lot" | "equipment" | "device" | "badge" | "enrol" | "unknown";
  container: { container: string; material: string; lot: string; quantity: Quantity } | null;
  lots: { material: string; lot: string; name: Text2 | null; status: string; expiry: string | null; supplier_lot: string | null }[];
  equipment: { equipment: string; class: string; name: Text2 } | null;
  device: { id: string; name: string } | null;
  badge: string | null;
  expiry: string | null;
}
