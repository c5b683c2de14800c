/** English words of what people report as an exception: fetched with their screens. */
export const reportsEn = {
  severity: "How grave it is",
  severities: { minor: "Minor", major: "Major", critical: "Critical" },
  means: { minor: "No effect on the product is to be expected", major: "It may affect the product, or the record", critical: "It puts the product or people at risk" },
  deviation: "Open a deviation at once",
  deviationHint: "Without a network it opens as soon as this device delivers.",
  opened: (number: string) => `Deviation ${number}`,
  withdrawn: "withdrawn",
};
