/** What `/api/log/state` tells: how far the log goes, is published, and is witnessed. */
import { api, Problem } from "../api/client";
import type { Text2 } from "../core/types";

export interface Warning { code: string; since: string | null; detail: string; what: Text2; kept: Text2; next: Text2 }
export interface LogState {
  size: number;
  root: string;
  published: { size: number; root: string; note: string; witnesses: { name: string; at: string }[] } | null;
  witnessed_until: string | null;
  quorum: string;
  witnesses: { name: string; url: string; size: number; at: string | null; code: string | null; detail: string; since: string | null }[];
  warning: Warning | null;
}

export const logState = (): Promise<LogState> => api.get<LogState>("/api/log/state");

/** The warning as the catalogue words it, to be shown like any other problem. */
export function asWarned(warning: Warning): Problem {
  return new Problem(warning.code, 0, warning.what, warning.kept, warning.next);
}
