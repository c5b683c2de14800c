/** English words of parameters that a machine gives by itself: fetched with their screen. */
export const sensingEn = {
  from: (machine: string, signal: string) => `from ${machine}, ${signal}`,
  wanted: (signal: string) => `bound to ${signal}`,
  states: { fresh: "live", old: "no new value", unit: "other unit", none: "nothing received" } as Record<string, string>,
  take: "Take the value",
  takeHint: "It is signed with the machine's own line and time.",
  waiting: "Waiting for the machine to give a value. It can be typed, with a reason.",
  type: "Type it",
  fromMachine: "From the machine",
  reason: "Why it is typed",
  reasonHint: "The recipe takes this value from the machine: typing it becomes an exception.",
  serial: "Serial number",
  time: "Machine's time",
};
