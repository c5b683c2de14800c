/** What of a container is typed. */
import { plain } from "../core/amount";

/** A typed content that is more than nothing. */
export const isContent = (text: string): boolean => /^\d+(\.\d+)?$/.test(plain(text)) && Number(plain(text)) > 0;
