/** English words for inspections and samples: fetched with their screens, not with the first one. */
export const inspectionsEn = {
  title: "Inspections", hint: "What came in and is to be sampled, and whether the laboratory has it.", search: "Number, material or lot", none: "Nothing has been inspected yet.", nothingOpen: "Nothing is to be sampled.", state: "State", openOnes: "Open",
  scanSampleLabel: "Find a sample", scanSample: "the label of a sample", lot: "Lot", supplierLot: "supplier's lot", openedAt: (at: string) => `opened ${at}`, ofContainers: (n: number, all: number) => `${n} of ${all} containers`,
  states: { sampling: "To be sampled", sampled: "Laboratory waits", complete: "Sampled" } as Record<string, string>,
  tabSampling: "Sampling", tabUsage: "Results and decision", take: "Take a sample", toSample: "To be sampled", missing: "Still open", unidentified: "Not identified", samples: "Samples", acRe: "Ac / Re",
  drawn: "Which containers", noLabels: "No container of this lot has a label here: name each as it is marked.", allOfThem: "Every container", drawHint: "Drawn by the number of the inspection, the lot and the labels: anybody who draws again gets the same.", noSamples: "Nothing has been sampled yet.",
  plan: "Plan", specification: "Specification", noSpecification: "none in force: the rule of the site holds", opened: "Opened", why: "Why",
  purposes: { test: "Tests", identity: "Identity", retained: "Retained" } as Record<string, string>, purpose: "What the sample is for", wanted: (amount: string) => `To take: ${amount} in all.`,
  scanContainer: "Scan a container", next: (labels: string) => `one that was drawn: ${labels}`, aContainer: (lot: string) => `a container of lot ${lot}`, already: (label: string) => `${label}, which is in this sample already`, noSuch: (label: string) => `${label}, which nobody has received`, ofOther: (label: string, material: string, lot: string) => `${label}: ${material}, lot ${lot}`,
  notDrawn: (label: string) => `${label} was not drawn`, instead: "Instead of", besides: "none: besides those drawn", reason: "Reason", openIt: "Open it all the same", takenOf: "Taken", unit: "Unit", amountOf: (label: string) => `Taken of ${label}`, remove: "Remove", comment: "Remark", record: (n: number) => (n === 1 ? "Record the sample (1 container)" : `Record the sample (${n} containers)`),
  chooseLot: "Choose the lot to be sampled", otherLot: "Another lot", writeNumber: "Write it on the sample; its label can be printed with a network.",
  again: "Test again: new inspection",
  insteadOf: (label: string) => `instead of ${label}`, replaced: "another was opened", countsNot: "Does not count", broken: "Chain broken", label: "Label…",
  sampleStates: { taken: "Taken", handed: "Handed over", received: "Received in the laboratory", stored: "Stored", destroyed: "Destroyed" },
  doing: { handed: "Hand over", received: "Receive in the laboratory", stored: "Store", destroyed: "Destroy" } as Record<string, string>,
  toInspection: (number: string) => `Inspection ${number}`, custody: "Chain of custody", handedTo: (name: string) => `to ${name}`, place: "Place", until: "Kept until", scanIt: "Scan the label of the sample", to: "To whom", choose: "Choose…", dayHint: "YYYY-MM-DD",
  breaks: { not_handed: "Nobody had handed it over.", other_receiver: "It was handed to somebody else.", received_own: "Who handed it over received it.", other_holder: "Somebody else held it.", not_received: "Nobody had received it.", time_order: "Earlier than the link before.", after_destroyed: "It had been destroyed.", too_early: "Before the day until which it is kept." } as Record<string, string>,
};
