/** Reads a time stamp (RFC 3161) that an authority outside of the site has set on a checkpoint. */
import { type Bytes, equal } from "../core/bytes";
import { SEQUENCE, elements, first, oid } from "./der";
import { latin } from "./pdf-objects";
import { fault } from "./result";

/** NIST's identifiers of the hashes that authorities use. */
const HASHES = [["2.16.840.1.101.3.4.2.1", "SHA-256"], ["2.16.840.1.101.3.4.2.2", "SHA-384"], ["2.16.840.1.101.3.4.2.3", "SHA-512"]] as const;
const TIME = /^([0-9]{4})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})([0-9]{2})(\.[0-9]+)?Z$/;

/** The time that these bytes were stamped with, as the log writes times; CoreError `timestamp_wrong`. The authority's
 * signature is not checked: that asks for its root, and for certificates of many kinds. The time is a claim. */
export async function stampedAt(response: Bytes, data: Bytes): Promise<string> {
  try {
    const [, token] = elements(first(response).content);
    const signedData = elements(first(elements(token!.content)[1]!.content).content);
    const info = first(first(elements(signedData[2]!.content)[1]!.content).content);
    const [, , imprint, , time] = elements(info.content);
    if (info.tag !== SEQUENCE) throw new RangeError("no time stamp");
    await checkImprint(imprint!.content, data);
    return moment(latin(time!.content));
  } catch (error) {
    throw fault("timestamp_wrong", error instanceof Error ? error.message : String(error));
  }
}

async function checkImprint(imprint: Bytes, data: Bytes): Promise<void> {
  const [algorithm, hashed] = elements(imprint);
  const name = HASHES.find(([id]) => equal(first(algorithm!.content).whole, oid(id)))?.[1];
  if (!name) throw new RangeError("the hash is not known");
  const digest = new Uint8Array(await crypto.subtle.digest(name, data));
  if (!equal(digest, hashed!.content)) throw new RangeError("the time stamp is for other bytes than the checkpoint's");
}

function moment(text: string): string {
  const found = TIME.exec(text);
  if (!found) throw new RangeError("the time of the stamp");
  const [, year, month, day, hour, minute, second, fraction = "."] = found;
  return `${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(1, 4).padEnd(3, "0")}Z`;
}
