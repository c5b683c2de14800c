/** English words of weighing and dispensing a batch's materials: fetched with their screens. */
type Said = [what: string, next: string];

export const dispensingEn = {
  lines: "Materials", all: "All materials", go: (name: string) => `Weigh ${name}`, portion: (n: number) => `portion ${n}`, portions: (n: number) => (n === 1 ? "1 portion" : `${n} portions`),
  states: { open: "to weigh", begun: "begun", done: "within limits", over: "above limits" } as Record<string, string>, waits: (names: string) => `after ${names}`,
  roles: { plain: "", active: "by content", compensator: "makes up for content" } as Record<string, string>, target: "Target",
  scan: "Scan room, balance or container", scanRoom: (room: string) => `Scan room ${room}`, scanBalance: "Scan the balance", scanSource: (name: string) => `Scan a container of ${name}`, room: (code: string) => `room ${code}`, aBalance: (codes: string) => `a balance: ${codes}`, typed: "typed:", typedHint: "What is typed instead of scanned becomes an exception for QA to assess.",
  source: "Take from", left: (left: string) => `${left} left`, change: "Another container", lots: "Lot",
  rest: (container: string, left: string) => `${container} now holds ${left}`, restHow: (before: string, net: string) => `computed: ${before} − ${net}`, restNext: "Close it, mark the new content on it, and compare. If it does not look so, report an exception. The keeper weighs it when it goes back.", restDone: "Compared", restEmpty: (container: string) => `${container} should be empty`,
  toWeigh: "To weigh", formula: "By content", formulaSum: "To make up for content", assay: "Assay", water: "Water", nominal: "Target of what it makes up for", dispensed: "Weighed of it", before: "Already weighed", stillTo: "Still to weigh",
  takeTare: (tare: string) => `Take tare ${tare}`, tareWait: "Take tare", tare: "Tare", gross: "Gross", minimum: "Minimum weight", placeEmpty: "Place the empty container on the balance", placeEmptyHint: "The tare is taken from the balance once it is stable and kept by the bridge.", tared: "Tared at the balance", tareless: "It was tared at the balance: no tare is recorded.", again: "Take tare again",
  atZero: "The balance is back at zero", atZeroHint: "Was it tared, or is the container off?", isNet: "It was tared: it shows net", take1: "Confirm this weight", waiting: "Waits until the weight is stable and kept by the bridge", byHand: "Type the weight", fromBalance: "From the balance", into: "Into",
  tareUnit: "The tare was taken in another unit", tareUnitHint: (was: string, now: string) => `Set the balance back from ${now} to ${was}, or take the tare again.`,
  stops: {
    other_material: (of: string, name: string): Said => [`${of} is ${name}: not this material`, "Put it back. Take a container of the material that is asked for."],
    lot_unregistered: (of: string): Said => [`Lot ${of} is not registered for this batch`, "The label names a lot that the batch was not given, or that was never received here. Set the container aside and tell the keeper."],
    not_allocated: (of: string): Said => [`${of} is not allocated to this batch`, "Take one of those that are listed. If it was allocated just now, ask the server again."],
    not_released: (of: string, status: string): Said => [`Lot ${of} is not released: ${status}`, "Nothing may be taken from it. Set it aside and tell QA; take another lot."],
    expired: (of: string, on: string): Said => [`Lot ${of} expired on ${on}`, "Nothing may be taken from it. Set it aside and tell the keeper; take another lot."],
    used_up: (of: string): Said => [`${of} is used up`, "Take the next container. If there is still something in it, report an exception."],
    barred: (of: string): Said => [`${of} is restricted`, "Nothing may be taken from it. Set it aside and tell QA; take another container."],
    no_result: (of: string, tests: string): Said => [`Lot ${of} has no result for ${tests}`, "How much of it is needed cannot be said. QC records the result; then ask the server again."],
    unchecked: (of: string, tests: string): Said => [`Nobody has checked the result of lot ${of} for ${tests}`, "It counts once a second analyst has signed it. Tell QC; then ask the server again."],
    unknown: (of: string, why: string): Said => [`How much of lot ${of} is needed cannot be said: ${why}`, "Report an exception to QA."],
    waits: (of: string): Said => [`First weigh ${of}`, "This material makes up for what the others come to."],
  },
  newer: (tests: string) => `A later result for ${tests} waits for its check. Until then the one before counts.`,
  whys: { missing: "a result is missing", division_by_zero: "its result is zero", out_of_range: "the figure is out of range", format_wrong: "the expression cannot be read", not_positive: "it comes to nothing" } as Record<string, string>,
  ask: "Ask the server again", tooMuch: (container: string, left: string): Said => [`${container} should hold only ${left}`, "Look which container stands there. If the weight is right, it is kept, and QA is told."],
  label: "Label", labels: (n: number) => (n === 1 ? "1 label is to be printed" : `${n} labels are to be printed`), labelsLater: "once the network is there and the records are in the log", print: (n: number) => (n === 1 ? "Print 1 label" : `Print ${n} labels`),
  offline: "No network: the balance cannot be read", offlineHint: "What was recorded is kept here. Leave the load where it is: weighing goes on by itself once the network is back. Or type the weight, and a second person confirms it.",
  kindsOf: { half_up: "rounded half up", gbt8170: "rounded by GB/T 8170" } as Record<string, string>, each: "A second person confirms each portion.", last: "A second person confirms the portion that completes the material.",
};
