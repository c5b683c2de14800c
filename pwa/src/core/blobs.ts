/** Photos and files: kept in database and journal until the server has them and the entry that names them is proven. */
import { type Bytes, hex, sha256 } from "./bytes";
import { type Fetch, send } from "./http";
import type { Journal } from "./journal";
import type { Store } from "./store";
import { CoreError, storageFailure } from "./types";

const MAX_BYTES = 2 * 1024 * 1024;
const TYPES = ["image/jpeg", "image/png", "image/webp", "application/pdf", "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"];

export class Blobs {
  private uploading = false;
  /** Something was kept while others were under way. */
  private more = false;

  constructor(private readonly store: Store, private readonly journal: Journal, private readonly fetch: Fetch) {}

  /** Its SHA-256 in hex, when it is on the disk; CoreError `blob_too_large`, `blob_type_unknown`, `storage_failed`,
   * `storage_full`. */
  async keep(data: Bytes, type: string): Promise<string> {
    if (data.length > MAX_BYTES) throw new CoreError("blob_too_large");
    if (!TYPES.includes(type)) throw new CoreError("blob_type_unknown");
    const blob = { hash: hex(await sha256(data)), type, data };
    try {
      await this.journal.blob(blob);
      await this.store.putBlob(blob);
    } catch (error) {
      throw storageFailure(error);
    }
    return blob.hash;
  }

  /** Let go of what the server has and no entry needs any more. */
  async release(needed: (hash: string) => boolean): Promise<void> {
    for (const { hash } of (await this.store.blobs()).filter((blob) => blob.sent && !needed(blob.hash))) {
      await this.store.dropBlob(hash);
      await this.journal.blobDone(hash);
    }
  }

  /** The server was set back, and may lack what it had. */
  async again(): Promise<void> {
    for (const blob of await this.store.blobs()) await this.store.putBlob({ ...blob, sent: false });
  }

  /** Deliver what waits; what fails stays and is tried at the next connection. */
  async upload(): Promise<void> {
    this.more = true;
    if (this.uploading) return;
    this.uploading = true;
    try {
      while (this.more) {
        this.more = false;
        await this.uploadAll();
      }
    } catch (error) {
      console.warn("a photo waits for the next connection", error);
    } finally {
      this.uploading = false;
    }
  }

  private async uploadAll(): Promise<void> {
    for (const blob of (await this.store.blobs()).filter(({ sent }) => !sent)) {
      const { hash, type, data } = blob;
      await send(this.fetch, `/api/blobs/${hash}`, { method: "PUT", headers: { "Content-Type": type }, body: data });
      await this.store.putBlob({ ...blob, sent: true });
    }
  }
}
