/** What a signer gives, and the digest of exactly what they saw (see server/identity/signing.py). */
import { concat, hex, sha256, utf8 } from "../core/bytes";
import { encodeProfile } from "../core/canonical";
import type { Assertion } from "../core/passkeys";

const SHOWN_DOMAIN = utf8("pestle/shown/v1\n");

/** The proof as every address that takes a signature takes it. */
export interface Proof { login: string | null; password: string | null; passkey: Assertion | null; token: string | null; offset: number }
/** A signature: its proof, its meaning, and the reason where one is asked for. */
export interface Signed { proof: Proof; meaning: string; reason: string | null }
/** What is signed: the kind of entry that it makes, and all that it will say of what was shown. */
export interface Shown { what: string; content: Record<string, unknown> }

/** Whether what was shown is not what stands there now, so that it has to be read again before it is signed. */
export function isStale(code: string): boolean {
  return code.endsWith("_stale") || ["device_owes_nothing", "difference_none", "audit_scope_changed", "flow_changed_since"].includes(code);
}

export async function digestOf(shown: Shown): Promise<string> {
  return hex(await sha256(concat(SHOWN_DOMAIN, encodeProfile({ ...shown }))));
}
