/** A dossier's PDF: what is attached to it, and whether the server signed every byte of the file. */
import { type Bytes, concat, equal, sha256 } from "../core/bytes";
import type { Policy } from "../core/policy";
import { checkSignature } from "../core/signing";
import { BITS, type Der, NULL, OCTETS, ONE, SEQUENCE, SET, elements, first, oid, write } from "./der";
import { Pdf } from "./pdf";
import { type Dict, Name, Text, type Value, latin } from "./pdf-objects";
import { fault } from "./result";

const ED25519 = write(SEQUENCE, oid("1.3.101.112"));
const SHA512 = write(SEQUENCE, oid("2.16.840.1.101.3.4.2.3"), NULL);
const SIGNED_DATA = oid("1.2.840.113549.1.7.2");
const DATA = oid("1.2.840.113549.1.7.1");
const CONTENT_TYPE = oid("1.2.840.113549.1.9.3");
const MESSAGE_DIGEST = oid("1.2.840.113549.1.9.4");
const SIGNING_CERTIFICATE = oid("1.2.840.113549.1.9.16.2.47");

/** The attached files by name. CoreError `pdf_malformed` unless each of `needed` is there exactly once and each of
 * `known` at most once. */
export async function attachments(pdf: Pdf, needed: readonly string[], known: readonly string[]): Promise<Map<string, Bytes>> {
  const specs = fileSpecs(pdf);
  const files = new Map<string, Bytes>();
  for (const name of [...needed, ...known]) {
    const found = specs.filter(([names]) => names.has(name));
    if (found.length > 1 || (!found.length && needed.includes(name))) throw fault("pdf_malformed", `not attached exactly once: ${name}`);
    for (const [, spec] of found) {
      const kept = pdf.dict(spec.get("EF"));
      files.set(name, await pdf.content(kept.get("UF") ?? kept.get("F")));
    }
  }
  return files;
}

/** The attached files' specifications, each with the names it goes by. */
function fileSpecs(pdf: Pdf): [Set<string | null>, Dict][] {
  const tree = pdf.dict(pdf.dict(pdf.dict(pdf.trailer.get("Root")).get("Names")).get("EmbeddedFiles"));
  const leaves = [...pdf.list(tree.get("Kids")).map((kid) => pdf.dict(kid)), tree];
  return leaves.flatMap((leaf) => {
    const pairs = pdf.list(leaf.get("Names"));
    return pairs.flatMap((value, i): [Set<string | null>, Dict][] => {
      if (i % 2 === 0) return [];
      const spec = pdf.dict(value);
      return [[new Set([pdf.text(pairs[i - 1]), pdf.text(spec.get("UF") ?? spec.get("F"))]), spec]];
    });
  });
}

/** Returns if exactly one signature covers the whole file, is intact, and was made with one of the policy's server
 * keys; CoreError `pdf_signature_wrong`. Nothing in the signature's container may be spelled otherwise than the signer
 * writes it, so that no byte can be changed, not even where a PDF signature leaves room. */
export async function checkPdfSignature(pdf: Pdf, policy: Policy): Promise<void> {
  try {
    await check(pdf, policy);
  } catch (error) {
    throw fault("pdf_signature_wrong", error instanceof Error ? error.message : String(error));
  }
}

