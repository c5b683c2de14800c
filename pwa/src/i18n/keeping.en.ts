/** English words for how this device keeps what is recorded, and for its clock. */
export const keepingEn = {
  keeping: {
    clockNext: "Set this device's clock right. What is recorded meanwhile is kept and flagged.",
    waiting: (n: number, name: string) => `${n === 1 ? "1 record" : `${n} records`} of tablet ${name} ${n === 1 ? "waits" : "wait"} encrypted on this device.`,
    waitingNext: "The key for them is lost. Ask an administrator for a code for that tablet (Devices, the tablet, Enrol again), and enrol with it: then they are opened and go by themselves.",
    updateDelivers: (n: number) => `It keeps records in another form: ${n === 1 ? "1 record on this device goes" : `${n} records on this device go`} to the server first. Go on working meanwhile.`,
    low: (used: string, total: string) => `Room for records is short: ${used} of ${total} are used.`,
    lowNext: "Go online so that everything is delivered, and hand back finished batches. When nothing more fits, nothing more can be recorded here.",
    damaged: (n: number) => (n === 1 ? "1 thing stored on this device can no longer be read." : `${n} things stored on this device can no longer be read.`),
    damagedNext: "Do not clear this device. Take another one, and tell the administrator.",
    setBack: "This device's storage was set back to an earlier state.", setBackNext: "What was signed here after that and had not reached the server may be missing: compare with the batch. New records go on where the log stands. Tell the administrator.",
  },
};
