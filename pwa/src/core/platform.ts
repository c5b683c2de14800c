/** What the core needs from its surroundings; the browser's in browser.ts, an imitation of a plant's in tests. */
import type { Clock } from "./clock";
import type { Fetch } from "./http";
import type { JournalFile } from "./journal";
import type { Socket } from "./sync";

export interface Platform {
  clock: Clock;
  /** Version of the app, at most 40 characters; null where it was not built. */
  app: string | null;
  /** Name of the database. */
  database: string;
  /** Make Automerge's WebAssembly ready. */
  wasm(): Promise<void>;
  journalFile(): JournalFile;
  fetch: Fetch;
  /** A socket to the server's /sync. */
  connect(): Socket;
  /** Resolves when this page is the one that may write; calls `busy` first if another one is now. */
  lock(busy: () => void): Promise<void>;
  /** Ask the browser to keep our storage for good; whether it promised. */
  persist(): Promise<boolean>;
  /** Bytes used and to be had; null where the browser does not tell. */
  space(): Promise<{ used: number; total: number } | null>;
  /** A moment in which nothing is drawn and nobody waits, or a second later. */
  idle(): Promise<void>;
  /** Calls back when the network or the page comes back, and when the network goes. */
  watchNetwork(back: () => void, gone: () => void): void;
  /** Whether the browser believes in a network. */
  hasNetwork(): boolean;
  /** Calls back when a new version of the app waits for consent; `other` when it keeps records in another form. */
  watchUpdates(waiting: (other: boolean) => void): void;
  acceptUpdate(): void;
  /** Resolves once the app starts here without a network, or when that takes too long to wait for. */
  shellKept(): Promise<void>;
}
