/** Other devices' entries: whether their devices signed them, told before they are shown, and never hidden. */
import { fromBase64 } from "./bytes";
import { decodeEnvelope, isSignedBy, readHeader } from "./entry";
import type { KnownKey } from "./store";
import type { SignatureState } from "./types";

export class Others {
  /** A device that was enrolled anew may have had other keys before: each that was ever told counts. */
  private readonly keys = new Map<string, KnownKey[]>();
  private readonly found = new Map<string, SignatureState>();

  /** Grows with everything that is found out. */
  version = 0;

  learn(keys: KnownKey[]): void {
    this.version += 1;
    for (const key of keys.filter(({ alg, public_key }) => alg && public_key)) {
      const known = this.keys.get(key.id) ?? [];
      if (known.some(({ public_key }) => public_key === key.public_key)) continue;
      this.keys.set(key.id, [...known, { id: key.id, alg: key.alg, public_key: key.public_key }]);
    }
    for (const [id, state] of this.found) if (state === "unknown") this.found.delete(id);
  }

  known(): KnownKey[] {
    return [...this.keys.values()].flat();
  }

  /** Looked at before, and kept where nobody else can write. */
  recall(id: string): void {
    this.found.set(id, "right");
    this.version += 1;
  }

  state(id: string): SignatureState {
    return this.found.get(id) ?? "unknown";
  }

  /** Look at entries that were not looked at yet; whether there were any. */
  async check(entries: { id: string; bytes: Uint8Array }[]): Promise<boolean> {
    const fresh = entries.filter(({ id }) => !this.found.has(id));
    for (const { id, bytes } of fresh) this.found.set(id, await this.judge(id, bytes));
    if (fresh.length) this.version += 1;
    return fresh.length > 0;
  }

  private async judge(id: string, bytes: Uint8Array): Promise<SignatureState> {
    try {
      const envelope = decodeEnvelope(bytes);
      const header = readHeader(envelope);
      const keys = this.keys.get(header.device);
      if (!keys) return "unknown";
      for (const { alg, public_key } of keys) {
        if (header.id === id && (await isSignedBy(envelope, alg, fromBase64(public_key)))) return "right";
      }
    } catch (error) {
      console.warn("an entry that cannot be checked", id, error);
    }
    return "wrong";
  }
}
