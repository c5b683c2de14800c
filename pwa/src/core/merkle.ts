/** The Merkle tree of RFC 6962 section 2: checks proofs from hashes alone, strictly (see sync/merkle.py). */
import { type Bytes, concat, equal, sha256 } from "./bytes";
import { CoreError } from "./types";

export const HASH_BYTES = 32;
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

export async function leafHash(data: Uint8Array): Promise<Bytes> {
  return sha256(concat(LEAF, data));
}

export async function nodeHash(left: Uint8Array, right: Uint8Array): Promise<Bytes> {
  return sha256(concat(NODE, left, right));
}

/** Returns if the leaf hash stands at this index under this root (RFC 9162 section 2.1.3.2); CoreError `proof_wrong`
 * otherwise. */
export async function verifyInclusion(
  index: number, size: number, leaf: Bytes, proof: readonly Bytes[], root: Bytes,
): Promise<void> {
  if (!isPlace(index, size)) throw wrong("the index lies outside the tree");
  checkHashes([leaf, root, ...proof]);
  let [at, last, node] = [index, size - 1, leaf];
  for (const sibling of proof) {
    if (last === 0) throw wrong("the proof is longer than the tree asks for");
    if (at % 2 === 1 || at === last) {
      node = await nodeHash(sibling, node);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      node = await nodeHash(node, sibling);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw wrong("the proof is shorter than the tree asks for");
  if (!equal(node, root)) throw wrong("the proof leads to another root");
}

/** Returns if the tree (size2, root2) extends (size1, root1) (RFC 9162 section 2.1.4.2); CoreError `proof_wrong`
 * otherwise. A proof from an empty tree proves nothing and is refused. */
export async function verifyConsistency(
  size1: number, size2: number, proof: readonly Bytes[], root1: Bytes, root2: Bytes,
): Promise<void> {
  if (!isPlace(size1 - 1, size2)) throw wrong("no proof leads from the one size to the other");
  if (size1 === size2) {
    if (proof.length || !equal(root1, root2)) throw wrong("two trees of one size have one root and no proof");
    return;
  }
  checkHashes([root1, root2, ...proof]);
  if (!proof.length) throw wrong("the proof is empty");
  let [at, last] = [size1 - 1, size2 - 1];
  while (at % 2 === 1) [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  // A tree of a power of two is itself the first node, so the proof does not repeat it.
  const [first, ...rest] = at === 0 ? [root1, ...proof] : proof;
  let [older, newer] = [first!, first!];
  for (const sibling of rest) {
    if (last === 0) throw wrong("the proof is longer than the trees ask for");
    if (at % 2 === 1 || at === last) {
      [older, newer] = await Promise.all([nodeHash(sibling, older), nodeHash(sibling, newer)]);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      newer = await nodeHash(newer, sibling);
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  if (last !== 0) throw wrong("the proof is shorter than the trees ask for");
  if (!equal(older, root1) || !equal(newer, root2)) throw wrong("the proof leads to other roots");
}

/** The root that leaf hashes (index → hash) and the nodes of one proof for all of them give; CoreError `proof_wrong`
 * if they misfit. Walking from the root: a subtree without any of the leaves gives its hash as the next node, any
 * other is split where RFC 6962 section 2.1 splits it, left before right. */
export async function rootFromMultiproof(
  leaves: ReadonlyMap<number, Bytes>, size: number, nodes: readonly Bytes[],
): Promise<Bytes> {
  const chosen = [...leaves.keys()].sort((a, b) => a - b);
  if (!chosen.length || !chosen.every((index) => isPlace(index, size))) throw wrong("the leaves lie outside the tree");
  checkHashes([...leaves.values(), ...nodes]);
  let used = 0;

  // The nodes are taken in the order of the walk, so nothing may be awaited before both sides have taken theirs.
  const walk = (start: number, stop: number, low: number, high: number): Bytes | Promise<Bytes> => {
    if (low === high) {
      if (used >= nodes.length) throw wrong("the proof lacks nodes");
      return nodes[used++]!;
    }
    if (stop - start === 1) return leaves.get(start)!;
    const middle = start + split(stop - start);
    const between = firstAtLeast(chosen, middle, low, high);
    const sides = [walk(start, middle, low, between), walk(middle, stop, between, high)] as const;
    return Promise.all(sides).then(([left, right]) => nodeHash(left, right));
  };

  const root = walk(0, size, 0, chosen.length);
  if (used !== nodes.length) throw wrong("the proof has nodes to spare");
  return root;
}

/** The right edge of a growing tree: the hashes of its full subtrees, largest first; all that appending needs. */
export class Edge {
  size = 0;
  private hashes: Bytes[] = [];

  /** Adds a leaf hash; gives the inner nodes [level, hash] that it completed, lowest first. */
  async append(leaf: Bytes): Promise<[number, Bytes][]> {
    const completed: [number, Bytes][] = [];
    let [node, position, level] = [leaf, this.size, 0];
    for (; position % 2 === 1; position = Math.floor(position / 2)) {
      node = await nodeHash(this.hashes.pop()!, node);
      completed.push([++level, node]);
    }
    this.hashes.push(node);
    this.size += 1;
    return completed;
  }

  async root(): Promise<Bytes> {
    if (!this.hashes.length) return sha256(new Uint8Array());
    let node = this.hashes.at(-1)!;
    for (const part of this.hashes.slice(0, -1).reverse()) node = await nodeHash(part, node);
    return node;
  }
}

function isPlace(index: number, size: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(size) && index >= 0 && index < size;
}

/** The largest power of two below count: how many leaves stand in the left subtree. */
function split(count: number): number {
  let left = 1;
  while (left * 2 < count) left *= 2;
  return left;
}

/** The first position from low to high whose value is at least this, high if there is none. */
function firstAtLeast(sorted: readonly number[], value: number, low: number, high: number): number {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function checkHashes(hashes: readonly Uint8Array[]): void {
  if (hashes.some((hash) => hash.length !== HASH_BYTES)) throw wrong("a hash has 32 bytes");
}

function wrong(detail: string): CoreError {
  return new CoreError("proof_wrong", detail);
}
