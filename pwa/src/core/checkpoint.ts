/** Checkpoints (C2SP tlog-checkpoint): what a log says about itself, its size and the root over all entries. */
import { type Bytes, fromBase64, fromUtf8 } from "./bytes";
import { HASH_BYTES } from "./merkle";
import { CoreError } from "./types";

export interface Checkpoint { origin: string; size: number; root: Bytes }

/** From a note's text; extension lines are passed over. CoreError `checkpoint_malformed`. */
export function parseCheckpoint(text: Uint8Array): Checkpoint {
  let lines: string[];
  let root: Bytes;
  try {
    lines = fromUtf8(text).split("\n");
    root = fromBase64(lines[2] ?? "");
  } catch {
    throw new CoreError("checkpoint_malformed", "not three lines of a checkpoint");
  }
  const [origin, digits] = lines;
  const size = /^(0|[1-9][0-9]{0,18})$/.test(digits ?? "") ? Number(digits) : NaN;
  if (!origin || !Number.isSafeInteger(size) || root.length !== HASH_BYTES || lines.at(-1) !== "" || lines.length < 4) {
    throw new CoreError("checkpoint_malformed", "origin, size or root");
  }
  return { origin, size, root };
}
