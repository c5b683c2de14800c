/** English words for what a device checks of the log itself. */
export const trustEn = {
  trust: {
    proven: "proven", isProven: "This device has checked itself that the record stands in the published log.",
    unproven: (n: number) => (n === 0 ? "all proven" : `${n} not yet proven`),
    witnessedUntil: (time: string) => `Witnessed until ${time}`, publishedUntil: (time: string) => `Published until ${time}`,
    nothingYet: "No checkpoint verified yet", lacking: "witnesses do not answer", alarm: "The log is in doubt",
    signatureUnknown: "signature not verified", signatureUnknownHint: "The key of the device that wrote this is not known here. The server checks it.",
    signatureWrong: "signature wrong", signatureWrongHint: "This record was not signed by the device it names. It is shown, and no proof of anything.",
    title: "Trust in the log", checkpoint: "Last checkpoint", size: (n: string) => `${n} entries`, root: "Root",
    verifiedAt: "Signed", witnesses: "Witnesses", noWitnesses: "No witness is set up: published by the server alone", own: "Own records",
    head: "Last own record", saveHead: "Save for the witness", saveHeadHint: "QA compares it with the mirror: what the server has withheld is found.",
    keys: "Keys that this device trusts", keysHint: "Compare them with the sheet that QA keeps.",
    uses: { log: "Log", witness: "Witness", root: "Site root", server: "Server" },
    kept: (n: number) => `Everything is kept on this device: ${n} records that are not proven, and what the server has told before. Work goes on; records are still sent.`,
    evidence: "Save the evidence", settle: "Settle", settleHint: "Only QA, when it is known what happened. The reason goes into the log; all records are proven anew.",
    settleReason: "What happened", notSettled: "Only QA can settle this, signed in at this device.",
    entries: (n: number) => `${n} records could not be proven`,
    alarms: {
      log_rolled_back: {
        what: "The server's log is shorter than this device has seen it: entries that were in it are missing.",
        next: "Call QA. Do not clear this device and do not enrol it anew. Was a backup restored? This device sends again what is missing.",
      },
      log_forked: {
        what: "The server tells another log than before: what this device has seen of it is not a part of it.",
        next: "Call QA. Do not clear this device. Compare with the witness: two histories of one log are shown.",
      },
      checkpoint_forged: {
        what: "A checkpoint of the log was not signed with the keys that this device knows.",
        next: "Call QA. Is this the right server? Compare the fingerprints in the settings with QA's sheet.",
      },
      keys_changed: {
        what: "The server names other keys for its log, and the site's root has not signed them.",
        next: "Call QA. Compare the fingerprints in the settings with QA's sheet before anybody goes on.",
      },
      proof_wrong: {
        what: "The server's proof does not fit what this device has signed: a record stands in the log otherwise, or not at all.",
        next: "Call QA. The records named here are the original; keep this device as it is.",
      },
      proof_missing: {
        what: "The server said that a record was in the log, and cannot prove it.",
        next: "Call QA. The records named here are the original; keep this device as it is.",
      },
    } as Record<string, { what: string; next: string }>,
    notices: {
      quorum_weaker: "The log now asks for fewer or other witnesses than before. Ask QA whether this is meant.",
      root_new: "The site has named a root key. Compare its fingerprint in the settings with QA's sheet.",
      keys_renewed: "The site's root has named new keys for the log. They are in the settings.",
    } as Record<string, string>,
    noted: "Noted",
  },
};
