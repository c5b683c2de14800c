/** English words for how far the log is published and witnessed. */
export const witnessEn = {
  witness: {
    policy: "Policy file", policyHint: "The keys and witnesses by which anybody can check this log", verifier: "Verifier",
    until: (time: string) => `Witnessed until ${time}`,
    published: (n: string) => `${n} entries published`,
    alone: "signed by the server alone, no witness is set up",
    none: "Nothing is published: the witnesses have not signed",
    seen: (name: string, time: string) => `${name}: ${time}`,
    never: "never",
    behind: (n: string) => `${n} entries not yet witnessed`,
    since: (time: string) => `since ${time}`,
  },
};
