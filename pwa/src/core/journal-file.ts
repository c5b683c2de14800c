/** The page's side of the journal's worker, and the messages between the two. */
import type { Bytes } from "./bytes";
import type { JournalFile } from "./journal";

export const NAME = "journal-";

/** What a worker can do with a private file (File System Standard, FileSystemSyncAccessHandle). */
export interface SyncHandle {
  read(buffer: Uint8Array, options: { at: number }): number;
  write(buffer: Uint8Array, options: { at: number }): number;
  truncate(size: number): void;
  getSize(): number;
  flush(): void;
  close(): void;
}

export type JournalCall = { id: number } & (
  | { op: "read" }
  | { op: "write"; at: number; data: Bytes; flush: boolean }
  | { op: "replace"; data: Bytes }
  | { op: "fits"; bytes: number }
);
type Request = JournalCall extends infer Call ? (Call extends { id: number } ? Omit<Call, "id"> : never) : never;
interface Answer { id: number; ok: boolean; data?: Bytes | null; error?: string }

/** Asks whether so many bytes more would be given room. */
export interface Room { fits(bytes: number): Promise<boolean> }

export function bytesAt(handle: SyncHandle): Uint8Array {
  const data = new Uint8Array(handle.getSize());
  handle.read(data, { at: 0 });
  return data;
}

/** Starts the worker; its file is locked from the first call on. */
export function workerFile(): JournalFile & Room {
  const worker = new Worker(new URL("./journal.worker.ts", import.meta.url), { type: "module" });
  const waiting = new Map<number, { done: (data: Bytes | null) => void; fail: (error: Error) => void }>();
  let last = 0;
  worker.onmessage = (event: MessageEvent<Answer>) => {
    const { id, ok, data, error } = event.data;
    const call = waiting.get(id);
    waiting.delete(id);
    if (ok) call?.done(data ?? null);
    else call?.fail(new Error(error));
  };
  worker.onerror = (event) => {
    for (const call of waiting.values()) call.fail(new Error(event.message));
    waiting.clear();
  };
  const ask = (request: Request): Promise<Bytes | null> =>
    new Promise((done, fail) => {
      last += 1;
      waiting.set(last, { done, fail });
      worker.postMessage({ ...request, id: last });
    });
  return {
    read: async () => (await ask({ op: "read" })) ?? new Uint8Array(),
    write: async (at, data, flush) => void (await ask({ op: "write", at, data, flush })),
    replace: async (data) => void (await ask({ op: "replace", data })),
    fits: async (bytes) => (await ask({ op: "fits", bytes })) !== null,
  };
}
