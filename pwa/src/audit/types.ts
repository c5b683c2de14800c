/** Audit-trail reviews as the server tells them (server/release/audit/shapes.py). */
import type { EntryView, Meaning, Named } from "../api/types";

/** Which entries; null: all. A batch stands for its stream; `until` is the first time that no longer counts. */
export interface Scope { batch: string | null; stream: string | null; kind: string | null; person: string | null; device: string | null; since: string | null; until: string | null }
/** A scope with the names of who and what it names. */
export interface Scoped { scope: Scope; person: Named | null; device: { id: string; name: string } | null }
export interface Counted { code: string; count: number }
/** What would be signed, and what of it deserves a look first; `refused`: why this person cannot sign it. */
export interface Selection extends Scoped { log_size: number; count: number; digest: string; kinds: Counted[]; looks: Counted[]; refused: string | null }
export interface Selected { items: EntryView[]; more: boolean }
export interface Remark { entry: string; text: string; deviation: string | null }
export interface AuditReview extends Scoped {
  entry: string; index: number; log_size: number; count: number; digest: string; meaning: Meaning; signer: Named; signed_at: string; offset: number;
  comment: string | null; remarks: (Remark & { index: number | null })[]; recorded_at: string;
}
/** The last review of a whole batch or log, and how many entries it does not reach. */
export interface LastReview { review: AuditReview | null; since: number }
export interface AuditReviews { items: AuditReview[]; total: number; last: LastReview }
