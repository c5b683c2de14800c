/** Checks a disposition against the stream that it seals: how far it goes, and which devices stand behind it. */
import type { Header } from "../core/entry";
import { SERVER } from "./keyring";
import { FIRST_PREV, type Fields, isObject } from "./lines";
import { fault } from "./result";

const SEALS = ["release.batch_released.v1", "release.batch_rejected.v1"];
/** Since version 2 a disposition names the heads of devices too. */
const SEALS_OF_DEVICES = ["release.batch_released.v2", "release.batch_rejected.v2", "release.batch_released.v3", "release.batch_rejected.v3"];
const LEASED = "handheld.lease_issued.v1";

/** An entry of the stream: who wrote it, and to which device it lent the batch (null for other entries). */
interface Written { device: string; seq: number; lent: string | null }
interface Head { device: string; seq: number; hash: string }

/** Feed it the records in the order of the log. */
export class Seals {
  /** How many entries of the stream the last disposition covers, and the index where it stands. */
  sealedAt: number | null = null;
  at: number | null = null;
  /** The stream's running hash after each of its entries, from none on. */
  readonly hashes = [FIRST_PREV];
  private readonly written: Written[] = [];
  private readonly known = new Map<string, string>();
  private lentUnknown = false;

  /** `digest` is SHA-256 of the header in hex; `running` the stream's hash after it, null for another stream.
   * CoreError `seal_wrong`. */
  take(index: number, head: Header, digest: string, running: string | null, payload: Fields | null): void {
    if (running !== null) {
      if (head.device === SERVER && [...SEALS, ...SEALS_OF_DEVICES].includes(head.kind)) {
        this.at = index;
        if (payload !== null) this.check(head.kind, payload);
      }
      this.written.push({ device: head.device, seq: head.seq, lent: this.lent(head, payload) });
      this.hashes.push(running);
    }
    this.known.set(`${head.seq} ${head.device}`, digest);
  }

  private lent(head: Header, payload: Fields | null): string | null {
    if (head.device !== SERVER || head.kind !== LEASED) return null;
    if (payload === null) this.lentUnknown = true;
    return typeof payload?.device === "string" ? payload.device : null;
  }

  private check(kind: string, { stream_seq: count, stream_hash: running, devices }: Fields): void {
    if (typeof count !== "number" || typeof running !== "string" || this.hashes[count] !== running) {
      throw fault("seal_wrong", "the disposition was signed over another stream than this one");
    }
    if (SEALS_OF_DEVICES.includes(kind)) this.checkDevices(count, devices);
    this.sealedAt = count;
  }

  private checkDevices(count: number, claimed: unknown): void {
    const heads = headsOf(claimed);
    const sealed = this.written.slice(0, count);
    const wrote = new Map(sealed.filter(({ device }) => device !== SERVER).map(({ device, seq }) => [device, seq]));
    const stand = new Set([...wrote.keys(), ...sealed.flatMap(({ lent }) => (lent === null ? [] : [lent]))]);
    const named = new Set(heads.map(({ device }) => device));
    const all = [...stand].every((device) => named.has(device)) && (named.size === stand.size || this.lentUnknown);
    if (!all || !isAscending(heads)) {
      throw fault("seal_wrong", "the disposition names other devices than those that held or wrote the batch");
    }
    for (const { device, seq, hash } of heads) {
      const known = seq ? (this.known.get(`${seq} ${device}`) ?? hash) : FIRST_PREV;
      if (seq < (wrote.get(device) ?? 0) || hash !== known) {
        throw fault("seal_wrong", `the disposition names another head of ${device}`);
      }
    }
  }
}

function headsOf(claimed: unknown): Head[] {
  if (!Array.isArray(claimed)) throw fault("seal_wrong", "the disposition names no devices");
  const heads = claimed.map((one: unknown): Head => {
    if (!isObject(one) || typeof one.device !== "string" || typeof one.seq !== "number" || typeof one.hash !== "string") {
      throw fault("seal_wrong", "the disposition names a device without its head");
    }
    return { device: one.device, seq: one.seq, hash: one.hash };
  });
  if (new Set(heads.map(({ device }) => device)).size !== heads.length) {
    throw fault("seal_wrong", "the disposition names a device twice");
  }
  return heads;
}

/** In the order of their code points, which is also that of their UTF-8. */
function isAscending(heads: readonly Head[]): boolean {
  const points = (text: string): number[] => Array.from(text, (letter) => letter.codePointAt(0)!);
  const before = (a: string, b: string): boolean => {
    const [left, right] = [points(a), points(b)];
    const differs = left.findIndex((point, i) => point !== right[i]);
    return differs < 0 || left[differs]! < (right[differs] ?? -1);
  };
  return heads.every(({ device }, i) => i === 0 || before(heads[i - 1]!.device, device));
}
