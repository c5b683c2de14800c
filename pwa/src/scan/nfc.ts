/** NFC tags as scans, where the browser has Web NFC (Chrome for Android): the text of their first text record. */

interface TagRecord { recordType: string; encoding?: string; data?: DataView }
interface Reader extends EventTarget { scan(options: { signal: AbortSignal }): Promise<void> }
interface Reading extends Event { message: { records: TagRecord[] } }

/** Listens until the disposer is called; rejects where the person or the device refuses. A tag without a text is `unread`. */
export async function watchTags(read: (text: string) => void, unread: () => void): Promise<() => void> {
  const stop = new AbortController();
  const { NDEFReader } = window as unknown as { NDEFReader: new () => Reader };
  const reader = new NDEFReader();
  reader.addEventListener("reading", (event) => {
    const text = textOf((event as Reading).message.records);
    if (text === "") unread();
    else read(text);
  }, { signal: stop.signal });
  reader.addEventListener("readingerror", unread, { signal: stop.signal });
  await reader.scan({ signal: stop.signal });
  return () => stop.abort();
}

/** Writes a text record to the next tag that is held against the device; rejects where that fails. */
export async function writeTag(text: string): Promise<void> {
  const { NDEFReader } = window as unknown as { NDEFReader: new () => { write(message: object): Promise<void> } };
  await new NDEFReader().write({ records: [{ recordType: "text", lang: "en", data: text }] });
}

export function textOf(records: TagRecord[]): string {
  const record = records.find((one) => one.recordType === "text" && one.data);
  if (!record?.data) return "";
  try {
    return new TextDecoder(record.encoding ?? "utf-8", { fatal: true }).decode(record.data).trim();
  } catch {
    return "";
  }
}
