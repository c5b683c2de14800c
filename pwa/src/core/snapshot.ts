/** A document whole, for a tablet that has nothing of it yet: asked of the server before its changes. */
import type { Snapshot } from "./doc";
import { type Fetch, send } from "./http";

const WAIT_MS = 6_000;

/** The server's snapshot of a document, or null where it has none ready. CoreError as `send`. `prove` signs for the
 * device, over the session's nonce. */
export async function fetchSnapshot(fetch: Fetch, name: string, prove: (nonce: string) => Promise<string>, device: string): Promise<Snapshot | null> {
  const signal = AbortSignal.timeout(WAIT_MS);
  const session = await send(fetch, "/api/session", { method: "GET", signal });
  const { nonce } = (await session.json()) as { nonce?: string };
  if (!nonce) return null;
  const query = new URLSearchParams({ device, proof: await prove(nonce) });
  const unit = name.replace(/^batch\//, "").split("/").map(encodeURIComponent).join("/");
  const answer = await send(fetch, `/api/documents/${unit}/snapshot?${query}`, { method: "GET", signal });
  const last = Number(answer.headers.get("Pestle-Last"));
  if (answer.status === 204 || !(last > 0)) return null;
  return { last, bytes: new Uint8Array(await answer.arrayBuffer()) };
}
