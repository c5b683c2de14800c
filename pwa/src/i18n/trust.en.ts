/** English words for what a device checks of the log itself. */
export const trustEn = {
  trust: {
    unproven: (n: number) => (n === 0 ? "all proven" : `${n} not yet proven`),
    witnessedUntil: (time: string) => `Witnessed until ${time}`, publishedUntil: (time: string) => `Published until ${time}`,
    nothingYet: "No checkpoint verified yet", lacking: "witnesses do not answer", alarm: "The log is in doubt",
    title: "Trust in the log",
    notices: {
      quorum_weaker: "The log now asks for fewer or other witnesses than before. Ask QA whether this is meant.",
      root_new: "The site has named a root key. Compare its fingerprint in the settings with QA's sheet.",
      keys_renewed: "The site's root has named new keys for the log. They are in the settings.",
    } as Record<string, string>,
    noted: "Noted",
  },
};
