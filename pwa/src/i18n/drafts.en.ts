/** English words for what people write and count together before somebody signs it. */
export const draftsEn = {
  drafts: {
    writing: (name: string) => `${name} is writing here`, together: "Others see what you write while you write it. It is a record only once it is signed.",
    full: "This batch has as many drafts as can be shared: what you write or count is seen on this device only. You can sign it as ever.", long: (n: number) => `${n} characters too many to sign.`,
    counting: (name: string) => `${name} is counting too`, more: "One more", less: "One less", type: "Type the number", count: "Count",
    counted: "Counted on all devices", hint: "Counts from all devices add up. Sign when the counting is over.", signCount: (what: string, n: string) => `Sign ${what}: ${n}`,
    late: (n: string) => `Counted meanwhile: ${n}. What is signed stands; correct it if that is wrong.`,
  },
};
