/** English words for badges, and for devices that stand somewhere and take another's place. */
export const badgesEn = {
  badges: {
    scan: "Scan a badge", scanOf: (name: string) => `Badge of ${name}`, any: "a badge of somebody who works here", of: (name: string) => `the badge of ${name}`, byPasskey: "Confirm with a passkey", waiting: (n: number) => (n === 1 ? "1 weight waits for a second person" : `${n} weights wait for a second person`), waitingHint: "Somebody else has recorded it. Look at what is shown and at the goods, then confirm with your own PIN.", confirm: "Confirm", has: "has a badge", read: (badge: string) => `Badge ${badge} read`,
    damaged: "a badge that cannot be read whole", other: "a code that is no badge", withdrawn: "a badge that was withdrawn", otherSite: "a badge of another site",
    unknown: "a badge that this device does not know. Take the batch along again, or sign in with the password.", notHere: (name: string) => `the badge of ${name}, who cannot go on here`,
    title: "Badges", none: "No badge yet.", issue: "Issue a badge", issueTitle: "New badge", issueAsk: "The badge is shown this once, to be printed as a card or written to an NFC tag. It unlocks nothing without the PIN; with a badge, the PIN alone unlocks nothing either.",
    shown: "Print the card or write the tag now. What stands in it is shown never again.", print: "Print the card", write: "Write to an NFC tag", hold: "Hold the tag against the device.", written: "The tag is written.", notWritten: "The tag could not be written. Try another one.",
    card: "Badge", number: "Badge no.", found: "Found it? Please hand it to the site.", done: "Done",
    withdraw: "Withdraw", withdrawTitle: "Withdraw a badge", withdrawHint: "Devices refuse it from their next lease on. Until then it still needs the PIN.", lost: "It is lost: nobody has it back.", reasonHint: "For example: left in the tram",
    issued: (at: string) => `issued ${at}`, ended: (at: string) => `withdrawn ${at}`, inUse: "in use",
  },
  standing: {
    place: "Place", noPlace: "no place yet", move: "Change the place", moveTitle: "Place of the device", moveHint: "The room in which it is kept. The change is an entry in the log.",
    replace: "Replace", replaceTitle: "Replace this device", replaceHint: "The device that enrols with this code takes the name and place of this one, and this one is revoked with what the log has of it.", replaceOwes: (n: number) => (n === 1 ? "1 record that it has not delivered will be missing." : `${n} records that it has not delivered will be missing.`), replaceGo: "Make the code",
    replaces: "Takes the place of", missing: (n: number) => (n === 1 ? "1 record of it was never delivered" : `${n} records of it were never delivered`), key: "Key", keyOf: (alg: string) => `${alg}, held by the browser`,
    kept: "Storage", reopened: "stored, reopened, signed, verified", extractable: "scripts can read the key", notExtractable: "no script can read the key", persisted: "kept for good", notPersisted: "the browser may clear it", notTold: "it did not say",
    locked: (names: string) => `Locked here after wrong PINs: ${names}`, idle: "Lock after", idleMinutes: (n: number) => `${n} min without a touch`,
  },
};
