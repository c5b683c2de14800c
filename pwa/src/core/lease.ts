/** Leases: what the server lets this device know and do offline; taken only with the server's signature on it. */
import { concat, fromBase64, utf8 } from "./bytes";
import { call, type Fetch } from "./http";
import type { Journal } from "./journal";
import { type DeviceKey, proof, verify } from "./keys";
import type { Store } from "./store";
import { type AnyLease, CoreError } from "./types";
import { unitOf } from "./units";

/** A lease as stored: the exact text that the server signed, so that it can be checked again at each start. */
export interface StoredLease { lease: string; text: string; signature: string; returnedAt: string | null }

/** The lease of a signed text; CoreError `lease_forged` unless one of the site's keys, pinned at enrolment or named by
 * the site's root since, signed it for us. */
export async function openLease(text: string, signature: string, siteKeys: string[], device: string): Promise<AnyLease> {
  const message = concat(utf8("pestle/lease/v1\n"), utf8(text));
  let genuine = false;
  try {
    for (const key of siteKeys) genuine ||= await verify("ed25519", fromBase64(key), message, fromBase64(signature));
  } catch (error) {
    throw new CoreError("lease_forged", String(error));
  }
  if (!genuine) throw new CoreError("lease_forged", "the site's key did not sign this lease");
  const lease = JSON.parse(text) as AnyLease;
  if (lease.v !== 1 || lease.device !== device) throw new CoreError("lease_forged", "the lease is for another device");
  return lease;
}

/** What a lease is asked for with; `nonce` is the session's, so that device and person are there at once. */
interface Wish { batch: string; nonce: string; device: string; key: DeviceKey; agreement: string; siteKeys: string[] }

/** The device that gives a batch back, with the last sequence in its chain. */
interface Giver { device: string; key: DeviceKey; seq: number }

/** The leases of this device, as database and journal keep them. */
export class Leases {
  private kept: StoredLease[] = [];
  private inForce: AnyLease[] = [];
  private device = "";

  constructor(private readonly store: Store, private readonly journal: Journal | null) {}

  /** Those in force, each one's signature checked again; one for a unit of work, newest first. */
  async load(device: string, siteKeys: string[]): Promise<AnyLease[]> {
    this.device = device;
    this.kept = await this.store.leases();
    this.inForce = [];
    for (const item of this.kept.filter((one) => this.isOurs(one))) {
      try {
        this.inForce.push(await openLease(item.text, item.signature, siteKeys, device));
      } catch (error) {
        console.error("lease", error);
      }
    }
    this.inForce.sort((a, b) => (a.issued_at < b.issued_at ? 1 : -1));
    return this.inForce.filter((lease, i, all) => all.findIndex((other) => unitOf(other) === unitOf(lease)) === i);
  }

  async take(fetch: Fetch, { batch, nonce, device, key, agreement, siteKeys }: Wish): Promise<AnyLease> {
    const named = batch.includes("/") ? { unit: batch } : { batch };
    const wish = { device, ...named, agreement, proof: await proof(key, "lease", nonce, batch, agreement) };
    const answer = await call<{ lease: string; signature: string }>(fetch, "/api/leases", wish);
    const lease = await openLease(answer.lease, answer.signature, siteKeys, device);
    await this.keep({ lease: lease.lease, text: answer.lease, signature: answer.signature, returnedAt: null });
    return lease;
  }

  /** A batch that was taken twice has an older lease beside the one that is shown: both end. */
  async handBack(fetch: Fetch, shown: string, { device, key, seq }: Giver, at: string): Promise<void> {
    const given = this.inForce.find(({ lease }) => lease === shown);
    const ending = this.inForce.filter((lease) => given && unitOf(lease) === unitOf(given)).map(({ lease }) => lease);
    if (!ending.length) throw new CoreError("lease_missing");
    for (const item of this.kept.filter(({ lease }) => ending.includes(lease))) {
      const body = { device, last_seq: seq, proof: await proof(key, "lease-return", item.lease, String(seq)) };
      await call(fetch, `/api/leases/${encodeURIComponent(item.lease)}/return`, body);
      await this.keep({ ...item, returnedAt: at });
    }
  }

  /** Forget what was handed back, or is left over from an earlier enrolment of this tablet. */
  async tidy(): Promise<void> {
    if (!this.device) return;
    for (const item of this.kept.filter((one) => !this.isOurs(one))) await this.store.dropLease(item.lease);
  }

  private async keep(item: StoredLease): Promise<void> {
    await this.journal?.lease(item);
    await this.store.putLease(item);
  }

  private isOurs({ text, returnedAt }: StoredLease): boolean {
    return returnedAt === null && (JSON.parse(text) as AnyLease).device === this.device;
  }
}
