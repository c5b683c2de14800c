/** The English words. One per thing, after the glossary; zh.ts must have exactly the same keys. */
import { alertsEn } from "./alerts.en";
import { balancesEn } from "./balances.en";
import { codesEn } from "./codes.en";
import { containersEn } from "./containers.en";
import { draftsEn } from "./drafts.en";
import { firstEn } from "./first.en";
import { fleetEn } from "./fleet.en";
import { partsEn } from "./parts.en";
import { peopleEn } from "./people.en";
import { runEn } from "./run.en";
import { signatureEn } from "./signature.en";

export const en = {
  ...firstEn,
  ...alertsEn,
  ...balancesEn,
  ...codesEn,
  ...containersEn,
  ...draftsEn,
  ...partsEn,
  ...fleetEn,
  ...peopleEn,
  ...runEn,
  ...signatureEn,
  clearance: { allOk: "All clear", confirm: "Confirm line clearance", ok: "in order", notOk: "not in order", left: (n: number) => `${n} still to check`, comment: "What is not in order" },
  weigh: {
    net: "Net", gross: "Gross", tare: "Tare", balance: "Balance", target: "Target", lot: "Lot", container: "Container", diff: "off target", within: "within limits", over: "above limits", under: "below limits",
    take: "Take this weight", takeStable: "Take stable weight", waiting: "Waiting for a stable weight", placeAgain: "This weight cannot be taken: lift the load and place it again", noBalance: "No balance connected", noBalanceHint: "Type the weight; a second person confirms it.", pick: "Choose balance",
    manual: "Type the weight", manualTag: "typed by hand", deviceTag: "from the balance", raw: "Raw line", stable: "stable", dynamic: "moving", overload: "overload", underload: "underload", unknown: "stability not stated", lost: "lost",
    second: "Second person", secondHint: "Somebody else checks the weight and confirms with their own PIN.", verifier: "Verified by", verifierNone: "Nobody else is on this device. The weight is kept and flagged as unverified.",
    withoutSecond: "Sign without second person", chooseLot: "Choose the lot", noContainer: "Container number, if any", model: "Model", problem: "Balance has a problem", noLots: "No lot is allocated to this material.",
    signHint: "Recorded with balance, serial number and raw line.", manualHint: "It is marked as typed by hand.", change: "Change lot",
    fromBalance: "From the balance", serial: "Serial number", calibration: "Calibration due",
  },
  params: { target: "target", timer: "Timer", timerStart: "Start timer", timerStop: "Stop", timerUse: "Use this time", left: (n: number) => `${n} still to enter`, },
  check: {
    round: (n: number) => `Round ${n}`, sample: (n: number, of: number) => `Sample ${n} of ${of}`, mean: "Mean", trend: "Trend of means",
    values: "Samples", next: "Next sample", signRound: "Sign this round", undo: "Remove last",
  },
  review: {
    title: "Review", open: "Needs a decision", notable: "Worth knowing", clean: (n: string) => `The other ${n} entries: nothing abnormal`, cleanOnly: (n: string) => `All ${n} entries: nothing abnormal`,
    phases: (a: number, b: number) => `phases ${a} of ${b}`, gates: "Gates", gateOpen: "open", gateClosed: "met", decide: "decide", assessed: "assessed", resolved: "decided", exception: "exception",
    conflictText: "Two records claim the same place. Choose the one that is right, and say why. Both stay in the log.", choose: "This one is right", chosen: "chosen", chooseReason: "Why this one", resolve: "Decide",
    assess: "Assess", assessment: "Assessment", assessHint: "What it means for the batch, and why that is acceptable or not.", sign: "Sign release", reject: "Reject",
    left: (n: number) => (n === 1 ? "1 item still needs a decision. Then you can sign." : `${n} items still need a decision. Then you can sign.`), records: "Filled forms", recordOpen: "not complete", recordComplete: "complete", recordAside: "set aside", setAside: "Set aside…", setAsideHint: "For a form that was opened in vain: the release no longer waits for it. What was filled in stays.", recordItems: (n: number) => (n === 1 ? "1 thing to look at" : `${n} things to look at`), standing: { not_begun: "not begun", running: "still running", not_passed: "not passed", came_after: "entries came after it" } as Record<string, string>,
    gatesLeft: (n: number) => (n === 1 ? "1 gate is still open." : `${n} gates are still open.`),
    ready: "Nothing is open. You can sign.", signTitle: "Sign the release", rejectTitle: "Reject the batch", signing: "You sign", digest: "Digest of what is shown",
    signNow: "Sign", rejectReason: "Why the batch is rejected",
    dossier: "Dossier", dossierZh: "Dossier in Chinese", dossierEn: "Dossier in English", withhold: "Dossier with content withheld…", withholdHint: "What entries of the chosen kinds say is neither printed nor attached. That they stand in the log, and when, is still proven.", dossierHint: "PDF/A with all records and proofs attached", entries: (n: string) => `${n} entries`, seeAll: "See all entries",
    meanings: { release: ["Batch record reviewed, batch released", "Released by the qualified person"], reject: ["Batch record reviewed, batch rejected"] },
    stamp: { released: "Released", rejected: "Rejected" }, noRight: "You may look, but only QA decides.", showing: "Shown to you",
    sums: (open: number, notable: number, clean: number) => `${open} open · ${notable} worth knowing · ${clean} clean`,
    waiverStale: "The device has delivered more since this signature", signAgain: "Sign again",
    sealCovers: "Sealed", sealEntries: (n: string) => `${n} log entries of the batch`, sealHead: "Hash at their end:", sealUpTo: (n: number) => (n === 0 ? "wrote nothing" : `up to no. ${n}`), sealBeside: "Not sealed, since they say nothing about how the batch was made:", sealOld: "Signed before seals named the devices.", waivedTag: "waived", post: "after the seal",
    waive: "Waive", waiveTitle: "Waive a device", waiveHint: "The batch then no longer waits for it. What it still brings after the release is kept, and opens a deviation.", waiveDevice: "Device", waiveKnown: "Known to have written", waiveDelivered: "Delivered to the log",
    waiveUpTo: (n: number) => (n === 0 ? "nothing" : `up to no. ${n}`), waiveOut: "It has not handed the batch back. What it wrote since it last came is not known.", waiveMissing: (n: number) => (n === 1 ? "1 record missing" : `${n} records missing`), waiveReason: "Why the batch need not wait for it", waiveSign: "Sign the waiver",
    waiveMeaning: "What this device has not delivered was assessed; the batch need not wait for it", held: (delivered: number, known: number) => `${delivered} of ${known} delivered`,
  },
  deviation: {
    title: "Deviations", empty: "No deviations.", search: "Number, batch or words", state: "State", states: { open: "Open", closed: "Closed" } as Record<string, string>,
    codes: { post_seal: "Entries after the seal", reported: "Reported by a person" } as Record<string, string>,
    about: (n: number) => (n === 1 ? "1 entry" : `${n} entries`), opened: "Opened", from: "Delivered by", entries: "What it is about", batch: "Batch",
    postSealHint: "The batch was sealed by QA's signature before these entries came. They stand in the log, outside of that signature.",
    openTitle: "Open a deviation", openNew: "Open a deviation", openHint: "It blocks the release until QA has closed it.", summary: "What happened", save: "Open", look: "Look and conclude", more: (n: number) => (n === 1 ? "and 1 more" : `and ${n} more`),
    conclude: "Conclude", conclusion: "Conclusion", conclusionHint: "What it means for the batch.", reason: "Reason", reasonHint: "Why that is so.", close: "Close the deviation", onlyQa: "QA concludes.", flow: "The flow that carries it", byFlow: "The last signature of its flow closes it.",
  },
  batch: {
    fillForm: "Fill in a form…",
    values: "Values", lots: "Lots", results: "Results", yields: "Yields", entries: "Entries", review: "Review", run: "Work on it", none: "No such batch",
    stage: "Stage", test: "Test", result: "Result", recorded: "In the log", payload: "Content",
    recipe: "Recipe", started: "Started", inside: "within limits", outside: "out of limits", noLimits: "no limits", phaseEmpty: "Nothing recorded.", site: "Whole batch", sections: "Parts of the record",
    passed: (n: number) => `${n} within limits`, failed: (n: number) => `${n} out of limits`,
    withheld: "The content is no longer held.",
  },
  lots: {
    title: "Lots", search: "Material or lot number", usedIn: "Used in", results: "Results", batches: (n: number) => (n === 1 ? "1 batch" : `${n} batches`), resultsN: (n: number) => (n === 1 ? "1 result" : `${n} results`), expiry: "Expiry", received: "Received",
    trace: "Trace", forward: "Forward: where it went", backward: "Backward: where it came from", noUse: "No batch names this lot.", noSource: "Nothing before it: this lot was received.", noResults: "No results recorded.", tracedLots: "Lots",
    quantity: "Quantity", supplier: "Supplier",
  },
  log: {
    title: "Audit log", hint: "Every entry, in the order of the log. Nothing here can be changed.", index: "Index", time: "Time", kind: "What", actor: "Who", device: "Device", stream: "Belongs to", filter: "Stream, for example batch/B1",
    asSigned: "As it was signed", verdicts: { pass: "within limits", fail: "out of limits", none: "no limits" } as Record<string, string>, sources: { device: "from the device", manual: "typed by hand" } as Record<string, string>,
    newest: "Newest", older: "Older", newer: "Newer", size: (n: string) => `${n} entries`, flags: "Flags", entry: "Entry", captured: "Captured", server: "Server", page: (a: string, b: string) => `${a} to ${b}`,
    filters: "Filters", anyKind: "All kinds", anyPerson: "All people", anyDevice: "All devices", room: (name: string) => `${name}: all`, since: "Recorded from", until: "Recorded to (incl.)", dayHint: "YYYY-MM-DD", dayWrong: "A day is written YYYY-MM-DD.", reset: "Clear filters", found: (n: number) => (n === 1 ? "1 filter" : `${n} filters`), nothing: "No entry matches these filters.",
    rooms: { core: "Site", identity: "People and devices", materials: "Materials", equipment: "Equipment", recipes: "Recipes", production: "Production", quality: "Quality", release: "Release", handheld: "Handhelds", site: "Site" } as Record<string, string>,
    offline: { offline_pin: "(offline, PIN)", offline_passkey: "(offline, passkey)" },
    signatures: "Signatures", fits: "The signature fits these bytes and the key that the log knew", fitsNot: "The signature does not fit the key that the log knew", noKey: "The log knew no key of this signer", key: "Public key", signedAs: { device: "Device", person: "Person" } as Record<string, string>,
    receipt: "Receipt of the log", streamSeq: "Place in its stream", leaf: "Leaf hash", exact: "Exact bytes", exactHint: "Three lines make the leaf of the log. Salt and payload stand beside it, bound by the payload hash in the header.", lines: { header: "Header", signatures: "Signatures", receipt: "Receipt", salt: "Salt", payload: "Payload" } as Record<string, string>,
    proof: "Inclusion proof", proofHint: "A tlog-proof file: anybody can check with it and the site's policy that this entry stands under the published checkpoint.", proofNotYet: "This entry is not under a published checkpoint yet.", policy: "Policy", corrects: "Corrects", correctedBy: "Corrected by", toEntry: (n: string) => `Entry ${n}`, previous: "Entry before", next: "Entry after", seen: "The device knew the log up to", seenNothing: "nothing of the log yet", seenEntries: (n: string) => `${n} entries`, lease: "Lease", chain: "Number in the device's chain", clock: "Device clock", quarantined: "Kept in quarantine", history: "History of the value", content: "Content",
  },
  history: {
    title: "History of the value", open: "History", now: "Stands now", nowOpen: "Undecided: more than one value claims this place", nowNone: "No value stands",
    versions: (n: number) => (n === 1 ? "recorded once, never changed" : `${n} entries, the oldest first`), recorded: "Recorded", correction: "Correction", why: "Reason",
    states: { stands: "stands now", corrected: "corrected", not_chosen: "not chosen", conflict: "in conflict", chosen: "chosen" } as Record<string, string>,
    who: "Who", second: "Second person", device: "Device", captured: "Captured", received: "Received", made: "Must have been made", madeBetween: (after: string, before: string) => `between ${after} and ${before}`, madeBefore: (before: string) => `before ${before}`, index: "Index in the log", notYet: "not in the log yet", flags: "Flags", unflagged: "none",
    conflictFound: "Conflict found", conflictOf: (n: number) => `${n} entries claim this place. Nothing is chosen silently.`, decided: "Conflict decided", decidedFor: "Decided for", open_: "Not decided yet", toConflict: "To the conflict",
    local: "From this device. What other devices and QA have done since is shown when there is a network.", partly: "Shown from this device; the server could not be asked.",
  },
  conflicts: {
    title: "Conflicts", hint: "Two entries that claim one place are both kept. QA decides with a reason; nothing is chosen silently.", tabs: { open: "Open", resolved: "Decided", all: "All" } as Record<string, string>, emptyOpen: "No conflict is open.", empty: "There has been no conflict.",
    unaware: "the other value was not in the log it knew", aware: "another value was already in the log it knew", entry: (n: string) => `entry ${n}`, found: "Found", meanwhile: "Meanwhile this was decided", meanwhileBy: (name: string, at: string) => `${name} has decided at ${at}. That decision stands; yours was not recorded.`,
    joined: "Meanwhile a further value came", joinedHint: "The conflict now has all of them. Look at it again, then decide.", readOnly: "You may look. QA decides.", back: "All conflicts", reasonHint: "What shows that this value is the right one",
  },
  quarantine: { title: "Quarantine", hint: "Input that could not be authenticated or decoded. It is kept whole, and is not a record.", empty: "Nothing is in quarantine.", received: "Received", size: "Size", bytes: (n: string) => `${n} bytes`, digest: "SHA-256", raw: "Save as file",
    from: "Came by", sources: { sync: "a tablet's connection", bridge: "the device bridge" } as Record<string, string>, ofBatch: (batch: string) => `a tablet, for batch ${batch}`, of: (who: string) => `tablet ${who}`, device: "Device it named", noDevice: "named none", why: "Why", anyCode: "All reasons", anyDevice: "All devices", back: "All quarantined input", preview: "What came",
    text: (n: string, of: string) => `The first ${n} of ${of} bytes, as text`, whole: (n: string) => `All ${n} bytes, as text`, hex: (n: string, of: string) => `The first ${n} of ${of} bytes; they are no readable text`, wholeHex: (n: string) => `All ${n} bytes; they are no readable text`, nothing: "It is empty.", detail: "What the check said", next: "What can be done next", inLog: "It stands in the log, flagged", notInLog: "It is not in the log and is no record", told: "The log tells of it", entry: (n: string) => `Entry ${n}`, rawHint: "The bytes exactly as they came. Do not open them with a program that runs what it reads.", first: "First", newer: "Newer", older: "Older", page: (a: string, b: string, of: string) => `${a} to ${b} of ${of}`, claimed: "Nobody has proved that it came from there.",
    advice: {
      device_unknown: ["Find out which tablet or bridge this is: ask where it was used at that time.", "If it is ours, enrol it under Devices. It still has its records and sends them again by itself.", "If it is not ours, save the bytes as evidence and look for how it got into the network."],
      device_mismatch: ["The device that sent it is not the one that the entry names. Ask who used either of them then.", "If a tablet was set up from another's copy, revoke it under Devices and enrol it anew.", "What was really measured is recorded again, as an exception or remark of the batch."],
      signature: ["The bytes were changed on their way or at their source, or somebody tried to pass them off. Save them as evidence.", "Look at what the device itself shows of this record, and compare.", "If it happens again with this device, revoke it under Devices and give the person another one. Open a deviation."],
      fork: ["The device has two histories: its storage was put back to an older state, or copied.", "Take it out of use and read from it what it shows; revoke it under Devices with the last record that is right.", "Enrol it anew. What is only in these bytes is recorded again by the person, with the reason."],
      too_new: ["It stands in the log, flagged, so the chain of the device goes on. It counts for nothing until somebody looks at it.", "Update the server if the app is newer than it, or the app if it is older.", "Then have the fact recorded again by the person who observed it, and assess the exception of the batch."],
      rule: ["This is a fault of the server, not of the device. It stands in the log, flagged, and counts for nothing.", "Save the bytes and send them with the server's log to whoever maintains the software.", "Have the fact recorded again, and assess the exception of the batch."],
      shape: ["What came is not an entry. Look at the preview: a port scan, another program and an attack look different.", "Find the sender by the time in the logs of the network; a port scan comes from a machine that is none of ours.", "Nothing of a batch is lost: a device keeps each of its records until it is in the log."],
      change: ["The shared document of a batch refused this change. The tablet rebuilds the document by itself and sends its records again.", "See on the tablet that nothing is left “on this device”, and in the batch that all of its records are there.", "If it comes again from one tablet, load the app anew there; then tell whoever maintains the software."],
      decision: ["A device sent what only the server decides. It stands in the log, flagged, and decides nothing.", "Take the decision on its own screen, with a network.", "If nobody knows of it, treat the device as manipulated: revoke it under Devices."],
      other: ["Save the bytes, and look at the preview and at what the check said.", "Ask at the device named, and compare with what it shows.", "Tell whoever maintains the software the code."],
    } as Record<string, string[]>,
  },
  devices: {
    title: "Devices", lastSeen: "Last seen", never: "never", seq: "Records up to", revoked: "revoked", revoke: "Revoke", revokeTitle: "Revoke this device", revokeHint: "What it signs after the last accepted record is flagged. This cannot be undone; the device can be enrolled anew.",
    lastSeq: "Last record that is still accepted", lastSeqHint: (n: number) => `The log has records up to ${n}.`, newCode: "New enrolment code", codeTitle: "Enrolment code", codeHint: "Enter it on the new device. It works once.", validUntil: (s: string) => `valid until ${s}`, here: "this device", search: "Name of a device",
    roles: { server: "Server", tablet: "Tablet", bridge: "Bridge" } as Record<string, string>,
    owes: (n: number) => `owes ${n}`,
  },
};
