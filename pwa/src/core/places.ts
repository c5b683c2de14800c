/** Where people write together in a document: a text or a counter for each slot, made by a change that each derives.
 *
 * Two tablets that each made `drafts[key]` without a network would hide one another's. So the change that makes a
 * place is the same bytes on every tablet, under an actor of its own, and builds on the document's first change only. */
import type { Doc } from "@automerge/automerge/slim";
import { Automerge } from "./automerge";
import { type Bytes, hex, sha256, utf8 } from "./bytes";

export type PlaceKind = "text" | "count";
interface Maps { entries: object; receipts: object; drafts: Record<string, unknown> }

/** A slot's key below `drafts`. Automerge divides paths at `/`. */
export const placeKey = (kind: PlaceKind, slot: string): string => `${kind}:${encodeURIComponent(slot)}`;

/** The server's first change of a document: the same bytes for ever. */
export async function genesis(document: string): Promise<Bytes> {
  const actor = await serverActor(document);
  return lastOf(Automerge.change(Automerge.init<Maps>({ actor }), { time: 0 }, (doc) => {
    doc.entries = {};
    doc.receipts = {};
    doc.drafts = {};
  }));
}

/** The change that makes a place. */
export async function place(document: string, kind: PlaceKind, slot: string): Promise<Bytes> {
  const key = placeKey(kind, slot);
  const digest = await sha256(utf8(`pestle/place/v1\n${await serverActor(document)}\n${key}`));
  const [doc] = Automerge.applyChanges(Automerge.init<Maps>({ actor: hex(digest.subarray(0, 20)) }), [await genesis(document)]);
  return lastOf(Automerge.change(doc, { time: 0 }, ({ drafts }) => {
    drafts[key] = kind === "text" ? "" : new Automerge.Counter(0);
  }));
}

async function serverActor(document: string): Promise<string> {
  return hex((await sha256(utf8(`pestle/document/v1\n${document}`))).subarray(0, 16));
}

function lastOf(doc: Doc<Maps>): Bytes {
  return new Uint8Array(Automerge.getLastLocalChange(doc)!);
}
