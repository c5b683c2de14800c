/** English words for people: who is here, what they may do, how they sign in. */
export const peopleEn = {
  people: {
    title: "People", search: "Name, number or login", empty: "Nobody is here.", add: "Add a person", addTitle: "A new person", addHint: "The login name and the number are never given to anybody else.", addSave: "Add",
    login: "Login name", loginHint: "Small letters, digits, dot, dash; at most 40.", name: "Name in Chinese", nameEn: "Name in Latin letters", left: "has left", roles: "Roles",
    change: "Change roles", changeTitle: "Roles", changeHint: "Every change is an entry in the log, with your name and the reason.", changeSave: "Change", reason: "Reason", reasonHint: "Why, in words that an inspector understands",
    excluded: (other: string) => `not together with ${other}`, leaves: "Without a role the person can no longer sign in, and every open session ends.",
    password: "Password", pin: "PIN for tablets", setAt: (at: string) => `chosen ${at}`, givenAt: (at: string) => `one-time password given ${at}, not yet used to choose another`, none: "none yet",
    locked: (at: string) => `locked after wrong passwords until ${at}`, give: "Give a one-time password", giveTitle: "One-time password", giveAsk: "The password of now ends, and so does every open session. Nobody can look up a password that a person has chosen.",
    giveHint: "Say it to this person only. It is shown once, and good for one sign-in, in which another is chosen.",
    sessions: (n: number) => (n === 0 ? "No open session" : n === 1 ? "1 open session" : `${n} open sessions`), since: (at: string) => `signed in ${at}`, used: (at: string) => `last used ${at}`, ends: (at: string) => `ends ${at}`,
    end: "Sign out everywhere", endTitle: "Sign out everywhere", endHint: "Nothing that was recorded is lost. What is on tablets stays there and is delivered when somebody signs in again.",
    rights: "Who may do what", rightsHint: "The permissions of each role, as the server checks them at every request.", excludes: "Not together with",
    may: {
      "batch.read": "see batches", "batch.work": "work on batches", "batch.review": "review batches", "batch.release": "release and reject", "order.release": "release orders", "lot.read": "see lots", "lot.receive": "receive containers", "lot.decide": "decide on lots",
      "recipe.approve": "approve recipes", "requisition.raise": "ask for materials to be bought", "requisition.approve": "approve requisitions", "purchase.place": "place purchase orders", "purchase.approve": "approve purchase orders", "specification.design": "write specifications", "specification.approve": "approve specifications", "material.approve": "approve materials", "supplier.manage": "register suppliers", "supplier.approve": "decide on suppliers", "material.manage": "define materials", "equipment.manage": "register equipment", "results.record": "record results", "people.manage": "manage people", "device.enrol": "enrol devices", "device.revoke": "revoke devices",
      "flows.design": "draw flows", "flows.approve": "approve flows", "flows.manage": "move and cancel running flows", "flows.work": "start flows and work in them",
      "forms.fill": "fill in forms", "forms.review": "review filled forms",
      "log.read": "read the log", "quarantine.read": "read the quarantine", "payload.erase": "erase past retention",
      "training.read": "read procedures", "training.grant": "train and qualify others", "training.manage": "publish procedures, set what work needs", "recipe.design": "design recipes", "forms.design": "design forms", "forms.approve": "approve forms",
    } as Record<string, string>,
    toLog: "What the log has of this person",
  },
};
