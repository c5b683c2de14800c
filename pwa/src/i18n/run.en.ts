/** English words of work on a batch. */
export const runEn = {
  run: {
    phaseDone: "done", phaseNow: "now", phaseNext: "to come",
    allDoneHint: "Hand the batch back when everything here is in the log. QA then reviews it.", notHere: "This batch is not on this device.",
    notHereHint: "Take it along from Home while there is a network.", exception: "Exception", remark: "Remark", photo: "Photo", handBack: "Hand back",
    handBackTitle: "Hand this batch back", handBackHint: "This device then no longer works on it. What it recorded stays here until it is in the log.",
    unsent: (n: number) => `${n} records are not in the log yet. They will still be delivered.`, handedBack: "Handed back",
    records: "Records of this phase", noRecords: "Nothing recorded in this phase yet.", recordsBatch: "Records of the batch as a whole", moreRecords: (n: number) => `Show ${n} earlier`, noRecordsBatch: "Nothing is recorded outside the phases.", completePhase: "Complete this phase",
    viewing: "You are looking at another phase.", toNow: "To the current phase", notYet: "This phase comes later", notYetHint: (name: string) => `First: ${name}.`,
    openAnyway: "Work on it anyway", orderWarn: "Out of order: it will be kept, and be an exception.",
    typing: (name: string, what: string) => `${name} is typing: ${what}`, conflict: "Conflict", conflictHint: "Two records claim the same place. Both are kept; QA decides.",
    correct: "Correct", correctTitle: "Correct a value", oldValue: "Was", newValue: "New value", corrected: "corrected", history: "Changes",
    outTitle: "Out of limits", outHint: "It will be recorded as it is, and be an exception. Say what happened.", outComment: "What happened, what was done", signAnyway: "Sign as it is",
    sign: "Sign", signing: "Keeping safe…",
    remarkTitle: "Remark", remarkHint: "What QA should know. It is signed with your name.", remarkText: "Remark",
    photoTitle: "Photo", photoTake: "Take a photo", photoAgain: "Take another", photoCaption: "What it shows", photoBusy: "Making it smaller…", photoAlt: "Preview of the photo",
    exceptionTitle: "Report an exception", exceptionHint: "Say what is not as it should be. It goes to QA with your name.",
    decided: (name: string, at: string) => `${name} decided the conflict at ${at}`, expires: (s: string) => `Lease until ${s}`, expired: "The lease has expired: records are kept and flagged.", room: "Room", equipment: "Equipment",
    startPhase: "Start this phase", startHint: "The start is recorded with your name and time.", goAll: "Back to Home",
  },
};
