/** Which lots an order may name: of each material that its recipe uses, those that could be used one day. */
import { api } from "../api/client";
import type { LotLine, Page } from "../api/types";
import { tx } from "../i18n/index.svelte";
import type { Content } from "../recipes/types";

export interface Choice { material: string; name: string; lots: LotLine[] }

async function lotsOf(material: string): Promise<LotLine[]> {
  const found = await api.get<Page<LotLine>>(`/api/lots?q=${encodeURIComponent(material)}&limit=100`);
  return found.items.filter((one) => one.material === material && one.status !== "rejected" && one.status !== "expired");
}

/** Each material once, in the order of the phases, with its lots. */
export function choicesOf(content: Content): Promise<Choice[]> {
  const weighed = content.phases.flatMap((one) => [one, ...(one.lines ?? [])]).flatMap((one): [string, string][] => (one.material ? [[one.material, tx(one.material_name ?? { zh: one.material, en: one.material })]] : []));
  const used = new Map([...weighed, ...content.materials.map((one): [string, string] => [one.material, tx(one.name)])]);
  return Promise.all([...used].map(async ([material, name]) => ({ material, name, lots: await lotsOf(material) })));
}

/** What was picked, as an order says it; a lot that was picked for another recipe is none of this one. */
export function picked(choices: readonly Choice[], lots: Readonly<Record<string, string | undefined>>): { material: string; lot: string }[] {
  return choices.flatMap(({ material }) => { const lot = lots[material]; return lot ? [{ material, lot }] : []; });
}
