/** English words for filling in forms: fetched with its screens, not with the first one. */
export const fillEn = {
  required: "Required", empty: "not filled in", calculated: "calculated", missing: "cannot be calculated yet", row: (n: number) => `Row ${n}`, repetition: (title: string, n: number) => `${title} ${n}`, addRow: "Add a row", addRepetition: (title: string) => `Add: ${title}`,
  yes: "Yes", no: "No", none: "No choice", today: "Today", now: "Now", choose: "Choose…", dateHint: "YYYY-MM-DD", timeHint: "YYYY-MM-DD HH:MM", clear: "Clear",
  take: "Take the stable value", waiting: "Waiting for a stable value", lost: "No device speaks", typeIt: "Type it instead", showDevice: "Back to the device", taken: (device: string) => `from ${device}`,
  addPhoto: "Take a photo", addFile: "Add a file", photo: (n: number) => `Photo ${n}`, file: (n: number) => `File ${n}`, drop: "Remove", picture: "Picture of this instruction", pictureOff: "The picture can be seen with a network.",
  sign: "Sign", signSecond: "Confirm as second person", signedBy: (name: string) => `Signed by ${name}`, unsigned: "not signed yet", stale: "Something has changed since it was signed",
  scanned: { container: "Container", lot: "Lot", equipment: "Equipment", badge: "Badge", any: "Code" } as Record<string, string>,
  problems: { required: "This is required.", format: "This has not the right form.", unit: "Another unit is asked for.", too_long: "This is too long.", too_many: "These are too many.", not_an_option: "This is not one of the choices.", stale: "Something has changed since this was signed.", division_by_zero: "It would divide by zero.", overflow: "The number is too large.", out_of_range: "The number is out of range.", check: "A check does not hold." } as Record<string, string>,
  levels: { alert: "Alert limit exceeded", action: "Action limit exceeded", specification: "Out of specification" } as Record<string, string>, limits: { alert: "Alert", action: "Action", specification: "Specification" } as Record<string, string>, within: "within limits",
  recorded: (name: string, at: string) => `${name} · ${at}`, correct: "Correct", history: "History", conflict: "Two values were recorded: both stand until somebody decides.", typing: (name: string, text: string) => `${name} is typing: ${text}`, comment: (text: string) => `Comment: ${text}`, draft: "not recorded yet",
};
