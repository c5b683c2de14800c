/** English words of how devices stand. */
export const fleetEn = {
  fleet: {
    owing: (n: number) => (n === 0 ? "No device owes records" : n === 1 ? "1 device owes records" : `${n} devices owe records`), owesNothing: "owes nothing",
    connected: "connected", away: (at: string) => `away since ${at}`, neverCame: "never came", unproven: (n: number) => `${n} not proven`,
    until: (at: string) => `until ${at}`, expired: (at: string) => `expired ${at}`, out: "on the device", returned: (at: string, n: number) => `handed back ${at}, up to no. ${n}`,
    clock: "Clock when it last came", clockRight: "right",
    known: "Known to have written", delivered: "In the log", notProven: "Not proven to it yet", enrolled: "Enrolled", leases: "Batches taken along", noLeases: "It never took a batch along.",
    owesHint: "Known is what the device itself said when it last came. What it has written since is not known here.",
    app: "App", appOld: "older app", appOldHint: "Not the version that the server hands out now. It takes the new one when its work allows.", alarmsOpen: (n: number) => (n === 1 ? "log in doubt" : `log in doubt (${n})`),
    takenBack: (at: string) => `taken back ${at}`, heard: "it knows", notHeard: "it does not know yet", takenBackBy: (name: string, at: string) => `Taken back by ${name} ${at}`,
    heardLong: "The device has been connected since: it knows.", notHeardLong: "The device has not been connected since: it does not know yet, and may go on recording.", stillOwes: (n: number) => `It still owes ${n === 1 ? "1 record" : `${n} records`}.`, owesNoMore: "By its own last word it owes nothing.",
    entries: (n: number) => (n === 1 ? "Last entry" : `Last ${n} entries`), noEntries: "Nothing of it is in the log.", alarms: "Log in doubt", settled: "settled", open: "open",
  },
};
