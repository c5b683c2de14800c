/** English words of how phases go: fetched with their screens. */
export const courseEn = {
  clean: "Record a cleaning", check: "Check the cleaning", cleanWaits: "Cleaned. Somebody else has to check it.",
  cleanedOnly: (by: string) => `Cleaned by ${by}; look at it and check it.`, cleanedBy: (by: string, other: string) => `Cleaned by ${by}, checked by ${other}`,
  notIdentified: "No machine is identified yet. Begun without, it becomes an exception.",
  overdue: (one: string) => `${one}: the calibration is overdue. Take another, or have it calibrated.`,
  doubts: { maintenance: "is under maintenance", out_of_service: "is out of service", no_record: "no cleaning is recorded", expired: "is clean no more: its clean hold time is over", unchecked: "was cleaned, and nobody else has checked it", in_use: "is in use by another batch", to_be_cleaned: "must be cleaned first" } as Record<string, string>, doubtHint: "So it stood when the batch was taken along. Take another, or have it put right; used as it is, it becomes an exception.",
  beside: "May be done now as well", held: "Held", left: { aborted: "Aborted", skipped: "Skipped" }, since: (name: string, at: string) => `by ${name} since ${at}`, heldHint: "Nothing is done in this phase until somebody lets it go on. What is recorded meanwhile becomes an exception.", resume: "Resume phase",
  change: "Hold or leave phase", title: "Hold or leave the phase",
  hint: "The time and your name are kept with it.", reason: "Reason", sign: "Sign",
  ways: { held: "Hold", aborted: "Abort", skipped: "Skip" },
  ask: { held: "It goes on later. Time limits go on running.", aborted: "It ends as it is. QA assesses this before release.", skipped: "It is not done. QA assesses this before release." },
  at_most: (phase: string, moment: string) => `${phase}: must ${moment} by`, at_least: (phase: string, moment: string) => `${phase}: may ${moment} from`, moments: { start: "begin", end: "end" } as Record<string, string>, left_time: "left", over: "over by", overHint: "The time limit has passed. This becomes an exception.", to: "To the phase",
};
