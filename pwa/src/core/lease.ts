/** Leases: what the server lets this device know and do offline; taken only with the server's signature on it. */
import { concat, fromBase64, utf8 } from "./bytes";
import { verify } from "./keys";
import { CoreError, type Lease } from "./types";

/** A lease as stored: the exact text that the server signed, so that it can be checked again at each start. */
export interface StoredLease { lease: string; text: string; signature: string; returnedAt: string | null }

/** The lease of a signed text; CoreError `lease_forged` unless the site key pinned at enrolment signed it for us. */
export async function openLease(text: string, signature: string, siteKey: string, device: string): Promise<Lease> {
  const message = concat(utf8("pestle/lease/v1\n"), utf8(text));
  let genuine = false;
  try {
    genuine = await verify("ed25519", fromBase64(siteKey), message, fromBase64(signature));
  } catch (error) {
    throw new CoreError("lease_forged", String(error));
  }
  if (!genuine) throw new CoreError("lease_forged", "the site's key did not sign this lease");
  const lease = JSON.parse(text) as Lease;
  if (lease.v !== 1 || lease.device !== device) throw new CoreError("lease_forged", "the lease is for another device");
  return lease;
}
