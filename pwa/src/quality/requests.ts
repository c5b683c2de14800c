/** Samples that the floor has asked for, as the server tells them. */
import type { Named } from "../api/types";
import type { Quantity } from "../core/types";
import { type Text, tx } from "../i18n/index.svelte";

export interface SampleRequest {
  id: string; batch: string; phase: string | null; what: string; planned: Text; amount: Quantity | null; reason: string | null; comment: string | null; by: Named; at: string;
  answer: { by: Named; at: string; number: string | null; drawn: Quantity | null; declined: string | null; remark: string | null } | null;
  /** Why the sample that was drawn is not tested. */
  untested: { by: Named; at: string; reason: string } | null;
  results: { test: string; value: string; unit: string; verdict: string }[];
}

/** What was asked for: in the reader's language where the recipe plans it, else as it was written. */
export const whatOf = (one: SampleRequest): string => tx(one.planned) || one.what;
