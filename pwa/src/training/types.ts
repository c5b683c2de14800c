/** What the server answers about procedures and qualifications. */
import type { Text2 } from "../core/types";

export type Wants = "reading" | "training" | null;

/** How one person stands with one document: until when it is held (null without an end), and what is still asked. */
export interface Standing { document: string; title: Text2; version: number; held: boolean; until: string | null; wants: Wants; needed: boolean }
export interface Somebody { id: string; name: string; name_en: string | null; roles?: string[] }

export interface DocumentLine {
  document: string; type: string; title: Text2; version: number; effective_from: string;
  coming: { version: number; from: string } | null;
  steps?: string[];
  mine?: Standing | null;
}
export interface VersionView {
  version: number; title: Text2; demands: string; within_days: number; valid_days: number | null; effective_from: string;
  text: string | null; file: string | null; file_name: string | null; digest: string; published_at: string;
}
export interface ProofView {
  entry: string; document: string; version: number; what: string; evidence: string | null; file: string | null; file_name: string | null;
  person: Somebody; by: Somebody; made_at: string; ends_at: string | null;
}
export interface DocumentPage extends DocumentLine {
  steps: string[]; versions: VersionView[]; mine: Standing; proofs: ProofView[];
  people: (Standing & { person: Somebody })[] | null;
}
export interface Matrix { documents: DocumentLine[]; people: { person: Somebody; standings: Record<string, Standing> }[] }
export interface PersonTraining { person: Somebody; items: Standing[] }
export interface Need { on: string; name: string; documents: string[] }
export interface Needs { items: Need[]; phases: string[]; actions: string[] }
export interface KeptFile { sha256: string; name: string; size: number }
