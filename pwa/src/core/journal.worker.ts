/** The worker that owns the journal's file: only workers may write the origin's private files synchronously. */
import { bytesAt, type JournalCall, NAME, type SyncHandle } from "./journal-file";

interface Scope {
  onmessage: ((event: MessageEvent<JournalCall>) => void) | null;
  postMessage(message: unknown, transfer?: Transferable[]): void;
}
type Directory = FileSystemDirectoryHandle & { keys(): AsyncIterable<string> };
type File = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncHandle> };

const PROBE = "room";
const scope = self as unknown as Scope;
let handle: SyncHandle | null = null;
let generation = 0;

scope.onmessage = (event) => {
  queue = queue.then(() => answer(event.data));
};
let queue: Promise<void> = Promise.resolve();

async function answer(call: JournalCall): Promise<void> {
  try {
    scope.postMessage({ id: call.id, ok: true, data: await run(call) });
  } catch (error) {
    scope.postMessage({ id: call.id, ok: false, error: String(error) });
  }
}

async function run(call: JournalCall): Promise<Uint8Array | null> {
  const file = (handle ??= await open());
  if (call.op === "read") return bytesAt(file);
  if (call.op === "replace") return replace(call.data);
  if (call.op === "fits") return fits(call.bytes);
  file.truncate(call.at);
  writeAll(file, call.data, call.at);
  if (call.flush) file.flush();
  return null;
}

/** The file in force is the one of the lowest number: a higher one is a replacement that was cut short. */
async function open(): Promise<SyncHandle> {
  const root = (await navigator.storage.getDirectory()) as Directory;
  const numbers: number[] = [];
  for await (const name of root.keys()) if (name.startsWith(NAME)) numbers.push(Number(name.slice(NAME.length)));
  numbers.sort((a, b) => a - b);
  generation = numbers[0] ?? 1;
  for (const number of numbers.slice(1)) await root.removeEntry(NAME + number);
  return lock(generation);
}

async function lock(number: number): Promise<SyncHandle> {
  const root = await navigator.storage.getDirectory();
  const file = (await root.getFileHandle(NAME + number, { create: true })) as File;
  // The worker of a tab that has just been closed may hold the file for a moment longer.
  for (let attempt = 0; ; attempt++) {
    try {
      return await file.createSyncAccessHandle();
    } catch (error) {
      if (attempt === 20) throw error;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
  }
}

/** Where the room ends, a browser takes what still fits, or throws a QuotaExceededError. */
function writeAll(file: SyncHandle, data: Uint8Array, at: number): void {
  if (file.write(data, { at }) !== data.length) throw new Error("the journal took only a part: the quota is used up");
}

/** Whether so many bytes more would be given room; nothing is written. */
async function fits(bytes: number): Promise<Uint8Array | null> {
  const root = await navigator.storage.getDirectory();
  let probe: SyncHandle | null = null;
  try {
    probe = await ((await root.getFileHandle(PROBE, { create: true })) as File).createSyncAccessHandle();
    probe.truncate(bytes);
    return Uint8Array.of(1);
  } catch {
    return null;
  } finally {
    probe?.close();
    await root.removeEntry(PROBE).catch(() => undefined);
  }
}

async function replace(data: Uint8Array): Promise<null> {
  const root = await navigator.storage.getDirectory();
  const next = await lock(generation + 1);
  try {
    next.truncate(0);
    writeAll(next, data, 0);
    next.flush();
  } catch (error) {
    next.close();
    await root.removeEntry(NAME + (generation + 1));
    throw error;
  }
  handle?.close();
  await root.removeEntry(NAME + generation);
  generation += 1;
  handle = next;
  return null;
}
