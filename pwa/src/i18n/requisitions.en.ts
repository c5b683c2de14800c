/** English words for requisitions: fetched with their screens, not with the first one. */
export const requisitionsEn = {
  title: "Requisitions", hint: "What store and planning ask to be bought.", search: "Number, reason or material", empty: "Nothing has been asked for.", create: "New requisition", state: "State", lines: (n: number) => (n === 1 ? "1 material" : `${n} materials`),
  states: { open: "Open", approved: "Approved", rejected: "Rejected" } as Record<string, string>,
  material: "Material", quantity: "Quantity", neededBy: "Needed by", note: "Note", reason: "Why it is needed", lineN: (n: number) => `Material ${n}`, add: "Add a material", remove: "Remove", raise: "Raise", raisedBy: (name: string, at: string) => `Raised by ${name}, ${at}`, decidedBy: (name: string, at: string) => `Decided by ${name}, ${at}`,
  notQuantity: "A number above zero with a point and no commas, such as 1250.5.",
  unknown: "The register knows no such material.", asked: "What is asked for", decision: "Decision", orders: "Orders", wanted: "Not all of it has been ordered.", order: "Order it",
};
