/** When a battery is called low. */
import type { Battery } from "./types";

/** Percent. Bench balances run some ten to twenty hours on one charge: a fifth of that is what is left of a shift, enough to end
 * the batch at hand and to charge or change it before the next. The Battery Service itself names no limit. */
export const LOW_PERCENT = 20;

export const isLow = ({ percent }: Battery): boolean => percent <= LOW_PERCENT;
