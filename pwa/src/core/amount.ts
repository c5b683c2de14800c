/** Amounts as people type them: an input method for Chinese makes full-width digits, and a point that is no point. */

/** The same in the characters that a record is spelled with; a comma stays one. */
export const plain = (text: string): string => text.normalize("NFKC").replace(/。/g, ".").trim();

const MORE_THAN_NOTHING = /^(?=.*[1-9])(0|[1-9][0-9]{0,14})(\.[0-9]{1,12})?$/;

/** A typed quantity that is more than nothing. */
export const isQuantity = (text: string): boolean => MORE_THAN_NOTHING.test(plain(text));

/** With a point where a decimal comma was typed, as some number keys have it; "1,000" may mean a thousand, and stays as it is. */
export function pointed(text: string): string {
  const typed = plain(text);
  return /^[1-9]\d{0,2}(,\d{3})+(\.|$)/.test(typed) ? typed : typed.replace(/,/g, ".");
}
