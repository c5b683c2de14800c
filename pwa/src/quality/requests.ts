/** Samples that the floor has asked for, as the server tells them. */
import type { Named } from "../api/types";
import type { Quantity } from "../core/types";

export interface SampleRequest {
  id: string; batch: string; phase: string | null; what: string; amount: Quantity | null; reason: string | null; comment: string | null; by: Named; at: string;
  answer: { by: Named; at: string; number: string | null; drawn: Quantity | null; declined: string | null; remark: string | null } | null;
  results: { test: string; value: string; unit: string; verdict: string }[];
}
