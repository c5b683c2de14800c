/** What the server says of forms and their versions. */
import type { Named } from "../../api/types";
import type { Definition, Words } from "../../engines/forms/types";

export interface FormLine {
  form: string; title: Words; effective: number | null; waiting: number | null; newest: number | null; state: string | null;
  changed_at: string; draft: { by: Named; at: string } | null;
}
export interface FormVersion {
  version: number; sha256: string; title: Words; state: string; comment: string | null; by: Named; at: string; effective_from: string | null;
  decided_by: Named | null; decided_at: string | null; reason: string | null;
}
export interface FormView {
  form: string; title: Words;
  /** The first version first. */
  versions: FormVersion[];
  draft: { revision: number; definition: Definition; by: Named; at: string } | null;
}
export type WithDefinition = FormVersion & { definition: Definition };
