/** Proofs are held to the vectors of transparency-dev/merkle, most of which must be refused. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Bytes, fromBase64, hex, sha256, utf8 } from "../../src/core/bytes";
import { Edge, leafHash, nodeHash, rootFromMultiproof, verifyConsistency, verifyInclusion } from "../../src/core/merkle";

const VECTORS = join(import.meta.dirname, "../../../../shared/vectors/merkle");
interface Vector {
  desc: string; wantErr?: boolean; proof: string[] | null;
  leafIdx: number; treeSize: number; leafHash: string; root: string;
  size1: number; size2: number; root1: string; root2: string;
}

/** The root over leaves start..stop-1 by the definition of RFC 6962 section 2.1. */
async function treeHash(leaves: Bytes[]): Promise<Bytes> {
  if (leaves.length <= 1) return leaves[0] ?? sha256(new Uint8Array());
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(await treeHash(leaves.slice(0, split)), await treeHash(leaves.slice(split)));
}

/** The nodes of a multiproof by its definition. */
async function multiproof(leaves: Bytes[], chosen: Set<number>, start = 0): Promise<Bytes[]> {
  if (!leaves.some((_, i) => chosen.has(start + i))) return [await treeHash(leaves)];
  if (leaves.length === 1) return [];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return [...(await multiproof(leaves.slice(0, split), chosen, start)), ...(await multiproof(leaves.slice(split), chosen, start + split))];
}

const tree = (size: number): Promise<Bytes[]> => Promise.all(Array.from({ length: size }, (_, i) => leafHash(utf8(String(i)))));

describe("the Merkle tree (PLT-02)", () => {
  const present = existsSync(VECTORS);
  if (!present) console.warn(`SKIPPED: Merkle vectors are not at ${VECTORS}`);
  const vectors = (kind: string): Vector[] => readdirSync(join(VECTORS, kind), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => JSON.parse(readFileSync(join(VECTORS, kind, name), "utf8")) as Vector);
  const bytes = (text: string | null | undefined): Bytes => fromBase64(text ?? "");

  it.skipIf(!present)("PLT-02 judges every inclusion vector as it says", async () => {
    const all = vectors("inclusion");
    expect(all.length).toBeGreaterThan(50);
    for (const { leafIdx, treeSize, leafHash: leaf, proof, root, wantErr, desc } of all) {
      const judged = verifyInclusion(leafIdx, treeSize, bytes(leaf), (proof ?? []).map(bytes), bytes(root));
      if (wantErr) await expect(judged, desc).rejects.toMatchObject({ code: "proof_wrong" });
      else await judged;
    }
  });

  it.skipIf(!present)("PLT-02 judges every consistency vector as it says", async () => {
    const all = vectors("consistency");
    expect(all.length).toBeGreaterThan(50);
    for (const { size1, size2, root1, root2, proof, wantErr, desc } of all) {
      // From an empty tree everything would follow: refused here, as by the Python verifier, where the vectors pass it.
      const judged = verifyConsistency(size1, size2, (proof ?? []).map(bytes), bytes(root1), bytes(root2));
      if (wantErr || size1 === 0) await expect(judged, desc).rejects.toMatchObject({ code: "proof_wrong" });
      else await judged;
    }
  });

  it("PLT-02 grows an edge to the root that the definition gives", async () => {
    const edge = new Edge();
    const leaves = await tree(70);
    for (let size = 0; size <= 70; size++) {
      expect(hex(await edge.root())).toBe(hex(await treeHash(leaves.slice(0, size))));
      if (size < 70) await edge.append(leaves[size]!);
    }
  });

  it("PLT-02 leads from any leaves and their multiproof to the root, and from no other", async () => {
    for (const [size, chosen] of [[1, [0]], [7, [6]], [13, [0, 5, 12]], [64, [1, 2, 3, 60]], [65, [64, 0]]] as const) {
      const leaves = await tree(size);
      const nodes = await multiproof(leaves, new Set(chosen));
      const known = new Map(chosen.map((index) => [index, leaves[index]!]));
      expect(hex(await rootFromMultiproof(known, size, nodes))).toBe(hex(await treeHash(leaves)));
      for (const wrong of [[...nodes, leaves[0]!], nodes.slice(1)]) {
        if (wrong.length === nodes.length) continue;
        await expect(rootFromMultiproof(known, size, wrong)).rejects.toMatchObject({ code: "proof_wrong" });
      }
      const moved = new Map(chosen.map((index) => [index, leaves[(index + 1) % size]!]));
      if (size > 1) expect(hex(await rootFromMultiproof(moved, size, nodes))).not.toBe(hex(await treeHash(leaves)));
    }
    await expect(rootFromMultiproof(new Map([[7, (await tree(1))[0]!]]), 7, [])).rejects.toMatchObject({ code: "proof_wrong" });
    await expect(rootFromMultiproof(new Map(), 7, [])).rejects.toMatchObject({ code: "proof_wrong" });
  });
});
