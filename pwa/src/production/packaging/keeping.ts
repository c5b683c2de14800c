/** A specimen becomes a signed entry; one that was read or pictured wrongly is corrected by another, with the reason. */
import type { LocalEntry, Phase, Printed } from "../../core/types";
import { pt } from "../controls/words";
import type { Work } from "../work.svelte";
import { SPECIMEN } from "./printed";

/** `photo` is null where the picture of the corrected one stays. */
export interface Said { photo: Blob | null; number: string; dates: string }
export interface Correction { corrects: LocalEntry; reason: string }

/** False where the person turned back. */
export async function keepSpecimen(work: Work, phase: Phase, one: Printed, said: Said, correction?: Correction): Promise<boolean> {
  const picture = said.photo ? await kept(work, said.photo) : pictureOf(correction?.corrects.payload);
  const number = said.number.trim();
  const payload = { batch: work.batch, phase: phase.id, item: one.id, number, dates: said.dates.trim() || null, ...picture, comment: null };
  const comment = number === work.batch ? null : { title: pt().differs(number, work.batch), hint: pt().differsHint, label: pt().outLabel };
  const corrected = correction ? { corrects: correction.corrects.id, reason: correction.reason.trim() } : {};
  return work.sign({ kind: SPECIMEN, subject: `${phase.id}/${one.id}/specimen`, payload, ...corrected }, { comment });
}

const pictureOf = (was: Record<string, unknown> = {}): Record<string, unknown> => ({ blob: was.blob, type: was.type, bytes: was.bytes });

async function kept(work: Work, photo: Blob): Promise<Record<string, unknown>> {
  const data = new Uint8Array(await photo.arrayBuffer());
  return { blob: await work.keepBlob(data, photo.type), type: photo.type, bytes: data.length };
}
