/** English words for alerts: the inbox, acknowledging, and how one wants to be told. */
export const alertsEn = {
  alerts: {
    none: "Nothing waits for you.", noneAll: "You have not been alerted of anything yet.", gone: "This alert was not for you, or is not here any more.",
    show: "Show", open: "waiting", all: "all", severities: { info: "Notice", warning: "Warning", critical: "Critical" } as Record<string, string>,
    toThing: "Open", acknowledge: "Acknowledge", acknowledgeHint: "You say that you have taken notice. It is an entry in the log, with your name and the time; nobody else is told of this alert any more.",
    comment: "What is done about it (may be left empty)", done: (name: string, at: string) => `acknowledged by ${name}, ${at}`, over: (at: string) => `over since ${at}`, escalated: (n: number) => (n === 1 ? "passed on once" : `passed on ${n} times`), every: "All alerts",
    reach: "How alerts reach me", reachHint: "Every alert stands in the inbox. Here you choose how you are told besides.",
    thisBrowser: "Push to this device", pushOn: "Alerts are pushed to this device.", pushOff: "Nothing is pushed to this device.", pushNever: "This browser cannot be pushed to. On iPhone and iPad, add Pestle to the home screen first.", pushDenied: "Notifications of this site are blocked. Allow them in the settings of the browser.", switchOn: "Push to this device", switchOff: "Stop", pushHint: "The push service of the browser learns only that there is something. The text comes from this site.",
    browsers: "Devices that are pushed to", made: (at: string) => `since ${at}`, told: (at: string) => `last ${at}`, paused: "paused: you have signed out there", here: "this one", remove: "Remove",
    mail: "E-mail", mailAddress: "Address", mailHint: "An e-mail says what kind of alert it is, and has a link. It tells nothing of a batch.", mailNot: "This site sends no e-mail.", quiet: "Quiet hours", quietHint: "Nothing is pushed or mailed then, unless it is critical. What came meanwhile follows when they end.", quietOn: "Keep quiet hours", from: "From", to: "To", zone: "Time zone",
    kinds: "Kinds of alert", fixed: "always", push: "Push", save: "Save", saved: "Saved.", trial: "Send me a trial alert", trialSent: "Sent. It stands in the inbox, and comes by every way that you have switched on.",
    deliveries: "Delivery", deliveriesHint: "How pushes and e-mails of this site went.", states: { waiting: "waiting", sent: "sent", dropped: "not needed any more", failed: "given up" } as Record<string, string>, troubles: "What went wrong", noTroubles: "Nothing went wrong.", tries: (n: number) => `${n} tries`,
    channels: { push: "Push", mail: "E-mail" } as Record<string, string>,
  },
};
