/** English words for the empty record on paper: fetched with the screens that show it. */
export const paperEn = {
  open: "Empty record on paper…",
  title: "Empty record on paper",
  hint: "For when everything is down. Each copy is issued once, numbered and in the log; what was written is typed in afterwards.",
  none: "No copy has been issued.",
  copy: (n: number) => `Copy ${n}`,
  zh: "Chinese",
  en: "English",
  issue: "Issue copy",
  again: "Issue another copy",
  reason: "Why another copy is needed",
};
