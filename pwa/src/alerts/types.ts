/** Alerts as the server tells them. */
import type { Text2 } from "../core/types";

export type Severity = "info" | "warning" | "critical";
export interface Alert {
  id: string; code: string; severity: Severity; title: Text2; text: Text2; link: string; raised_at: string;
  /** How often it was passed on because nobody acknowledged. */
  escalated: number;
  over_at: string | null;
  acknowledged: { by: { id: string; name: string; name_en: string | null }; at: string; comment: string | null } | null;
}
export interface InboxPage { items: Alert[]; open: number }
export interface KindChoice { code: string; severity: Severity; title: Text2; fixed: boolean; push: boolean; mail: boolean }
export interface Reach {
  mail: string | null; mail_possible: boolean; quiet: { from: string; to: string } | null; zone: string; kinds: KindChoice[];
  browsers: { id: string; label: string; made_at: string; told_at: string | null; here: boolean; paused: boolean }[];
  /** The site's public key for pushes, base64url. */
  key: string;
}
export interface Deliveries {
  counts: Record<"push" | "mail", Record<string, number>>;
  troubles: { channel: string; state: string; made_at: string; tries: number; problem: string; code: string; person: { id: string; name: string; name_en: string | null } }[];
  mail_possible: boolean;
}
