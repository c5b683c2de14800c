/** English words for batches that come of batches: fetched with their screens, not with the first one. */
export const descentEn = {
  title: "Descent", open: "Descent…", parents: "Came of", children: "Became", none: "This batch was ordered, and nothing came of it yet.", left: "Left to do", nothingLeft: "All phases have ended.", whole: "This batch is whole in others. It is neither worked on nor released itself.",
  how: { split: "split", merge: "merged", rework: "reworked" } as Record<string, string>,
  split: "Split…", splitTitle: (batch: string) => `Split ${batch}`, splitHint: "The whole of the batch becomes these. The rule numbers them; each has what is left to do, scaled to its size.", part: (n: number) => `Part ${n}`, more: "One more part", fewer: "One part less", sums: (sum: string, whole: string) => `${sum} of ${whole}`, splitNow: "Split",
  merge: "Merge…", mergeTitle: (batch: string) => `Merge ${batch}`, mergeHint: "Batches of one recipe that have the same left to do become one.", with: "With", noOthers: "There is no batch of this recipe that could be merged.", mergeNow: "Merge",
  rework: "Rework…", reworkTitle: (batch: string) => `Rework ${batch}`, reworkHint: "The whole of the batch goes into a new one, by an approved recipe. Quality assesses the risk and signs (CN GMP 2010, 134 and 135).", way: "Process", ways: { same: "The same process again (返工)", other: "Another process (重新加工)" } as Record<string, string>, stage: "Goes back from", recipe: "Recipe of rework", risk: "Assessment of risk", into: "New batch", goOn: "Go on to the signature", sign: "Sign and order", meaning: "Risk assessed, rework approved", version: (n: number) => `version ${n}`,
  reason: "Reason", quantity: "Quantity",
};
