/** Chinese words for how far the log is published and witnessed. */
import type { witnessEn } from "./witness.en";

export const witnessZh: typeof witnessEn = {
  witness: {
    since: (time: string) => `自 ${time} 起`,
  },
};
