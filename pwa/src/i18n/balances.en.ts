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
    check: "Check it now", barred: "This balance must not be used for it",
    outOfRange: (net: string, most: string): Said => [`${net} is beyond the range of the balance: up to ${most}`, "Weigh in portions, or on a larger balance."],
    tooLittle: (net: string, least: string): Said => [`${net} is below the minimum weight of the balance: from ${least}`, "Weigh so small an amount on a balance that is fit for it."],
    calibrationOverdue: (balance: string, due: string): Said => [`The calibration of ${balance} was due on ${due}`, "Nothing is weighed on it. Choose another balance and tell the engineer."],
    missing: (balance: string, weights: string): Said => [`${balance} has not been checked with ${weights}`, "Check it with its test weights, then weigh. Or choose another balance."],
    expired: (balance: string, weights: string): Said => [`The check of ${balance} with ${weights} has expired`, "Check it with its test weights, then weigh. Or choose another balance."],
    failed: (balance: string, weights: string): Said => [`The check of ${balance} with ${weights} failed`, "Nothing is weighed on it. Clean it, zero it and check again, or choose another balance and tell the engineer."],
    drift: (kept: string, shown: string): Said => [`The value has moved since it came to rest: from ${kept} to ${shown}`, "Look for draught, vibration, moisture or warmth. Then lift the load and place it again."],
  },
};
