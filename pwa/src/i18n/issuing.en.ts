/** English words for issuing material to batches: fetched with their screens, not with the first one. */
export const issuingEn = {
  title: "Issue", hint: "Material for batches: scan each container, first to expire first.", none: "No batch waits for material.", search: "Batch or product", batch: (number: string) => `Batch ${number}`,
  scan: "Scan the container to issue", expected: "a container of this batch, or one that may be allocated to it", issuedNow: (label: string) => `${label} issued`, already: (label: string) => `${label} is with the batch already`, next: "Next",
  need: "Needed", given: "Allocated", issued: "Issued", used: "Weighed out", returned: "Returned", open: "Left in use", difference: "Difference", noNeed: "The recipe states no amount",
  states: { allocated: "Allocated", issued: "Issued", returned: "Returned" } as Record<string, string>,
  proposal: "First to expire, first out", nothing: "No container may be used.", until: (day: string) => `until ${day}`, at: (place: string) => `at ${place}`, issue: "Issue", back: "Return",
  departsTitle: "Another container expires sooner", departsHint: (first: string, label: string) => `${first} should be used first. To use ${label} all the same, say why.`,
  beyondTitle: "The batch has enough", beyondHint: (label: string, need: string) => `The batch needs ${need}, and has been given that. To issue ${label} all the same, say why.`,
  reason: "Reason", goOn: "Use it all the same",
  backTitle: (label: string) => `Return ${label}`, backHint: "Weigh what is left in the container; 0 where it is empty. Other batches may then use it.", content: "What is in it now", cameWith: (q: string) => `${q} when issued`, backReason: "Remark (may stay empty)", backNow: "Return to stock",
  unissued: "Weighed out of, never issued",
  scrapped: "Destroyed or sampled", balanced: "By its balance", untold: "cannot be told: the units do not convert", explain: "Explain and sign…", explainTitle: "Material not accounted for", explainHint: "Containers that are still with the batch count as missing until they are returned; so does the rest of one that was weighed out of and never issued: issue and return it with what is in it, or explain.", explainMeaning: "The difference was investigated and is explained", explainReason: "What was found, and what it means for the batch", explainSign: "Sign the explanation",
  unfit: (label: string, status: string) => `${label} may not be used: ${status}`,
  settled: "balanced", unsettled: "differs", closed: "The batch has ended: nothing more is issued.",
};
