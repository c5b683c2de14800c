/** English words for how far the log is published and witnessed. */
export const witnessEn = {
  witness: {
    since: (time: string) => `since ${time}`,
  },
};
