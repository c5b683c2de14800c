/** Keeps the bytes of a photo or file: on a tablet until the server has them, at a desk on the server at once. */
import { putBytes } from "../api/bytes";
import { core } from "../core/core";
import { CoreError } from "../core/types";
import { fileValue, mediaOf } from "./media";

const MAX_BYTES = 2 * 1024 * 1024;

/** What the field says of it: the digest of a photo; of a file with its size and name. */
export async function keepFile(file: File, photo: boolean, here: boolean): Promise<string> {
  if (!photo) {
    if (file.size > MAX_BYTES) throw new CoreError("blob_too_large");
    const bytes = new Uint8Array(await file.arrayBuffer());
    const type = mediaOf(bytes);
    if (type === null) throw new CoreError("blob_type_unknown");
    return fileValue(await keepBytes(bytes, type, here), bytes.length, file.name);
  }
  const { shrink } = await import("../production/photo");
  const blob = await shrink(file);
  return keepBytes(new Uint8Array(await blob.arrayBuffer()), blob.type, here);
}

async function keepBytes(bytes: Uint8Array<ArrayBuffer>, type: string, here: boolean): Promise<string> {
  if (here) return core.keepBlob(bytes, type);
  return putBytes("/api/blobs", bytes, type);
}
