/** What a scan means at a weighing: the container that is taken from, the balance that is used, or the wrong thing. */
import { read } from "../core/reading";
import type { Lease } from "../core/types";
import { t } from "../i18n/index.svelte";
import { labelIn, type Problem, saidOf } from "../scan/meaning";
import type { Scan } from "../scan/scanner";

/** `lot`: to be chosen with the container, null where it stays; `problem`: the container is named all the same, since it is what the person holds. */
export type Weighed = { what: "container"; label: string; lot: string | null; problem: Problem | null } | { what: "balance"; id: string } | { what: "wrong"; problem: Problem };

/** Judged by what the batch took along, so without network as well. `lot`: the chosen one, "" for none; `lots`: those of the material in this order. */
export function weighed(scan: Scan, lease: Lease | undefined, material: string, lot: string, lots: string[]): Weighed {
  const code = read(scan.text, scan.symbology, new Date().getFullYear());
  const machine = code.what === "plain" || code.what === "equipment" ? lease?.equipment.find((one) => one.equipment === code.name) : undefined;
  if (machine?.class === "balance") return { what: "balance", id: machine.equipment };
  const ours = (lease?.containers ?? []).filter((one) => one.material === material);
  const expected = wanted(ours, material, lot);
  const label = labelIn(code, ours.map((one) => one.container));
  if (machine || label === null) return { what: "wrong", problem: { expected, came: machine ? t().scan.machine(machine.equipment) : saidOf(code) } };
  const known = lease?.containers?.find((one) => one.container === label);
  if (known && known.material === material) {
    const fits = lot === "" || known.lot === lot;
    return { what: "container", label, lot: lot === "" && lots.includes(known.lot) ? known.lot : null, problem: fits ? null : { expected, came: t().scan.ofLot(label, known.lot) } };
  }
  // Of a lot whose containers nobody has registered, any label is as good as another.
  const registered = lease?.lots.some((one) => one.material === material && (lot === "" || one.lot === lot) && one.registered) ?? false;
  const came = known ? t().scan.ofLot(label, `${known.material}/${known.lot}`) : t().scan.named(t().scan.whats.container ?? "", label);
  return { what: "container", label, lot: null, problem: known || registered ? { expected, came } : null };
}

/** What is expected, in words. */
export function wanted(ours: { container: string; lot: string }[], material: string, lot: string): string {
  const labels = ours.filter((one) => one.lot === lot).map((one) => one.container);
  return lot !== "" && labels.length > 0 ? t().scan.containerOf(lot, labels.join(", ")) : t().scan.containerFor(material);
}
