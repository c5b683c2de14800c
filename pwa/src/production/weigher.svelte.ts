/** A balance while something is weighed on it: what it shows, the reading that may be taken, and what has to be said. */
import { api, path } from "../api/client";
import type { StatedZone } from "../core/days";
import type { Conversion } from "../core/measures";
import type { Gates, Lease, LiveWeight, Quantity, Reading } from "../core/types";
import type { BalanceView } from "../equipment/types";
import { session } from "../session/session.svelte";
import { mirror } from "../ui/mirror.svelte";
import { type Barred, barredBy, type Standing, standing } from "./balance";
import { quantityIn } from "./containers";

type Balance = Lease["equipment"][number];
/** `unit`: of the step; `used`: readings that stand in entries already, or are about to; `zones`: the plant's calendar. */
/** `own`: what the material says of its own units; `identified`: the balance whose code was scanned before the phase. */
export interface Weighing { balances: Balance[]; unit: string; used: Set<string | undefined>; manual: boolean; own?: readonly Conversion[]; identified?: string; zones?: readonly StatedZone[] | undefined }

const STALE_MS = 3_000;

/** Made while a component is. */
export class Weigher {
  /** The balance that the person chose, or scanned. */
  picked = $state<string | null>(null);
  /** Stable and yet no weight to take: it lay there before this page listened, or was taken already. */
  stale = $state(false);
  /** The unit that each balance showed first since the screen was opened: only then it can be lost in the middle. */
  private before = $state<Record<string, string>>({});
  /** What the server has just said of what the balance may be used for. */
  told = $state.raw<BalanceView | null>(null);

  constructor(private readonly given: () => Weighing) {
    $effect(() => {
      this.stale = false;
      if (!this.unread) return;
      const timer = setTimeout(() => (this.stale = true), STALE_MS);
      return () => clearTimeout(timer);
    });
    $effect(() => {
      const { live } = this;
      if (live && this.quality !== "lost" && !this.before[live.balance]) this.before[live.balance] = live.net?.unit ?? "";
    });
    $effect(() => {
      if (this.asked) api.get<BalanceView>(path("api", "balances", this.asked)).then((view) => (this.told = view), () => undefined);
    });
  }

  /** The balance that speaks, unless the person chose one. */
  balance: Balance | null = $derived.by(() => {
    const { balances: all, identified } = this.given();
    return all.find((one) => one.equipment === (this.picked ?? identified)) ?? all.find((one) => mirror.state.live[one.equipment]) ?? all[0] ?? null;
  });
  live: LiveWeight | null = $derived.by(() => (this.balance && mirror.state.online === "online" ? (mirror.state.live[this.balance.equipment] ?? null) : null));
  quality: LiveWeight["quality"] = $derived.by(() => this.live?.quality ?? "lost");
  net: Quantity | null = $derived.by(() => (this.quality === "lost" ? null : (this.live?.net ?? null)));
  /** What it shows in the unit of the step, by what the material says as well: the balance may be set to another. */
  own: Quantity | null = $derived.by(() => (this.net && this.given().unit ? quantityIn(this.net, this.given().unit, this.given().own) : null));
  private fits: boolean = $derived.by(() => this.own !== null);
  private last: Reading | undefined = $derived.by(() => (this.balance ? mirror.state.readings[this.balance.equipment] : undefined));
  /** A weight is taken once: the reading of an entry that stands already is no new weight. */
  reading: Reading | null = $derived.by(() => {
    const { last, net } = this;
    if (!last || !net || this.quality !== "stable" || this.given().used.has(last.id)) return null;
    return last.net.value === net.value && last.net.unit === net.unit && this.fits ? last : null;
  });
  private unread: boolean = $derived.by(() => this.quality === "stable" && !this.reading);
  standing: Standing | null = $derived.by(() => {
    const { manual, used, unit } = this.given(), { balance, last } = this;
    return manual || !balance ? null : standing({ live: this.live, before: this.before[balance.equipment] ?? null, last, taken: used.has(last?.id), unit, fits: this.fits, stale: this.stale });
  });
  /** A text, so that live values, five a second, do not ask anew. */
  private asked: string = $derived.by(() => (this.balance && mirror.state.online === "online" && session.online ? this.balance.equipment : ""));
  gates: Gates | null = $derived.by(() => (this.told?.id === this.balance?.equipment ? (this.told?.gates ?? null) : (this.balance?.gates ?? null)));

  /** Why nothing may be taken from it now, or not this weight. */
  barred(net: Quantity | null, gross: Quantity | null = net): Barred[] {
    return this.given().manual || !this.live ? [] : barredBy(this.gates, net, Date.now(), gross, this.balance?.calibration_due ?? null, this.given().zones);
  }
}
