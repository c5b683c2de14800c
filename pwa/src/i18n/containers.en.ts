/** English words for containers of material. */
export const containersEn = {
  containers: {
    title: "Containers", hint: "A container belongs to one batch at a time. A lease names the containers of its batch.", none: "No containers of its lots are registered.", here: "this batch", free: "free", of: (batch: string) => `batch ${batch}`,
    usedBy: (batches: string) => `used by ${batches}`, allocate: (n: number) => (n === 1 ? "Allocate 1 container" : `Allocate ${n} containers`), giveBack: (n: number) => (n === 1 ? "Release 1 container" : `Release ${n} containers`),
    reason: "Why it is released from the batch", giveBackHint: "Released containers are free for other batches. That is refused while a device holds the batch.", pick: "Container", scan: "Scan or type the label",
    missing: (lot: string) => `Lot ${lot} has labelled containers, and none is named.`, barred: (container: string) => `Container ${container} is restricted: it must not be used.`, usedUp: (container: string) => `Container ${container} is used up.`, tooLittle: (container: string, left: string) => `Only ${left} is left in container ${container}.`, left: (left: string) => `${left} left`, nameIt: "Choose or scan the container that you take from. Without it the weight is kept and is an exception for QA.",
    notHere: (container: string) => `Container ${container} is not allocated to this batch.`, wrongLot: (container: string, lot: string) => `Container ${container} is of lot ${lot}.`,
    goOn: "Take another one. If you weigh from it all the same, the weight is kept and is an exception for QA, in every batch that it touches.", askAgain: "Ask the server again", otherBatch: "Batch",
  },
  receiving: {
    receive: "Receive containers", title: "Receive containers", hint: "One label for each container, used once in the whole site. Put down what each holds, as weighed.", first: "First label", count: "How many", each: "Content of each", list: "List them",
    label: "Label", content: "Content", remove: (label: string) => `Leave ${label} out`, look: "Look again", second: "Second look", secondHint: "Compare with the containers and the delivery note. What is kept cannot be changed.", change: "Change",
    keep: (n: number, sum: string) => (n === 1 ? `Receive 1 container, ${sum}` : `Receive ${n} containers, ${sum}`), counted: "Containers", sum: "Content in all", announced: (n: string, before: number) => (before > 0 ? `${n} by the delivery, ${before} received before` : `${n} by the delivery`),
    delivered: (all: string, together: string) => `${all} by the delivery, ${together} with those received before`, nothingSaid: "the delivery does not say", differs: "It differs from the delivery.", differsHint: "Count and weigh once more. If it is so, receive what is there, and tell QA.",
    faults: { label: "This is no label.", content: "This is no content.", twice: "This label stands twice.", known: "This label was received before." } as Record<string, string>,
    listHint: "A container belongs to one batch at a time; all have the status of the lot.", registered: (n: number, of: string) => `${n} of ${of} are registered.`, none: "No containers of this lot are registered: it is weighed from without naming any.", came: (q: string) => `held ${q}`, empty: "used up",
    missing: (n: number) => (n === 1 ? "1 weighing of this lot names no container." : `${n} weighings of this lot name no container.`), severities: { critical: "critical", minor: "minor", major: "major" } as Record<string, string>,
  },
};
