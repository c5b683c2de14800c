/** English words for areas, sessions and passwords that another gave; they come with the screens that use them. */
export const accessEn = {
  areas: "Areas", areasHint: "Rooms belong to areas; a role can hold everywhere or in some of them.", noAreas: "No areas: every role holds everywhere.",
  addArea: "Add an area", areaTitle: "Area", code: "Code", codeHint: "Small letters, digits, dot, dash; never changed later.", nameZh: "Name in Chinese", nameEn: "Name in English",
  places: "Rooms", placesHint: "One in a line, spelt as recipes, equipment and devices name them.", noPlaces: "no rooms",
  withdraw: "Withdraw", withdrawTitle: "Withdraw an area", withdrawHint: "Its rooms then belong to no area, and everybody's roles hold in them.", save: "Save", change: "Change",
  everywhere: "everywhere", onlyIn: "only in", where: (role: string) => `${role} holds`,
  rules: "Passwords and sessions", rulesHint: "They hold at once, also for passwords and sessions that there are.", days: "A password holds, days (0: for ever)", oneTime: "A one-time password holds, hours", idle: "A session at a desk ends unused after, minutes", tablet: "A tablet locks unused after, minutes", absolute: "Any session ends after, hours",
  unlock: "Unlock", unlockTitle: "Unlock the login", unlockHint: "Wrong passwords are counted anew. Make sure that the person asks for it, and not somebody who guesses.",
  endOne: "End this session", endOneTitle: "End one session", endOneHint: "Whoever sits there has to sign in again. Nothing that was recorded is lost.", thisOne: "this one",
  mine: "Where I am signed in", onDevice: (device: string) => `tablet ${device}`, from: (address: string) => `from ${address}`, unknownBrowser: "unknown browser",
  given: (by: string, at: string, until: string) => `${by} gave a password at ${at}; until ${until} no decision is signed.`,
  givenMe: (by: string, at: string) => `${by} gave you a password at ${at}. If you did not ask for it, tell QA now: somebody may have used your name.`,
  givenTitle: "Passwords that others gave", givenHint: "Whoever gives a password could use it. Until somebody else who releases confirms that the person wanted it, or a day has gone, that person signs no decisions.",
  confirm: "Confirm", confirmTitle: "Confirm a password", confirmHint: "Ask the person, not whoever gave it. Your name stands under this in the log.",
  aged: "Your password has grown too old.",
};
