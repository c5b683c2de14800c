/** Mirrors the framework-free core into runes, so that screens redraw when it says that something changed. */
import { core } from "../core/core";
import type { AnyLease, CoreState, LocalEntry, RecordLease } from "../core/types";

class Mirror {
  state = $state.raw<CoreState>(core.state);
  /** Grows at each change of entries or drafts; read it to depend on them. */
  version = $state(0);
  /** Once a half minute, for “no network for 14 min”. */
  now = $state(Date.now());

  constructor() {
    core.subscribe(() => {
      this.state = core.state;
      this.version += 1;
    });
    setInterval(() => (this.now = Date.now()), 30_000);
  }

  entries(batch: string): LocalEntry[] {
    void this.version;
    return core.entries(batch);
  }

  drafts(batch: string): ReturnType<typeof core.drafts> {
    void this.version;
    return core.drafts(batch);
  }

  draftsFull(batch: string): boolean {
    void this.version;
    return core.draftsFull(batch);
  }

  /** Everything that was taken along, of whatever it is. */
  get held(): AnyLease[] {
    return [...this.state.leases, ...this.state.records, ...this.state.warehouses];
  }

  record(record: string): RecordLease | undefined {
    return this.state.records.find((lease) => lease.record.record === record);
  }

  lease(batch: string): CoreState["leases"][number] | undefined {
    return this.state.leases.find((lease) => lease.batch === batch);
  }
}

export const mirror = new Mirror();
