/** English words for badges that are scanned. */
export const badgesEn = {
  badges: {
    scan: "Scan a badge", scanOf: (name: string) => `Badge of ${name}`, any: "a badge of somebody who works here", of: (name: string) => `the badge of ${name}`, has: "has a badge", read: (badge: string) => `Badge ${badge} read`,
    damaged: "a badge that cannot be read whole", other: "a code that is no badge", withdrawn: "a badge that was withdrawn", otherSite: "a badge of another site",
    unknown: "a badge that this device does not know. Take the batch along again, or sign in with the password.", notHere: (name: string) => `the badge of ${name}, who cannot go on here`,
  },
};
