/** The core: puts storage, pen, documents and sync together and tells the screens how things stand. */
import { Blobs } from "./blobs";
import { fromUtf8 } from "./bytes";
import { timeText } from "./clock";
import type { BatchDoc, Snapshot } from "./doc";
import { enrol } from "./enrolment";
import { call, send } from "./http";
import { Journal, type JournalFile, type Recovered, type Waiting } from "./journal";
import { type DeviceKey, proof, unwrapUserKey } from "./keys";
import { Leases } from "./lease";
import { FIRST_PREV } from "./entry";
import { Ledger } from "./ledger";
import { Listing } from "./listing";
import { LiveValues } from "./live";
import type { Platform } from "./platform";
import type { Badge } from "./opening";
import type { Pins as PinCount } from "./pins";
import { Prover } from "./prover";
import { type Head, type KnownKey, type Scratch, type Site, Store } from "./store";
import { fetchSnapshot } from "./snapshot";
import { type Host, SyncClient } from "./sync";
import { type AnyLease, type Core, CoreError, type CoreState, type Draft, type LocalEntry, type StorageState, type Unlocked } from "./types";
import { Term } from "./term";
import { Typing } from "./typing";
import { documentOf, unitOf } from "./units";
import { isRecoveryKey, makeJournalKey, type RecoveryKey } from "./vault";

const TAKE_MS = 8_000;
/** How often leases are looked after. */
const TEND_MS = 60_000;
const SOON_MS = 1_000;

/** Less room than this, or a tenth of all, is told while there is still time to deliver and hand back. */
const LITTLE_BYTES = 64 * 1024 * 1024;
/** A moment in which nobody waits for anything. */
const QUIET_MS = 5_000;
/** Soon after a start, and then seldom: it takes a moment in which somebody may want to sign. */
const KEEP_LISTING_MS = { first: 10_000, then: 120_000 };

const STORAGE: StorageState = { persisted: false, recovered: null, setBack: null, records: 0, encrypted: false, waiting: [], damaged: 0, healed: 0, space: null };
const START: CoreState = {
  ready: false, device: null, head: { seq: 0, hash: FIRST_PREV }, storage: STORAGE, online: "offline",
  offlineSince: null, sessionMissing: false, counts: { device: 0, sent: 0, logged: 0, proven: 0 }, leases: [], records: [], warehouses: [], ended: {}, live: {}, readings: {}, samples: {},
  secondTab: false, updateWaiting: false, updateDelivers: false, touched: {}, skewMs: null, syncError: null,
  trust: { held: null, keys: [], witnessed: false, lacking: false, alarm: null, notices: [] },
};

export class Engine implements Core {
  state: CoreState = START;
  private readonly listeners = new Set<() => void>();
  private store!: Store;
  private file: JournalFile | null = null;
  private journal: Journal | null = null;
  private waiting: Waiting[] = [];
  private ledger!: Ledger;
  private blobs: Blobs | null = null;
  private sync: SyncClient | null = null;
  private key: DeviceKey | null = null;
  private site: Site | null = null;
  private leases!: Leases;
  private term: Term | null = null;
  private pins: PinCount | null = null;
  private listingDue: ReturnType<typeof setTimeout> | undefined;
  private listingKept = false;
  private asking: ReturnType<typeof setTimeout> | undefined;
  private tending: ReturnType<typeof setInterval> | undefined;
  private announced = false;
  private wasm: Promise<void> = Promise.resolve();
  private readonly listing = new Listing();
  private readonly scratch = new Map<string, Scratch>();
  private prover: Prover | null = null;
  private readonly typed: Typing;

  private readonly live = new LiveValues((weight) => this.set({ live: { ...this.state.live, [weight.balance]: weight } }));

