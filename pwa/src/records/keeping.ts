/** Keeps the bytes of a photo: on a tablet until the server has them, at a desk on the server at once. */
import { Problem } from "../api/client";
import { hex, sha256 } from "../core/bytes";
import { core } from "../core/core";

export async function keepFile(file: File, photo: boolean, here: boolean): Promise<string> {
  const { shrink } = await import("../production/photo");
  const blob = photo ? await shrink(file) : file;
  const bytes = new Uint8Array(await blob.arrayBuffer());
  if (here) return core.keepBlob(bytes, blob.type);
  const hash = hex(await sha256(bytes));
  let answer: Response;
  try {
    answer = await fetch(`/api/blobs/${hash}`, { method: "PUT", body: bytes, credentials: "same-origin", headers: { "Content-Type": blob.type } });
  } catch {
    throw new Problem("offline");
  }
  if (!answer.ok) {
    const body = (await answer.json().catch(() => ({}))) as Partial<Problem>;
    throw new Problem(body.code ?? `http_${answer.status}`, answer.status, body.what ?? null, body.kept ?? null, body.next ?? null);
  }
  return hash;
}
