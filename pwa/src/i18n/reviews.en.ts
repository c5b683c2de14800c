/** English words of production's review of a batch record: fetched with the review's screen. */
export const reviewsEn = {
  production: "Review by production",
  sign: "Sign for production",
  signTitle: "Production's review of the batch record",
  again: "Sign for production again",
  meaning: "Batch production record reviewed by production",
  stamp: "Reviewed",
  stale: "Records of how the batch was made came after this signature: production reviews it again.",
  waits: "Production has not reviewed this batch yet. Quality releases it only after that.",
  ended: "Every phase has to end first.",
  reason: { not_reviewed: "not reviewed yet", came_after: "records came after its signature" } as Record<string, string>,
};