  constructor(private readonly platform: Platform) {
    this.typed = new Typing(platform.clock, (name) => this.sync?.share(name), () => this.refresh());
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Everything is read from the device; the network is only looked for afterwards. */
  async start(): Promise<void> {
    this.wasm = this.platform.wasm();
    this.wasm.catch((error: unknown) => console.error("automerge", error));
    this.platform.watchUpdates((other) => this.set({ updateWaiting: true, updateDelivers: other }));
    this.set({ offlineSince: timeText(this.platform.clock.wall()) });
    await this.platform.lock(() => void this.look());
    try {
      await this.begin();
    } catch (error) {
      // No database: the screens can still be used online, and whatever would write says `storage_failed`.
      console.error("storage", error);
      this.set({ ready: true });
    }
  }

  async enrol(code: string, name: string, leave = false): Promise<void> {
    this.mustWrite();
    this.sync?.stop();
    const sealed = leave ? [] : this.waiting.map(({ wrap }) => wrap);
    await enrol(this.platform, this.store, this.site, code, name, sealed);
    // Another journal key is in use, and what the site has opened can be read.
    await this.takeUp();
    this.persist();
    await this.connect();
  }

  async take(batch: string, nonce: string): Promise<void> {
    await this.platform.shellKept();
    await this.looking().turn(() => this.takeNow(batch, nonce));
  }

  async renew(batch: string): Promise<void> {
    const term = this.looking();
    await term.turn(() => term.renew(batch));
  }

  private async takeNow(batch: string, nonce: string): Promise<void> {
    const { device, key, site } = this.mustBeEnrolled();
    const agreement = await this.agreement();
    const lease = await this.leases.take(this.platform.fetch, { batch, nonce, device, key, agreement, siteKeys: siteKeys(site) });
    await this.load();
    await this.follow(lease.document);
  }

  async handBack(lease: string): Promise<void> {
    await this.looking().turn(() => this.handBackNow(lease));
  }

  private async handBackNow(lease: string): Promise<void> {
    const { device, key } = this.mustBeEnrolled();
    const giver = { device, key, seq: this.ledger.head.seq };
    await this.leases.handBack(this.platform.fetch, lease, giver, timeText(this.platform.clock.wall()));
    await this.load();
  }

  async record(draft: Draft, actor: string): Promise<LocalEntry> {
    const { device, key } = this.mustBeEnrolled();
    const lease = this.held().find((item) => unitOf(item) === draft.batch);
    if (!lease) throw new CoreError("lease_missing");
    const begun = performance.now();
    const stored = await this.ledger.record(draft, actor, lease.lease, device, key);
    performance.measure("pestle.record", { start: begun, end: performance.now() });
    this.sync?.pump();
    this.refresh();
    return this.listing.own(stored);
  }

  /** Everything that was taken along, the newest lease first. */
  private held(): AnyLease[] {
    return [...this.state.leases, ...this.state.records, ...this.state.warehouses].sort((a, b) => (a.issued_at < b.issued_at ? 1 : -1));
  }

  entries(batch: string): LocalEntry[] {
    const name = documentOf(batch);
    return this.listing.entries(this.ledger, name, this.sync?.docs.get(name));
  }

  async unlock(person: string, pin: string, badge: Badge | null = null): Promise<Unlocked> {
    // Newest lease first: it has the key that belongs to the PIN of today.
    const lease = this.held().find(({ people }) => people.some((item) => item.id === person && item.key));
    const key = lease?.people.find((item) => item.id === person)?.key;
    if (!lease || !key) throw new CoreError("person_unknown");
    const { opened } = await import("./opening");
    const pins = await this.counting();
    pins.check(person);
    const wrapped = await opened(lease, person, key, await this.store.meta("agreement"), badge);
    const before = pins.wrong(person);
    await pins.trying(person);
    try {
      const unlocked = await unwrapUserKey(person, wrapped, pin);
      if (before > 0) await this.tellPin(lease, person, 0, "pin");
      await pins.right(person);
      return unlocked;
    } catch (error) {
      if (error instanceof CoreError && error.code === "pin_wrong") await this.tellPin(lease, person, pins.wrong(person), "pin");
      throw error;
    }
  }

  async shows(nonce: string): Promise<{ device: string; proof: string } | null> {
    const device = this.state.device?.id;
    return device && this.key ? { device, proof: await proof(this.key, "session-device", nonce, device) } : null;
  }

  async confirmed(person: string): Promise<void> {
    const lease = this.held().find(({ people }) => people.some((item) => item.id === person));
    if (!lease || this.state.secondTab) return;
    const pins = await this.counting();
    if (!pins.wrong(person)) return;
    await this.tellPin(lease, person, 0, "password");
    await pins.right(person);
  }

  /** In the chain of this device, so that the server counts as well. */
  private async tellPin(held: AnyLease, person: string, wrong: number, by: "pin" | "password"): Promise<void> {
    if (this.state.secondTab) return;
    const { device, key } = this.mustBeEnrolled();
    const { triedDraft } = await import("./pins");
    try {
      await this.ledger.record(triedDraft(unitOf(held), person, wrong, by), person, held.lease, device, key);
    } catch (error) {
      // A tablet that is full can be unlocked: it is counted here, and told with the next trial.
      complain(error);
    }
    this.sync?.pump();
    this.refresh();
  }

  private async counting(): Promise<PinCount> {
    return (this.pins ??= await (await import("./pins")).Pins.of(this.store, this.platform.clock, this.ledger.all()));
  }

  /** The point for which leases are sealed; made at the first one. */
  private async agreement(): Promise<string> {
    const { makeAgreementKey, pointText } = await import("./opening");
    const kept = await this.store.meta("agreement");
    if (kept) return pointText(kept);
    await this.store.setMeta({ agreement: await makeAgreementKey() });
    // As it comes back from the disk: a browser that cannot keep such a key must not take leases along with it.
    return pointText((await this.store.meta("agreement"))!);
  }

  async keepBlob(data: Uint8Array, type: string): Promise<string> {
    this.mustWrite();
    if (!this.blobs) throw new CoreError("storage_failed");
    const hash = await this.blobs.keep(new Uint8Array(data), type);
    if (this.state.online === "online") void this.blobs.upload();
    return hash;
  }

  recall(batch: string, slot: string): unknown {
    return this.scratch.get(`${batch}/${slot}`)?.value;
  }

  remember(batch: string, slot: string, value: unknown): void {
    const item = { batch, slot, value };
    if (value === undefined) this.scratch.delete(`${batch}/${slot}`);
    else this.scratch.set(`${batch}/${slot}`, item);
    if (!this.state.secondTab) this.store?.putScratch(item).catch(complain);
  }

  drafts(batch: string): { slot: string; person: string; text: string; at: string }[] {
    return this.typed.others(documentOf(batch), this.doc(batch));
  }

  typing(batch: string, slot: string, person: string, text: string): void {
    this.typed.number(documentOf(batch), slot, person, text);
  }

  text(batch: string, slot: string): string {
    return this.typed.text(documentOf(batch), slot, this.doc(batch));
  }

  write(batch: string, slot: string, person: string, shown: string, text: string): void {
    this.typed.write(documentOf(batch), slot, person, shown, text, this.doc(batch));
    this.refresh();
  }

  tally(batch: string, slot: string): number {
    return this.typed.tally(documentOf(batch), slot, this.doc(batch));
  }

  count(batch: string, slot: string, person: string, by: number): void {
    this.typed.count(documentOf(batch), slot, person, by);
    this.refresh();
  }

  draftsFull(batch: string): boolean {
    return this.sync?.mute(documentOf(batch)) ?? false;
  }

  private doc(batch: string): BatchDoc | undefined {
    return this.sync?.docs.get(documentOf(batch));
  }

  sessionChanged(): void {
    this.term?.again();
    this.set({ sessionMissing: false });
    this.sync?.drop();
    this.sync?.wake();
  }

  acceptUpdate(): void {
    // The page that records may be in the middle of a step, and only that one knows what it still has.
    if (this.state.secondTab) throw new CoreError("second_tab");
    if (this.state.updateDelivers && this.state.counts.device > 0) throw new CoreError("update_delivers");
    this.platform.acceptUpdate();
  }

  async takeNote(): Promise<void> {
    await this.prover?.takeNote();
  }

  async settleAlarm(reason: string): Promise<void> {
    const { device } = this.mustBeEnrolled();
    const alarm = this.state.trust.alarm;
    if (!alarm) return;
    await call(this.platform.fetch, `/api/alarms/${alarm.id}/settle`, { device, reason });
    await this.prover?.settle();
    await this.sync?.settleAll();
    this.sync?.drop();
    this.sync?.wake();
  }

  /** A second tab: it shows what is stored and writes nothing. */
  private async look(): Promise<void> {
    this.store = await Store.open(this.platform.database);
    this.ledger = new Ledger(this.store, null, this.platform.clock);
    await this.ledger.load(null, false);
    await this.load();
    this.set({ ready: true, secondTab: true, online: this.platform.hasNetwork() ? "online" : "offline" });
  }

  /** This page may write. */
  private async begin(): Promise<void> {
    this.store?.close();
    this.startJournal();
    this.store = await Store.open(this.platform.database);
    // Where there is no room for it, what is plain can still be read and delivered; the next start goes on.
    await this.store.migrate().catch(complain);
    await this.takeUp();
    this.set({ ready: true, secondTab: false });
    this.persist();
    void this.measure();
    setTimeout(() => void this.store.repack().catch(complain), QUIET_MS);
    this.platform.watchNetwork(() => this.networkBack(), () => this.networkGone());
    // Screens draw first what is recalled; reading the documents takes a while in which nobody could touch anything.
    await this.platform.idle();
    await this.connect();
    clearInterval(this.tending);
    this.tending = setInterval(() => {
      void this.measure();
      this.tend();
    }, TEND_MS);
  }

  /** Make journal and database one, then read from them. */
  private async takeUp(): Promise<void> {
    const recovered = await this.openJournal();
    const empty = !(await this.store.meta("whole"));
    this.ledger = new Ledger(this.store, this.journal, this.platform.clock);
    await this.ledger.load(recovered, empty);
    if (recovered && empty) await this.refill(recovered);
    await this.load();
    await this.tidy();
    if (recovered && !empty) await this.heal(recovered);
    await this.tellStorage(recovered);
  }

  private keep(part: Partial<StorageState>): void {
    this.set({ storage: { ...this.state.storage, ...part } });
  }

  /** Not awaited: some browsers ask the user first. */
  private persist(): void {
    const tell = (persisted: boolean) => this.keep({ persisted });
    this.platform.persist().then(tell, () => tell(false));
  }

  /** How much room there is. */
  private async measure(): Promise<void> {
    const space = await this.platform.space().catch(() => null);
    const low = space !== null && space.total - space.used < Math.max(LITTLE_BYTES, space.total / 10);
    this.keep({ space: space && { ...space, low } });
  }

  private async tellStorage(recovered: Recovered | null): Promise<void> {
    const found = [...this.store.damaged.values()].reduce((sum, keys) => sum + keys.size, 0) + (recovered?.damaged ?? 0);
    const lost = ((await this.store.meta("damaged")) ?? 0) + (await this.lostEntries());
    this.keep({
      recovered: (await this.store.meta("recovered")) ?? null,
      setBack: (await this.store.meta("setBack")) ?? null,
      encrypted: await this.isSealed(),
      waiting: this.waiting.map(({ wrap, records }) => ({ device: wrap.device, name: wrap.name, records })),
      damaged: lost, healed: Math.max(0, found - lost),
    });
  }

  /** Rows of own entries that cannot be opened and that the journal did not give back; a pack counts as one. */
  private async lostEntries(): Promise<number> {
    const rows = [...(this.store.damaged.get("entries") ?? [])].filter((id) => !this.ledger.get(id));
    return rows.length + (this.store.damaged.get("packs")?.size ?? 0);
  }

  private async isSealed(): Promise<boolean> {
    return (this.journal?.isSealed ?? false) && (await this.store.meta("sealed")) === true;
  }

  /** Its worker starts while the database opens. */
  private startJournal(): void {
    try {
      this.file ??= this.platform.journalFile();
    } catch (error) {
      complain(error);
    }
  }

  /** Without a journal nothing may be recorded, but everything can still be seen. */
  private async openJournal(): Promise<Recovered | null> {
    try {
      await this.journal?.idle();
      this.file ??= this.platform.journalFile();
      const keys = (await this.store.meta("journalKeys")) ?? [];
      const { journal, recovered } = await Journal.open(this.file, keys);
      if (keys.length > 1 && journal.needsOneKey) await this.store.setMeta({ journalKeys: keys.slice(-1) });
      this.journal = journal;
      this.waiting = recovered.waiting;
      this.blobs = new Blobs(this.store, journal, this.platform.fetch);
      return recovered;
    } catch (error) {
      console.error("journal", error);
      this.journal = null;
      return null;
    }
  }

  /** Seal the journal for the recovery key that the site hands out now, if it is another than before. */
  private async sealJournal(): Promise<void> {
    const { device } = this.state;
    const { journal, site } = this;
    if (!device || !journal || !site) return;
    const answer = await send(this.platform.fetch, "/api/site", { method: "GET" });
    const { recovery } = (await answer.json()) as { recovery?: RecoveryKey };
    if (!recovery || recovery.id === journal.recovery) return;
    if (!(await isRecoveryKey(recovery, [site.server_key]))) throw new CoreError("signature_wrong", "the recovery key");
    const key = await makeJournalKey(recovery, device.id, device.name);
    // In the database before it is used: a kill must not leave a journal that nobody here can read.
    await this.store.setMeta({ journalKeys: [...((await this.store.meta("journalKeys")) ?? []), key] });
    await journal.rekey(key);
    await this.store.setMeta({ journalKeys: [key] });
    this.keep({ encrypted: await this.isSealed() });
  }

  /** A new database: take over what else the journal holds. That it was not empty is an alarm that stays. */
  private async refill(recovered: Recovered): Promise<void> {
    for (const lease of recovered.leases.values()) await this.store.putLease(lease);
    for (const blob of recovered.blobs.values()) await this.store.putBlob(blob);
    const found = recovered.entries.size + recovered.leases.size + recovered.blobs.size > 0;
    if (found) await this.store.setMeta({ recovered: timeText(this.platform.clock.wall()) });
    if (recovered.damaged) await this.store.setMeta({ damaged: recovered.damaged });
    await this.store.setMeta({ whole: true });
  }

  /** What one of the two copies has lost, the other gives back; entries the ledger has looked after. */
  private async heal(recovered: Recovered): Promise<void> {
    const leases = [...recovered.leases.values()].filter(({ lease }) => this.store.damaged.get("leases")?.has(lease));
    for (const lease of leases) await this.store.putLease(lease);
    for (const blob of recovered.blobs.values()) if (await this.store.lacksBlob(blob.hash)) await this.store.putBlob(blob);
    if (leases.length) await this.load();
    if (recovered.damaged) await this.journal?.mend().catch(complain);
  }

  /** Read device, site and leases. */
  private async load(): Promise<void> {
    this.key = (await this.store.meta("key")) ?? null;
    this.site = (await this.store.meta("site")) ?? null;
    const device = (await this.store.meta("device")) ?? null;
    this.leases = new Leases(this.store, this.journal);
    const leases = device && this.site ? await this.leases.load(device.id, siteKeys(this.site)) : [];
    if (this.site) this.listing.others.learn(siteKeys(this.site).map((public_key) => ({ id: "server", alg: "ed25519", public_key })));
    this.listing.others.learn([...((await this.store.meta("keys")) ?? []), ...leases.flatMap(({ devices }) => devices as KnownKey[])]);
    await this.loadProver();
    this.term ??= await this.watch();
    if (!this.scratch.size) for (const item of await this.store.scratch()) this.scratch.set(`${item.batch}/${item.slot}`, item);
    for (const { document } of leases) if (!this.sync) this.listing.recall(document, await this.store.listing(document));
    const records = leases.filter((lease) => "record" in lease), warehouses = leases.filter((lease) => "warehouse" in lease);
    this.set({ device, leases: leases.filter((lease) => "batch" in lease), records, warehouses, skewMs: (await this.store.meta("skew")) ?? null });
    this.refresh();
  }

  private async watch(): Promise<Term> {
    const term = new Term({
      clock: this.platform.clock, fetch: this.platform.fetch, store: () => this.store,
      skew: () => this.state.skewMs ?? 0,
      leases: () => this.held(),
      take: (batch, nonce) => this.takeNow(batch, nonce),
      changed: () => this.refresh(),
    });
    await term.load();
    return term;
  }

  private looking(): Term {
    this.mustBeEnrolled();
    return this.term!;
  }

  /** Hear of the leases, and renew them, while there is a network; without one only the clock speaks. */
  private tend(): void {
    const { device, online, sessionMissing } = this.state;
    if (device && online === "online" && !sessionMissing) void this.term?.tend(device.id);
    else this.refresh();
  }

  /** One for the pinned site; what it holds stands in the database. */
  private async loadProver(): Promise<void> {
    if (!this.site) return;
    this.prover = new Prover(
      {
        store: this.store, ledger: this.ledger, clock: this.platform.clock,
        ask: (frame) => this.sync?.ask(frame) ?? Promise.reject(new CoreError("offline")),
        renewed: (serverKey, vkey) => this.renewed(serverKey, vkey),
        changed: () => this.refresh(),
      },
      this.site,
    );
    await this.prover.load();
  }

  private async renewed(server_key: string, vkey: string): Promise<void> {
    if (!this.site || this.site.server_key === server_key) return;
    this.site = { ...this.site, earlier: siteKeys(this.site), server_key, vkey };
    this.listing.others.learn([{ id: "server", alg: "ed25519", public_key: server_key }]);
    await this.store.setMeta({ site: this.site });
  }

  /** Let go of batches that were handed back and of which everything is proven to be in the log. */
  private async tidy(): Promise<void> {
    const needed = new Set(this.docs());
    for (const doc of new Set(this.ledger.all().map((item) => item.doc))) {
      const entries = this.ledger.of(doc);
      if (needed.has(doc) || entries.some(({ place }) => place !== "proven")) continue;
      await this.store.dropDoc(doc, entries.map(({ id }) => id));
      this.ledger.forget(entries.map(({ id }) => id));
    }
    for (const { batch, slot } of this.scratch.values()) if (!needed.has(documentOf(batch))) this.remember(batch, slot, undefined);
    await this.releaseBlobs();
    await this.leases.tidy();
    this.refresh();
  }

  /** Photos are let go only between two connections: one that was just taken has no entry yet. */
  private async releaseBlobs(): Promise<void> {
    const open = this.ledger.all().filter(({ place }) => place !== "proven").map(({ bytes }) => fromUtf8(bytes));
    // A delivery that is being counted names photos as well, over a reload.
    for (const { value } of this.scratch.values()) open.push(JSON.stringify(value) ?? "");
    await this.blobs?.release((hash) => open.some((text) => text.includes(hash)));
  }

  private async connect(): Promise<void> {
    const { device } = this.state;
    if (!device || !this.key) {
      this.set({ online: this.platform.hasNetwork() ? "online" : "offline" });
      return;
    }
    this.sync?.stop();
    await this.wasm;
    this.sync = new SyncClient(this.host(device.id, this.key));
    await this.sync.load();
    this.sync.wake();
  }

  private host(device: string, key: DeviceKey): Host {
    return {
      device, clock: this.platform.clock, store: this.store, ledger: this.ledger,
      connect: () => this.platform.connect(),
      proof: (domain, ...lines) => proof(key, domain, ...lines),
      docs: () => this.docs(), typing: this.typed, app: this.platform.app,
      snapshot: (name) => this.snapshot(name, device, key),
      changed: () => {
        this.refresh();
        this.prover?.pump();
      },
      caughtUp: () => {
        void this.releaseBlobs().then(() => this.blobs?.upload(), (error: unknown) => console.warn("photos", error));
        // What was delivered may have made room.
        void this.measure();
      },
      setBack: async () => this.blobs?.again(),
      lost: () => this.lost(),
      live: (weight) => this.live.heard(weight),
      reading: (reading) => this.set({ readings: { ...this.state.readings, [reading.balance]: reading } }),
      sample: (sample) => this.set({ samples: { ...this.state.samples, [sample.equipment]: sample } }),
      batchChanged: (batch) => this.batchChanged(batch),
      welcome: (frame) => {
        this.set({ skewMs: frame.skew_ms, sessionMissing: false, syncError: null });
        void this.store.setMeta({ skew: frame.skew_ms }).catch(complain);
        void this.learn(frame.devices ?? []).catch(complain);
        void this.goOn(device, frame.head as Head).catch(complain);
        this.prover?.welcome(frame);
        void this.term?.tend(device);
        void this.sealJournal().catch(complain);
      },
      checkpoint: (frame) => this.prover?.tell(frame),
      enrolled: (known) => void this.learn([known]).catch(complain),
      arrived: (doc) => void this.checkOthers(doc),
      refused: (code) => this.set({ syncError: code, sessionMissing: code.startsWith("session_") }),
    };
  }

  /** A document whole, as the server has it ready; any failure means that its changes are asked for. */
  private async snapshot(name: string, device: string, key: DeviceKey): Promise<Snapshot | null> {
    try {
      return await fetchSnapshot(this.platform.fetch, name, (nonce) => proof(key, "snapshot", nonce, name, device), device);
    } catch (error) {
      console.warn("snapshot", name, error);
      return null;
    }
  }

  private async goOn(device: string, told: Head): Promise<void> {
    if (!(await this.ledger.goOnFrom(device, told))) return;
    const setBack = timeText(this.platform.clock.wall());
    await this.store.setMeta({ setBack });
    this.keep({ setBack });
    this.refresh();
  }

  private batchChanged(batch: string): void {
    this.set({ touched: { ...this.state.touched, [batch]: (this.state.touched[batch] ?? 0) + 1 } });
    if (this.held().some((lease) => unitOf(lease) === batch)) this.soon();
  }

  /** A batch in work changes at each entry: its leases are asked after once for many. */
  private soon(): void {
    this.asking ??= setTimeout(() => {
      this.asking = undefined;
      this.tend();
    }, SOON_MS);
  }

  private async learn(keys: KnownKey[]): Promise<void> {
    this.listing.others.learn(keys);
    await this.store.setMeta({ keys: this.listing.others.known() });
    for (const doc of this.sync?.docs.values() ?? []) await this.checkOthers(doc);
  }

  private async checkOthers(doc: BatchDoc): Promise<void> {
    if (await this.listing.check(this.ledger, doc)) this.refresh();
    this.keepListing();
  }

  /** Some time after something came, since it costs as much as there is in the batch. */
  private keepListing(): void {
    this.listingDue ??= setTimeout(() => {
      this.listingDue = undefined;
      this.listingKept = true;
      for (const [name, doc] of this.sync?.docs ?? []) {
        if (doc.ready) this.store.putListing(name, this.listing.settled(this.ledger, name, doc)).catch(complain);
      }
    }, this.listingKept ? KEEP_LISTING_MS.then : KEEP_LISTING_MS.first);
  }

  /** Leased documents, and those of which something is still to be delivered, confirmed or proven. */
  private docs(): string[] {
    const open = this.ledger.all().filter(({ place }) => place !== "proven" && place !== "quarantined");
    return [...new Set([...this.held().map(({ document }) => document), ...open.map(({ doc }) => doc)])];
  }

  /** Wait a moment for the document of a new lease, so that going offline now has everything. */
  private async follow(name: string): Promise<void> {
    if (!this.sync) return;
    void this.sync.open(name);
    const end = this.platform.clock.mono() + TAKE_MS;
    while (!this.sync.docs.get(name)?.ready && this.platform.clock.mono() < end) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  private networkBack(): void {
    this.sync?.wake();
    if (!this.sync) this.set({ online: "online" });
  }

  private networkGone(): void {
    this.sync?.drop();
    if (!this.sync) this.set({ online: "offline" });
  }

  private async lost(): Promise<void> {
    // Live values are of the moment: none is shown once nobody sends them.
    this.live.clear();
    this.set({ live: {} });
    if (this.state.sessionMissing || !this.platform.hasNetwork()) return;
    try {
      await send(this.platform.fetch, "/api/session", { method: "GET" });
    } catch (error) {
      const code = error instanceof CoreError ? error.code : "";
      if (code.startsWith("session_")) this.set({ sessionMissing: true });
    }
  }

  private mustWrite(): void {
    if (this.state.secondTab) throw new CoreError("second_tab");
    if (!this.state.ready) throw new CoreError("not_ready");
    if (!this.ledger) throw new CoreError("storage_failed");
  }

  private mustBeEnrolled(): { device: string; key: DeviceKey; site: Site } {
    this.mustWrite();
    const { device } = this.state;
    if (!device || !this.key || !this.site) throw new CoreError("not_enrolled");
    return { device: device.id, key: this.key, site: this.site };
  }

  /** Recompute what is derived from ledger and sync. */
  private refresh(): void {
    const all = this.ledger.all();
    const count = (...places: string[]) => all.filter(({ place }) => places.includes(place)).length;
    const counts = { device: count("device"), sent: count("sent", "held", "quarantined"), logged: count("logged", "proven"), proven: count("proven") };
    const online = this.sync ? this.sync.status : this.state.online;
    const since = this.state.offlineSince ?? timeText(this.platform.clock.wall());
    this.set({
      counts, online, ended: this.term?.ended() ?? {}, head: this.ledger.head, trust: this.prover?.trust ?? START.trust, offlineSince: online === "online" ? null : since,
      storage: { ...this.state.storage, records: all.length },
    });
  }

  private set(part: Partial<CoreState>): void {
    this.state = { ...this.state, ...part };
    if (this.announced) return;
    this.announced = true;
    queueMicrotask(() => {
      this.announced = false;
      for (const listener of this.listeners) listener();
    });
  }
}

/** Of what is tried again, or was no promise. */
function complain(error: unknown): void {
  console.warn("core", error);
}

/** The keys that may have signed a lease which this device holds. */
function siteKeys(site: Site): string[] {
  return [site.server_key, ...(site.earlier ?? [])];
}
