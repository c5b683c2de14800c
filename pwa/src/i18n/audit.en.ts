/** English words for reviews of the audit trail: fetched with their screens, not with the first one. */
export const auditEn = {
  title: "Review the audit trail", listTitle: "Reviews of the audit trail", review: "Review this selection", reviews: "Signed reviews", toLog: "Audit log",
  hint: "Look at what is listed first, page through the rest, mark what you want to say something about, then sign. The signature covers exactly the entries shown here.",
  batchMeans: "Its own entries. Its lots, filled forms and what people did elsewhere are reviewed by period.", selection: "What is reviewed", all: "the whole log", batch: "Batch", stream: "Belongs to", kind: "What", person: "Who", device: "Device", since: "Recorded from", until: "Recorded before", entries: "Entries", digest: "Digest of these entries", kinds: "By kind",
  count: (n: string) => (n === "1" ? "1 entry" : `${n} entries`),
  first: "Deserves a look first", nothingFirst: "Nothing here stands out.", every: "All entries",
  looks: {
    corrections: "Corrected values", late: "Late entries", flagged: "Flagged by a rule", decided: "Exceptions, conflicts, deviations", withdrawn: "Withdrawn, revoked, waived", refused: "Refused decisions", signins: "Refused sign-ins and locks", rights: "Changes of rights", site: "Changes to the site",
  } as Record<string, string>,
  content: "Content", why: "Reason", more: "More entries", toEntry: "Whole entry", empty: "No entry is in this selection.",
  mark: "Mark", marked: "Marked", markTitle: (n: string) => `Remark on entry ${n}`, markText: "What is to be said of it", markSave: "Keep the remark", markRemove: "Remove", deviate: "Open a deviation for it", deviateHint: "It is opened at once. The batch then has one more entry, so that the selection is loaded again; your remarks stay.", deviation: (number: string) => `Deviation ${number}`,
  remarks: "Remarks", noRemarks: "Nothing is marked.", comment: "Comment on the whole (optional)", commentHint: "What was looked at, and how",
  means: (meaning: string) => `What you will sign: ${meaning}`, sign: "Sign the review", signTitle: "Sign the review", signNow: "Sign", meanings: { audit_found_nothing: "Audit trail as shown reviewed, nothing found to act upon", audit_found_something: "Audit trail as shown reviewed, with the remarks given" } as Record<string, string>,
  signed: "The review is signed.", noRight: "You may look, but only QA signs a review.",
  refused: { reviewer_produced: "You worked on what is in this selection. Somebody else has to review it.", audit_scope_large: "These are more entries than one review can answer for. Choose a shorter period or one kind of entry." } as Record<string, string>,
  never: "Audit trail not reviewed yet", since_: (n: string) => (n === "1" ? "1 entry since" : `${n} entries since`), upToDate: "nothing has come since", by: (who: string, at: string) => `Audit trail reviewed by ${who}, ${at}`,
  logNever: "The whole log has never been reviewed.", logSince: (n: string, at: string) => `${n === "1" ? "1 entry" : `${n} entries`} of the log since the last review of all of it, which reached up to ${at}.`, reviewRest: "Review these",
  none: "No review has been signed.", what: "What", howMany: "Entries", entry: "In the log",
};
