/** Automerge comes with the first document, not with the first screen: its code weighs as much as all that screen's own. */

type Api = typeof import("@automerge/automerge/slim");

/** There once `fetchAutomerge` has ended; nothing opens a document before. */
export let Automerge: Api;

/** Code and WebAssembly, by the address or the bytes of the latter. */
export async function fetchAutomerge(wasm: string | Uint8Array): Promise<void> {
  const api = await import("@automerge/automerge/slim");
  await api.initializeWasm(wasm);
  Automerge = api;
}
