/** English words for work in a warehouse: fetched with its screens, not with the first one. */
export const warehouseEn = {
  title: "Warehouse",
  areas: "Areas", areasHint: "Take a day's work along: stock, orders and places are then here without a network.", noAreas: "You work in no area. An administrator grants roles by area.", noDevice: "Only an enrolled handheld takes work along. Who has what, you see here.",
  take: "Take today along", taking: "Taking along…", out: "On", nobody: "On no handheld", secondTab: "Work is done in the other tab.", until: (day: string) => `until ${day}`,
  scan: "Scan a container, a place or a lot", scanHint: "a container, a place or a lot of this area", unknown: "a code that stands neither in this area nor in the snapshot of this device",
  tiles: { receive: "Receive", move: "Move", count: "Count", sample: "Take samples" } as Record<string, string>,
  tileHints: { receive: "a delivery and its containers", move: "container, then place", count: "what stands where", sample: "of containers that were drawn" } as Record<string, string>,
  held: "In it", came: "Came with", place: "Place", nowhere: "not put anywhere yet", useUntil: "Use until", noEnd: "no end", batch: "For batch", lot: "Lot", supplierLot: "Supplier's lot", containers: "Containers", expiry: "Expiry", retest: "Retest", storage: "Storage", kind: "Kind", empty: "Nothing stands here.", more: (n: number) => `and ${n} more`, moveThis: "Move it", close: "Done with it",
  kinds: { receiving: "receiving", storage: "storage", quarantine: "quarantine", sampling: "sampling", dispensing: "dispensing", production: "production", shipping: "shipping", rejected: "rejected goods" } as Record<string, string>,
  storages: { ambient: "ambient", cool: "cool, up to 20 °C", cool_dark: "cool and dark", cold: "cold, 2–10 °C", frozen: "frozen", special: "special" } as Record<string, string>,
  past: (day: string) => `Its last day was ${day}.`, notFree: "It is not released.",
  moveTitle: "Move containers", moveHint: "Scan the container, then where it stands now. Each move is recorded at once.", scanContainer: "Scan the container", scanPlace: (label: string) => `Scan the place for ${label}`, aContainer: "a container of this area", aPlace: "a place of this site", stands: (place: string) => `${place}, where it stands already`, moved: "Moved", other: "Another container", from: (place: string) => `from ${place}`,
  doubts: { location_unfit: "Goods of this status do not belong in a place of this kind.", storage_unfit: "This place is not kept as the material asks for." } as Record<string, string>,
  doubtHint: "Choose another place, or say why it goes there all the same: who answers for the stock sees it.", reason: "Why there", moveAnyway: "Move it all the same",
  work: "Today on this day's sheet", workHint: "what this handheld and others have recorded", nothing: "Nothing has been recorded yet.", mine: "this device",
  snapshot: (at: string) => `Stock as of ${at}`, renew: "Fetch stock anew", renewing: "Fetching…", handBack: "Hand back", handBackHint: "This device then no longer works on this day; what was recorded here is still delivered.", unsent: (n: number) => (n === 1 ? "1 entry of this device is not in the log yet." : `${n} entries of this device are not in the log yet.`),
};
