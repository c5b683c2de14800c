/** What a file is by its bytes, never by its name: only what the server keeps (server/core/blobs.py). */
const XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/** The letters that bytes would be, one each. */
const LETTERS = new TextDecoder("latin1");

/** Null for what is kept nowhere, such as a workbook with macros. */
export function mediaOf(bytes: Uint8Array): string | null {
  const head = LETTERS.decode(bytes.subarray(0, 12));
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return "image/jpeg";
  if (bytes[0] === 0x89 && head.slice(1, 8) === "PNG\r\n\x1a\n") return "image/png";
  if (head.startsWith("RIFF") && head.slice(8) === "WEBP") return "image/webp";
  if (head.startsWith("%PDF-")) return "application/pdf";
  const all = LETTERS.decode(bytes);
  if (head.startsWith("PK")) return all.includes("xl/workbook.xml") && !all.includes("vbaProject") ? XLSX : null;
  return bytes.length > 0 && !bytes.some((one) => (one < 0x20 && one !== 9 && one !== 10 && one !== 13) || one === 0x7f) ? "text/csv" : null;
}

const LONGEST = 120;
/** How a field keeps a file: its digest, how many bytes it has, and its name without what no name needs. */
export function fileValue(hash: string, bytes: number, name: string): string {
  const said = plainName(name);
  return said === "" ? hash : `${hash}/${bytes}/${said}`;
}

/** A file's name without what no name needs; of a long one the end, which says what it is. */
export function plainName(name: string): string {
  return [...name.normalize().replace(/[/\x00-\x1f\x7f]|\p{Surrogate}/gu, "_")].slice(-LONGEST).join("");
}
