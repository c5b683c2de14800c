/** English words for specifications and results by them: fetched with their screens, not with the first one. */
export const specificationsEn = {
  title: "Specifications", hint: "What materials and products must be, and what results are judged by.", search: "Code, material or name", empty: "No specification is written yet.", create: "New specification", noneInForce: "none in force", waiting: (n: number) => `Version ${n} waits`,
  version: (n: number) => `Version ${n}`, versions: "Versions", tests: "Tests", testsN: (n: number) => (n === 1 ? "1 test" : `${n} tests`), from: (day: string) => `from ${day}`, next: "Next version", look: "Look at", compare: "Compare", comparing: (a: number, b: number) => `Versions ${a} and ${b}`,
  states: { submitted: "Waits for approval", approved: "Approved, not yet in force", effective: "In force", superseded: "Superseded", returned: "Sent back" } as Record<string, string>,
  stages: { incoming: "Incoming", in_process: "In process", release: "Release" } as Record<string, string>,
  kinds: { numeric: "number", choice: "choice", conform: "conforms or not" } as Record<string, string>,
  roundings: { gbt8170: "GB/T 8170 (half to even)", half_up: "half up" } as Record<string, string>,
  code: "Code", material: "Material or product", stage: "Stage", zh: "Chinese", en: "English", name: "Name", effective: "In force from", test: "Test", testN: (n: number) => `Test ${n}`, method: "Method", kind: "Kind", unit: "Unit", decimals: "Decimals", rounding: "Rounding", low: "Not less than", high: "Not more than", options: "Options", option: (n: number) => `Option ${n}`, conforms: "conforms", limits: "Limits",
  addTest: "Add a test", addOption: "Add an option", up: "Move up", down: "Move down", remove: "Remove", choose: "Choose…", incomplete: "Every field is needed, but for limits: a number without limits is only reported.",
  check: "Check and sign…", found: "This stands against it:", submit: "Submit for approval", submitNow: "Sign and submit", reason: "What is new, and why", digest: "Digest of the definition", prepared: "Prepared",
  findings: {
    tests_missing: "There is no test.", test_twice: "Another test has this code.", needed: "A number needs this.", not_here: "Only a number has this.", options_missing: "A choice needs options.", option_twice: "Two options have one code.", option_conforming_missing: "No option conforms.",
    limit_decimals: "The limit is not written with as many decimals as the result is reported with.", limits_crossed: "The upper limit is below the lower one.", material_unknown: "Neither a material nor a product has this code.",
  } as Record<string, string>,
  same: "Both versions say the same.", changed: { added: "New", removed: "Gone", changed: "Changed", moved: "Moved" } as Record<string, string>, property: "What", was: "Was", is: "Is", whole: "The specification",
  record: "Record results…", recordTitle: "Results by the specification", recordHint: "Give all digits that were measured: they are rounded once, and then judged. Leave empty what was not tested.", recordNow: "Record", correct: "Correct…", correctTitle: "Correct results", correctReason: "Why it is corrected; what was recorded first stays in the log", yes: "conforms", no: "does not conform", finding: "What was found",
};
