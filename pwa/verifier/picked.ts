/** What somebody picked or dropped: files by their path, read when they are needed. */
import type { Bytes } from "../src/core/bytes";
import type { Reader } from "../src/verify/log";

export type Picked = ReadonlyMap<string, File>;

export function fromList(files: Iterable<File>): Picked {
  return new Map(Array.from(files, (file) => [file.webkitRelativePath || file.name, file]));
}

type Handle = FileSystemFileHandle | FileSystemDirectoryHandle;
/** Not every browser has it. Chromium lets a page from a disk read dropped folders in this way only. */
type Item = DataTransferItem & { getAsFileSystemHandle?: () => Promise<Handle | null> };

/** Everything that was dropped, folders with all that is in them. */
export async function fromDrop(transfer: DataTransfer): Promise<Picked> {
  // All of it is asked for before anything is awaited: what was dropped is gone afterwards.
  const items: Item[] = Array.from(transfer.items).filter((item) => item.kind === "file");
  const entries = items.map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const files = fromList(transfer.files);
  if (!entries.some((entry) => entry.isDirectory)) return files;
  const handles = items.map((item) => item.getAsFileSystemHandle?.() ?? null);
  const found = new Map<string, File>();
  for (const [at, handle] of (await Promise.all(handles)).entries()) {
    if (handle) await open(handle, handle.name, found);
    else await gather(entries[at]!, found);
  }
  return found;
}

async function open(handle: Handle, path: string, found: Map<string, File>): Promise<void> {
  if (handle.kind === "file") found.set(path, await handle.getFile());
  else for await (const child of handle.values()) await open(child, `${path}/${child.name}`, found);
}

async function gather(entry: FileSystemEntry, found: Map<string, File>): Promise<void> {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    found.set(path, await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)));
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives a folder in parts, and an empty part at its end.
  for (let part = await list(reader); part.length; part = await list(reader)) {
    await Promise.all(part.map((child) => gather(child, found)));
  }
}

function list(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  return new Promise((resolve, reject) => reader.readEntries(resolve, reject));
}

export async function bytes(file: File): Promise<Bytes> {
  return new Uint8Array(await file.arrayBuffer());
}

/** The folder that this file stands in, nearest to the top; null where there is no such file. */
export function folderOf(picked: Picked, name: string): string | null {
  const paths = [...picked.keys()].filter((path) => path === name || path.endsWith(`/${name}`));
  const shortest = paths.sort((a, b) => a.split("/").length - b.split("/").length)[0];
  return shortest === undefined ? null : shortest.slice(0, shortest.length - name.length);
}

/** Reads below a folder of what was picked. */
export function reader(picked: Picked, folder: string): Reader {
  return async (path) => {
    const file = picked.get(folder + path);
    return file ? bytes(file) : null;
  };
}
