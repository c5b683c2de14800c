/** English words for purchase orders: fetched with their screens, not with the first one. */
export const purchasingEn = {
  title: "Purchase orders", hint: "What is ordered from suppliers, and what is still to come.", search: "Number, supplier or material", empty: "Nothing has been ordered.", create: "New order", lines: (n: number) => (n === 1 ? "1 line" : `${n} lines`),
  states: { waiting: "Waits for approval", rejected: "Rejected", open: "Open", partial: "Partly received", closed: "Closed" } as Record<string, string>,
  supplier: "Supplier", choose: "Choose a supplier", nobody: "No supplier is approved for any material.", wanted: "Asked for by approved requisitions", nothingWanted: "No approved requisition asks for what this supplier delivers.", own: "Other lines", add: "Add a line", remove: "Remove",
  notQuantity: "A number above zero with a point and no commas, such as 1250.5.",
  line: "Line", material: "Material", quantity: "Quantity", received: "Received", open: "To come", wantedBy: "Wanted by", requisition: "Requisition", note: "Note to the approver", take: "Order it", check: "Check and sign", placeTitle: "Place the order", place: "Sign and place", prepared: "Prepared", order: "Order",
  placedBy: (name: string, at: string) => `Placed by ${name}, ${at}`, decidedBy: (name: string, at: string) => `Decided by ${name}, ${at}`, decision: "Decision", receipts: "Received lots", close: "Close the line", closeTitle: (n: number) => `Close line ${n}`, closeHint: "Nothing more is expected of it; what a requisition asks for can be ordered elsewhere.", closedBy: (name: string, at: string) => `Closed by ${name}, ${at}`, reason: "Reason", noteShown: "Note", sha256: "SHA-256",
};
