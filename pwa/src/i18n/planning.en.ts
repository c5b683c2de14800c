/** English words for planning: fetched with its screens, not with the first one. */
export const planningEn = {
  title: "Planning", hint: "What is needed until when, from demands, bills of materials, stock and what is on its way.", search: "Item or name", empty: "Nothing is demanded, and nothing is short.", demand: "New demand", demands: "Demands", noDemands: "Nothing is demanded.", items: "Materials and products",
  number: "Number of the demand", item: "Item", quantity: "Quantity", due: "Needed by", source: "Where it comes from", save: "Set the demand", drop: "No longer wanted", unknown: "Neither the register nor an approved recipe knows this.",
  required: "Required", there: "There or on its way", proposed: "Proposed", short: "Short", shortFrom: (day: string) => `short from ${day}`, release: (day: string) => `to be released ${day}`, enough: "Covered", proposal: "Proposal", level: (n: number) => `Level ${n}`,
  requirements: "Requirements", day: "Day", covered: "Covered by", supplies: "There or on its way", until: (day: string) => `use by ${day}`, proposals: "Proposals", leftOut: (list: string) => `Left out, because it does not convert into the unit of its item: ${list}`,
  causes: { demand: "Demand", order: "Batch", proposal: "Proposed batch" } as Record<string, string>,
  kinds: { stock: "Lot", purchase: "Purchase order", requisition: "Requisition", order: "Batch", proposal: "Proposal" } as Record<string, string>,
  perUnit: (per: string, of: string) => `${per} for each unit of ${of}`, from: (list: string) => `for ${list}`, comesLate: (amount: string) => `${amount} comes late`,
  made: (net: string, safety: string, extra: string) => `${net} not covered + ${safety} safety stock + ${extra} lot size`, dates: (release: string, available: string) => `release ${release}, available ${available}`,
  requisition: "Raise a requisition", reason: "Material requirements plan", plan: "Plan batches", back: "All items",
  schedule: "Schedule of lines",
  dropTitle: (demand: string) => `${demand} is no longer wanted`, why: "Reason", parameters: "How it is planned", setParameters: "Set how it is planned",
  lead: "Lead time (working days)", policy: "Lot size", policies: { exact: "As much as is needed", fixed: "Whole lots of one size", minimum: "At least a minimum, then by multiples", period: "What a period needs at once" } as Record<string, string>,
  size: "Size of a lot", minimum: "Minimum", multiple: "Multiple", period: "Period (days)", safety: "Safety stock", yields: "Yield (%)", step: "Smallest step", shelf: "Shelf life (days, empty: keeps)",
  calendar: "Working calendar", calendarCode: "Calendar", setCalendar: "Set the calendar", weekdays: "Working days", weekday: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"], closedDays: "Closed on", closeDay: "Close this day", openDay: (day: string) => `Open ${day} again`, planOne: "Plan a batch of it",
};