async function check(pdf: Pdf, policy: Policy): Promise<void> {
  const { data } = pdf;
  const [from, to] = gap(pdf);
  const signed = concat(data.subarray(0, from), data.subarray(to));
  const container = spelled(data.subarray(from, to));
  const { certificate, attributes, signature } = parts(container);
  if (!equal(frame(certificate, attributes, signature), container)) {
    throw new Error("the signature's container is not as the signer writes it");
  }
  const key = publicKey(certificate);
  if (!policy.serverKeys.some((one) => equal(one, key))) {
    throw new Error("the signature is by another key than the policy's server keys");
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-512", signed));
  if (!equal(attribute(attributes, MESSAGE_DIGEST), write(OCTETS, digest)) || !equal(attribute(attributes, CONTENT_TYPE), DATA)) {
    throw new Error("the file was changed after it was signed");
  }
  await checkCertificateNamed(attributes, certificate.whole);
  await checkSignature("ed25519", key, write(SET, attributes.content), signature.content);
}

/** Where the container stands in the file: all that the signature does not cover. */
function gap(pdf: Pdf): [number, number] {
  const form = pdf.dict(pdf.dict(pdf.trailer.get("Root")).get("AcroForm"));
  const signatures = signatureFields(pdf, form.get("Fields"));
  if (signatures.length !== 1) throw new Error(`${signatures.length} signatures instead of one`);
  const range = pdf.list(signatures[0]!.get("ByteRange"));
  const [start, from, to, rest, ...more] = range.map((one) => (typeof one === "number" && Number.isInteger(one) ? one : NaN));
  const contents = signatures[0]!.get("Contents");
  if (start !== 0 || to! + rest! !== pdf.data.length || more.length || !(contents instanceof Text)) {
    throw new Error("the signature does not cover the whole file");
  }
  if (contents.place[0] !== from || contents.place[1] !== to) throw new Error("the signature leaves out more than itself");
  return [from, to];
}

/** The signatures of all fields that have one. */
function signatureFields(pdf: Pdf, fields: Value | undefined, depth = 0): Dict[] {
  if (depth > 10) throw new Error("fields are nested too deeply");
  return pdf.list(fields).flatMap((value) => {
    const field = pdf.dict(value);
    const type = pdf.resolve(field.get("FT"));
    const own = type instanceof Name && type.text === "Sig" && pdf.resolve(field.get("V")) !== null ? [pdf.dict(field.get("V"))] : [];
    return [...own, ...signatureFields(pdf, field.get("Kids"), depth + 1)];
  });
}

/** The container from upper-case hex digits in brackets, filled up with zeros. */
function spelled(bytes: Bytes): Bytes {
  const found = /^<((?:[0-9A-F]{2})*)>$/.exec(latin(bytes));
  if (!found) throw new Error("the container is not in upper-case hex");
  const all = Uint8Array.from({ length: found[1]!.length / 2 }, (_, i) => parseInt(found[1]!.slice(2 * i, 2 * i + 2), 16));
  const { whole } = first(all);
  if (all.subarray(whole.length).some((byte) => byte !== 0)) throw new Error("something follows the container");
  return whole;
}

/** What the signature binds, out of the container (RFC 5652 section 5). */
function parts(container: Bytes): { certificate: Der; attributes: Der; signature: Der } {
  const signedData = elements(first(elements(first(container).content)[1]!.content).content);
  const [certificate, signers] = [first(signedData[3]!.content), signedData[4]!];
  const signer = elements(first(signers.content).content);
  return { certificate, attributes: signer[3]!, signature: signer[5]! };
}

/** The container written anew around what the signature binds. */
function frame(certificate: Der, attributes: Der, signature: Der): Bytes {
  const [, serial, , issuer] = tbs(certificate);
  const signer = write(
    SEQUENCE, ONE, write(SEQUENCE, issuer!.whole, serial!.whole), SHA512,
    write(0xa0, attributes.content), ED25519, write(OCTETS, signature.content),
  );
  const signedData = write(
    SEQUENCE, ONE, write(SET, SHA512), write(SEQUENCE, DATA), write(0xa0, certificate.whole), write(SET, signer),
  );
  return write(SEQUENCE, SIGNED_DATA, write(0xa0, signedData));
}

/** Version, serial, algorithm, issuer, validity, subject, key (RFC 5280 section 4.1). */
function tbs(certificate: Der): Der[] {
  return elements(first(certificate.content).content);
}

function publicKey(certificate: Der): Bytes {
  const [algorithm, bits] = elements(tbs(certificate)[6]!.content);
  if (!equal(algorithm!.whole, ED25519) || bits!.tag !== BITS || bits!.content[0] !== 0) throw new Error("not an Ed25519 key");
  return bits!.content.slice(1);
}

/** The one value of a signed attribute. */
function attribute(attributes: Der, type: Bytes): Bytes {
  const found = elements(attributes.content).map((one) => elements(one.content)).filter(([name]) => equal(name!.whole, type));
  const values = found.length === 1 ? elements(found[0]![1]!.content) : [];
  if (values.length !== 1) throw new Error("a signed attribute is missing, or there twice");
  return values[0]!.whole;
}

/** ESSCertIDv2 (RFC 5035) of SHA-256: so the certificate, too, is bound by the signature. */
async function checkCertificateNamed(attributes: Der, certificate: Bytes): Promise<void> {
  const named = first(first(first(attribute(attributes, SIGNING_CERTIFICATE)).content).content);
  const hash = first(named.content);
  if (!equal(hash.whole, write(OCTETS, await sha256(certificate)))) throw new Error("the signature names another certificate");
}
