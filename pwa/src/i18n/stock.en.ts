/** English words for stock: fetched with its screens, not with the first one. */
export const stockEn = {
  title: "Stock", hint: "By material, in the order in which it must be used", search: "Material, code or name", none: "Nothing is in stock.", find: "Scan a container", aContainer: "a container of this site", places: "Locations", ahead: "Told ahead",
  released: "May be used", allocated: "Given to batches", quarantine: "In quarantine", unusable: "Must not be used", mixed: "several units", containers: (n: number) => (n === 1 ? "1 container" : `${n} containers`), firstEnd: (day: string) => `first ends ${day}`,
  lots: "Lots", all: "Containers", filter: "Container, lot or location", until: "Use until", noEnd: "no end", held: "In it", place: "Location", nowhere: "not placed yet", batch: "Batch", free: "free", opened: "opened",
  came: "Came with", lot: "Lot", history: "History", corrected: "corrected", gone: { empty: "Empty", merged: "Merged", scrapped: "Scrapped" } as Record<string, string>, barredBecause: (why: string) => `Restricted: ${why}`, overdrawn: "More was taken out than was in it. Weigh or count it.",
  move: "Move", split: "Split", merge: "Merge into it", scrap: "Scrap", bar: "Restrict", unbar: "Set free", labels: "Print label",
  moveTitle: (label: string) => `Move ${label}`, moveHint: "Scan where it stands now.", scanPlace: "Location", aPlace: "a location in use", noPlace: (code: string) => `${code}: no location in use`, stands: (place: string) => `it stands at ${place} already`, moveNow: "Put it there",
  splitTitle: (label: string) => `Split ${label}`, splitHint: (q: string) => `${q} is in it. What goes into the new containers leaves this one.`, newLabel: "Label of the new container", content: "What goes into it", another: "One more", splitNow: "Split",
  mergeTitle: (label: string) => `Merge into ${label}`, mergeHint: "Containers of the same lot, emptied into this one.", scanOther: "Container that is emptied", aLabel: "the label of a container of this lot", twice: "scanned already", mergeNow: "Merge", remove: "Leave out",
  scrapTitle: (label: string) => `Scrap ${label}`, scrapHint: (q: string) => `${q} is in it.`, amount: "How much", secondHint: "Rejected material is destroyed before a second person, who confirms here.", second: "Login of the second person", password: "Password of the second person", scrapNow: "Scrap for good",
  barTitle: (label: string) => `Restrict ${label}`, barHint: "Nobody may use it, whatever its lot may.", unbarTitle: (label: string) => `Set ${label} free`, unbarHint: "It may be used again, as far as its lot may.",
  reason: "Reason", remark: "Remark (may stay empty)", needed: "needs a reason",
  placesTitle: "Locations", placesHint: "Where containers stand", placesNone: "No location is defined yet.", add: "New location", change: "Change", code: "Code", zh: "Name in Chinese", en: "Name in English", area: "Area", kind: "For", storage: "Kept at", anyStorage: "not controlled", active: "In use", notActive: "Given up", save: "Save",
  kinds: { receiving: "Receiving", storage: "Storage", quarantine: "Quarantine", sampling: "Sampling", dispensing: "Dispensing", production: "Production", shipping: "Shipping", rejected: "Rejected goods" } as Record<string, string>,
  storages: { ambient: "Room temperature", cool: "Cool, up to 20 °C", cool_dark: "Cool and dark", cold: "2–10 °C", frozen: "Frozen", special: "As the material says" } as Record<string, string>,
  ruleTitle: "Told ahead", ruleHint: "How many days ahead people are told of stock that ends.", expiryDays: "Days before expiry", retestDays: "Days before retest",
  said: { from: "from", to: "to", reason: "reason", batch: "batch", witness: "before", comment: "remark" } as Record<string, string>,
};
