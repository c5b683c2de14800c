/** English words for where devices stand with the server, and for what is possible while it cannot be reached. */
export const devicesEn = {
  outage: {
    offline: (at: string) => `No connection to the server since ${at}`, session: (at: string) => `Nobody is signed in at the server since ${at}: nothing is sent`, failing: (at: string) => `The server answers, but cannot keep anything since ${at}`,
    waiting: (n: number) => (n === 0 ? "Nothing waits on this device." : n === 1 ? "1 record waits on this device. It is safe here and goes by itself." : `${n} records wait on this device. They are safe here and go by themselves.`),
    possible: "Possible now", notPossible: "Has to wait", record: (batches: string) => `Recording on ${batches}`, sign: "signing and verifying by PIN", look: "reading what this device holds", read: "Looking at what is shown", lookAll: "Looking things up on the server",
    take: "Taking a batch along, handing it back", review: "review and release", search: "searching the log", enrol: "enrolling devices",
  },
};
