/** Leases over time: renewed before they end, told as ended at once, whoever ended them. */
import "fake-indexeddb/auto";
import { beforeEach, describe, expect, it } from "vitest";
import { Store } from "../../src/core/store";
import { Term } from "../../src/core/term";
import { CoreError, type Lease } from "../../src/core/types";
import { allocated, doubtOf } from "../../src/production/containers";

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 22, 9);

class Bench {
  now = START;
  skew = 0;
  up = true;
  said: Record<string, { returned_at: string | null; revoked_at: string | null }> = {};
  held: Lease[] = [];
  taken: string[] = [];
  refusal: CoreError | null = null;
  store!: Store;
  term!: Term;

  async open(name: string): Promise<this> {
    this.store = await Store.open(name);
    this.term = this.page();
    await this.term.load();
    return this;
  }

  page(): Term {
    return new Term({
      clock: { wall: () => this.now, offset: () => 480, mono: () => 0, boot: "" },
      fetch: async (path) => {
        if (!this.up) throw new TypeError("no network");
        if (path === "/api/session") return Response.json({ nonce: "nonce-1" });
        return Response.json({ items: Object.entries(this.said).map(([lease, told]) => ({ lease, ...told })) });
      },
      store: () => this.store, skew: () => this.skew, leases: () => this.held,
      take: async (batch, nonce) => {
        if (this.refusal) throw this.refusal;
        this.taken.push(`${batch} ${nonce}`);
        this.held = [...this.held.filter((one) => one.batch !== batch), lease(`lease-${this.taken.length + 1}`, this.now, batch)];
      },
      changed: () => undefined,
    });
  }
}

function lease(id: string, from: number, batch = "B-1"): Lease {
  const at = (ms: number): string => new Date(ms).toISOString();
  return { lease: id, batch, issued_at: at(from), expires_at: at(from + 72 * HOUR) } as Lease;
}

let bench: Bench;
let count = 0;
beforeEach(async () => {
  bench = await new Bench().open(`term-${++count}`);
  bench.held = [lease("lease-1", START)];
});

describe("the term of a lease", () => {
  it("PLT-12 renews in the background once half of it is gone, and not before", async () => {
    bench.now = START + 35 * HOUR;
    await bench.term.tend("T-1");
    expect(bench.taken).toEqual([]);
    bench.now = START + 37 * HOUR;
    await bench.term.tend("T-1");
    expect(bench.taken).toEqual(["B-1 nonce-1"]);
    await bench.term.tend("T-1");
    expect(bench.taken.length).toBe(1);
  });

  it("PLT-12 renews nothing without a network, and what is stale then at the next meeting", async () => {
    bench.now = START + 60 * HOUR;
    bench.up = false;
    await bench.term.tend("T-1");
    expect([bench.taken, bench.term.ended()]).toEqual([[], {}]);
    bench.up = true;
    await bench.term.tend("T-1");
    expect(bench.taken.length).toBe(1);
  });

  it("PLT-12 tells that a lease has expired, by the server's time, and renews it when online", async () => {
    bench.skew = 2 * HOUR;
    bench.now = START + 73 * HOUR;
    expect(bench.term.ended()).toEqual({});
    bench.now = START + 75 * HOUR;
    expect(bench.term.ended()).toEqual({ "lease-1": "expired" });
    await bench.term.tend("T-1");
    expect(bench.term.ended()).toEqual({});
  });

  it("PLT-12 learns that it was taken back while it was offline, keeps that over a restart, and never renews it by itself", async () => {
    bench.said = { "lease-1": { returned_at: null, revoked_at: "2026-11-22T12:00:00.000Z" } };
    bench.now = START + 50 * HOUR;
    await bench.term.tend("T-1");
    expect([bench.taken, bench.term.ended()]).toEqual([[], { "lease-1": "revoked" }]);
    bench.up = false;
    const next = bench.page();
    await next.load();
    expect(next.ended()).toEqual({ "lease-1": "revoked" });
  });

  it("PLT-12 tells that the server has the batch as handed back", async () => {
    bench.said = { "lease-1": { returned_at: "2026-11-22T12:00:00.000Z", revoked_at: null } };
    await bench.term.tend("T-1");
    expect(bench.term.ended()).toEqual({ "lease-1": "returned" });
  });

  it("PLT-16 does not ask again and again for what was refused, until somebody else signs in", async () => {
    bench.now = START + 50 * HOUR;
    bench.refusal = new CoreError("batch_closed");
    await bench.term.tend("T-1");
    bench.refusal = null;
    await bench.term.tend("T-1");
    expect(bench.taken).toEqual([]);
    bench.term.again();
    await bench.term.tend("T-1");
    expect(bench.taken.length).toBe(1);
  });

  it("PLT-12 lets a renewal wait for a handing back, and then renews nothing", async () => {
    bench.now = START + 50 * HOUR;
    const back = bench.term.turn(async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      bench.held = [];
    });
    await bench.term.tend("T-1");
    await back;
    expect(bench.taken).toEqual([]);
  });
});

describe("containers in a lease", () => {
  const quantity = { value: "20.000", unit: "kg" };
  const held = {
    lots: [{ material: "API", lot: "A/2", registered: true }, { material: "MGS", lot: "M", registered: false }],
    containers: [{ container: "A/2-1", material: "API", lot: "A/2", quantity }, { container: "M-1", material: "MGS", lot: "M", quantity }],
  } as unknown as Lease;
  const doubt = (lease: Lease, material: string, lot: string, container: string) =>
    doubtOf(lease, { material, lot, container, net: null, subject: "20/net" }, []);

  it("PLT-12 doubts at once what was not allocated or is of another lot, and nothing else", () => {
    expect(allocated(held, "API", "A/2")).toEqual(["A/2-1"]);
    expect(doubt(held, "API", "A/2", "A/2-1")).toBeNull();
    expect(doubt(held, "API", "A/2", "A/2-9")).toEqual({ code: "not_allocated", container: "A/2-9" });
    expect(doubt(held, "API", "A/2", "M-1")).toEqual({ code: "wrong_lot", container: "M-1", lot: "M" });
    expect(doubt(held, "MGS", "M", "anything")).toBeNull();
    expect(doubt(held, "API", "A/2", "")).toEqual({ code: "missing", lot: "A/2" });
  });

  it("PLT-12 says nothing where an old lease says nothing of containers", () => {
    expect(doubt({ ...held, containers: undefined } as unknown as Lease, "API", "A/2", "A/2-9")).toBeNull();
  });
});
