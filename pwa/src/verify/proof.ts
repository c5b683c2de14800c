/** Proof files (C2SP tlog-proof): that one entry stands in the log. */
import { type Bytes, fromBase64, fromUtf8, hex } from "../core/bytes";
import { leafHash, verifyInclusion } from "../core/merkle";
import { type Checkpointed, type Policy, openCheckpoint } from "../core/policy";
import { type Result, failed, fault, start } from "./result";

const MAGIC = "c2sp.org/tlog-proof@v1";
const MOST = 63;

export interface LogProof { index: number; nodes: Bytes[]; checkpoint: Bytes; extra: Bytes | null }

/** CoreError `proof_malformed`. */
export function parseLogProof(data: Bytes): LogProof {
  const blank = data.findIndex((byte, i) => byte === 10 && data[i + 1] === 10);
  if (blank < 0) throw malformed();
  try {
    const [magic, ...lines] = fromUtf8(data.subarray(0, blank)).split("\n");
    const extra = lines[0]?.startsWith("extra ") ? fromBase64(lines.shift()!.slice(6)) : null;
    const index = /^index (0|[1-9][0-9]{0,18})$/.exec(lines.shift() ?? "");
    if (magic !== MAGIC || !index || lines.length > MOST) throw malformed();
    return { index: Number(index[1]), nodes: lines.map(fromBase64), checkpoint: data.slice(blank + 2), extra };
  } catch {
    throw malformed();
  }
}

/** Whether this leaf stands in the log where the proof says, under a checkpoint that the policy trusts. */
export async function verifyLogProof(data: Bytes, leaf: Bytes, policy: Policy): Promise<Result> {
  const begun = start(true);
  try {
    const proof = parseLogProof(data);
    const { checkpoint, witnessed } = await openLogProof(proof, leaf, policy);
    const known = { size: checkpoint.size, root: hex(checkpoint.root), witnessed: Object.fromEntries(witnessed) };
    return { ...begun, ...known, ok: true };
  } catch (error) {
    return failed(begun, error);
  }
}

/** The checkpoint under which this leaf stands; CoreError of policy or proof. */
export async function openLogProof(proof: LogProof, leaf: Bytes, policy: Policy): Promise<Checkpointed> {
  const opened = await openCheckpoint(policy, proof.checkpoint);
  const { size, root } = opened.checkpoint;
  await verifyInclusion(proof.index, size, await leafHash(leaf), proof.nodes, root);
  return opened;
}

function malformed(): Error {
  return fault("proof_malformed", "not the lines of a proof");
}
