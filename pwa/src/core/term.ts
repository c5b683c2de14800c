/** How long leases last: renewed in the background while there is a network, and told as ended once they are.
 *
 * A lease ends by its own term, by this device's clock as far as the server's was known to differ, or by the server's
 * word: a supervisor took the batch back, or it stands there as handed back. Work goes on either way: it is kept and
 * flagged. */
import type { Clock } from "./clock";
import { type Fetch, send } from "./http";
import type { Store } from "./store";
import { type AnyLease, CoreError, type LeaseEnd } from "./types";
import { unitOf } from "./units";

interface Told { lease: string; returned_at: string | null; revoked_at: string | null }

export interface TermHost {
  clock: Clock;
  fetch: Fetch;
  store(): Store;
  /** Milliseconds by which this device's clock is ahead of the server's, as far as known. */
  skew(): number;
  leases(): AnyLease[];
  take(batch: string, nonce: string): Promise<unknown>;
  changed(): void;
}

export class Term {
  private told: Record<string, LeaseEnd> = {};
  /** Not asked for again by itself: each refusal is an entry of the log. */
  private readonly refused = new Set<string>();
  private work: Promise<unknown> = Promise.resolve();

  constructor(private readonly host: TermHost) {}

  async load(): Promise<void> {
    this.told = (await this.host.store().meta("ended")) ?? {};
  }

  /** Leases that have ended, and how; the server's word goes before the clock. */
  ended(): Record<string, LeaseEnd> {
    const now = this.now();
    const found: Record<string, LeaseEnd> = {};
    for (const { lease, expires_at } of this.host.leases()) {
      const end = this.told[lease] ?? (Date.parse(expires_at) < now ? "expired" : null);
      if (end) found[lease] = end;
    }
    return found;
  }

  /** One after the other: a renewal must not come between the halves of a handing back. */
  turn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.work.then(act);
    this.work = done.catch(() => undefined);
    return done;
  }

  /** Somebody else has signed in: what was refused may be granted now. */
  again(): void {
    this.refused.clear();
  }

  /** Online: hear what became of the leases, then renew those of which half is gone. Fails silently; it comes again. */
  async tend(device: string): Promise<void> {
    try {
      await this.ask(device);
      for (const lease of this.due()) await this.turn(() => this.renewIfHeld(lease));
    } catch (error) {
      console.warn("leases", error);
    }
    this.host.changed();
  }

  /** A new lease in the name of who is signed in; CoreError. */
  async renew(batch: string): Promise<void> {
    const session = (await (await send(this.host.fetch, "/api/session", { method: "GET" })).json()) as { nonce: string };
    await this.host.take(batch, session.nonce);
  }

  private async ask(device: string): Promise<void> {
    if (!this.host.leases().length) return;
    const path = `/api/leases?device=${encodeURIComponent(device)}`;
    const { items } = (await (await send(this.host.fetch, path, { method: "GET" })).json()) as { items?: Told[] };
    const told: Record<string, LeaseEnd> = {};
    for (const { lease, returned_at, revoked_at } of items ?? []) {
      if (revoked_at) told[lease] = "revoked";
      else if (returned_at) told[lease] = "returned";
    }
    this.told = told;
    await this.host.store().setMeta({ ended: told });
  }

  /** Expired ones as well, since more time helps; not what the server has ended. */
  private due(): AnyLease[] {
    const now = this.now();
    const half = ({ issued_at, expires_at }: AnyLease): number => (Date.parse(issued_at) + Date.parse(expires_at)) / 2;
    return this.host.leases().filter((lease) => !this.told[lease.lease] && !this.refused.has(lease.lease) && half(lease) < now);
  }

  private async renewIfHeld(lease: AnyLease): Promise<void> {
    if (!this.host.leases().some((held) => held.lease === lease.lease)) return;
    try {
      await this.renew(unitOf(lease));
    } catch (error) {
      if (error instanceof CoreError && error.code !== "offline" && !error.code.startsWith("session_")) this.refused.add(lease.lease);
      throw error;
    }
  }

  private now(): number {
    return this.host.clock.wall() - this.host.skew();
  }
}
