/** Makes a photo small enough to keep and send: at most 1,600 px on its longer side and 2 MiB, as JPEG. */
import { CoreError } from "../core/types";

const SIDE = 1600;
const MAX_BYTES = 2 * 1024 * 1024;

export async function shrink(file: Blob): Promise<Blob> {
  const image = await createImageBitmap(file).catch(() => {
    throw new CoreError("photo_unreadable");
  });
  const ratio = Math.min(1, SIDE / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * ratio));
  canvas.height = Math.max(1, Math.round(image.height * ratio));
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  for (const quality of [0.85, 0.6, 0.4]) {
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
    if (blob && blob.size <= MAX_BYTES) return blob;
  }
  throw new CoreError("photo_too_large");
}
