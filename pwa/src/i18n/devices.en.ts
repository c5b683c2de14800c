/** English words for where devices stand with the server, and for what is possible while it cannot be reached. */
export const devicesEn = {
  fleet: {
    owing: (n: number) => (n === 0 ? "No device owes records" : n === 1 ? "1 device owes records" : `${n} devices owe records`), owesNothing: "owes nothing",
    connected: "connected", away: (at: string) => `away since ${at}`, neverCame: "never came", unproven: (n: number) => `${n} not proven`,
    until: (at: string) => `until ${at}`, expired: (at: string) => `expired ${at}`, out: "on the device", returned: (at: string, n: number) => `handed back ${at}, up to no. ${n}`,
    minutes: (n: number) => `${n} min`, hours: (n: number) => `${n} h`, fast: (s: string) => `clock ${s} fast`, slow: (s: string) => `clock ${s} slow`, clock: "Clock when it last came", clockRight: "right",
    known: "Known to have written", delivered: "In the log", notProven: "Not proven to it yet", enrolled: "Enrolled", leases: "Batches taken along", noLeases: "It never took a batch along.",
    owesHint: "Known is what the device itself said when it last came. What it has written since is not known here.",
    entries: (n: number) => (n === 1 ? "Last entry" : `Last ${n} entries`), noEntries: "Nothing of it is in the log.", alarms: "Log in doubt", settled: "settled", open: "open",
  },
  outage: {
    offline: (at: string) => `No connection to the server since ${at}`, session: (at: string) => `Nobody is signed in at the server since ${at}: nothing is sent`, failing: (at: string) => `The server answers, but cannot keep anything since ${at}`,
    waiting: (n: number) => (n === 0 ? "Nothing waits on this device." : n === 1 ? "1 record waits on this device. It is safe here and goes by itself." : `${n} records wait on this device. They are safe here and go by themselves.`),
    possible: "Possible now", notPossible: "Has to wait", record: (batches: string) => `Recording on ${batches}`, sign: "signing and verifying by PIN", look: "reading what this device holds", read: "Looking at what is shown", lookAll: "Looking things up on the server",
    take: "Taking a batch along, handing it back", review: "review and release", search: "searching the log", enrol: "enrolling devices", decide: "Everything that the server has to keep",
  },
};
