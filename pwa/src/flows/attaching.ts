/** Files for comments: each is kept at the server as soon as it is chosen, and named by a comment afterwards. */
import { path } from "../api/client";
import { putBytes } from "../api/bytes";
import { CoreError } from "../core/types";
import { mediaOf, plainName } from "../records/media";

const MAX_BYTES = 2 * 1024 * 1024;
/** How many files one comment carries at most. */
export const MOST = 10;
export const ACCEPTED = ".pdf,.csv,.xlsx,image/jpeg,image/png,image/webp";

/** A file that the server has, as a comment names it. */
export interface Kept { sha256: string; name: string; size: number; type: string }

/** Keeps a file for a comment on this instance. */
export const keep = (instance: string, file: File): Promise<Kept> => keepAt(path("api", "instances", instance, "files"), file);

/** Keeps a file at an address of the server; a photo is made smaller first. CoreError or Problem where it is none that may be kept. */
export async function keepAt(to: string, file: File): Promise<Kept> {
  const { blob, name } = await fitting(file);
  if (blob.size > MAX_BYTES) throw new CoreError("blob_too_large");
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const type = mediaOf(bytes);
  if (type === null) throw new CoreError("blob_type_unknown");
  return { sha256: await putBytes(to, bytes, type), name: plainName(name), size: bytes.length, type };
}

async function fitting(file: File): Promise<{ blob: Blob; name: string }> {
  if (file.size <= MAX_BYTES || !file.type.startsWith("image/")) return { blob: file, name: file.name };
  const { shrink } = await import("../production/photo");
  return { blob: await shrink(file), name: `${file.name.replace(/\.[^.]*$/, "")}.jpg` };
}
