/** English words of the page of components. */
export const partsEn = {
  parts: {
    title: "Components", hint: "Every shape that screens are made of, in every state", status: "Status", statusHint: "A shape and a word; colour only beside them, and only for what is next or abnormal.",
    tones: { plain: "Neutral", ok: "In order", next: "Next", wait: "Waiting", half: "Under way", later: "To come", alert: "Attention", action: "Act now" } as Record<string, string>,
    saving: "States of saving", savingHint: "Where a record is; the footer says the same for all of them.",
    buttons: "Buttons", buttonsHint: "One next step on a screen, lower right under the thumb. 56 px, never below 48.", next: "The next step", usual: "Another step", plain: "Quiet", disabled: "Not possible now", big: "Confirm",
    fields: "Fields", text: "Text", wrong: "Field with a fault", wrongWhy: "Say what is expected and what came", choice: "Choice", long: "Long text", locked: "Cannot be changed",
    number: "Number pad", numberHint: "The number is the largest thing, with unit, limits and verdict beside it.", net: "Net", limits: "Limits and trends", trend: "Hardness, six samples",
    banners: "Banners and errors", bannersHint: "What happened, what was kept, what to do next.", alertText: "Hardness 45 N, alert limit at least 46 N. It is kept and shown to QA.", actionText: "Two tablets recorded one value each. QA decides which one counts.",
    seal: "Seal", sealHint: "Vermilion is only ever a signature, with meaning, name and time.", sealWord: "Released", sealMeaning: "Batch record reviewed, batch released",
    dialogs: "Dialogs", dialogsHint: "Focus stays inside, Esc closes, and focus goes back to where it was.", dialog: "Open a dialog", dialogHint: "What it is for, in a sentence.", pin: "PIN",
    lists: "Lists", listsHint: "Search, rows, and what stands there when there are none.", full: "With rows", empty: "Empty", loads: "Loading", failed: "Failed", rowHint: "What it is, where it stands",
    signature: "Signature", signatureHint: "What is signed, printed name, time with zone, meaning, and the proof; refused with what is open, void once it has changed.", sign: "Sign", signRefused: "Sign: refused", signStale: "Sign: changed meanwhile", signed: "Batch", refusedText: "Gates of this batch are still open.", staleText: "The batch has changed since it was shown.", notSigned: "Nothing was signed.", lookAgain: "Look at it again, then sign.", exceptions: "Exceptions", exceptionsHint: "What happened, how grave, the decision it needs or has.", assessed: "The reading was repeated within limits; no effect on the batch.",
  },
};
