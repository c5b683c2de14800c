/** English words for balances: what is the matter with one while something is weighed. */
type Said = [what: string, next: string];

export const balancesEn = {
  balance: {
    lost: ["The balance is not connected any more", "What was taken is kept. Leave the load where it is: weighing goes on by itself once the balance is back. Or type the weight, and a second person confirms it."] as Said,
    overload: ["More lies on it than the balance can weigh", "Take the load off. Weigh smaller portions, or use a larger balance."] as Said,
    underload: ["Less than an empty pan", "Put pan and draught shield back in their place, and zero the balance."] as Said,
    unknown: ["This scale does not say whether its weight is stable", "Nothing is dispensed by it: choose another balance."] as Said,
    taken: ["This weight was taken already", "Take the load off and place the next one."] as Said,
    unit: (shown: string, wanted: string): Said => [`The balance shows ${shown}; this step is weighed in ${wanted}`, "One cannot be converted into the other. Set the unit at the balance, then place the load again."],
    unitChanged: (was: string, shown: string): Said => [`The balance has changed its unit from ${was} to ${shown}`, "The weight is kept as it is shown and compared exactly. If nobody meant to change it, set it back and place the load again."],
    drift: (kept: string, shown: string): Said => [`The value has moved since it came to rest: from ${kept} to ${shown}`, "Look for draught, vibration, moisture or warmth. Then lift the load and place it again."],
  },
};
