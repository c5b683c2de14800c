/** Sends a file to where the server keeps it: under the digest of its bytes. */
import { hex, sha256 } from "../core/bytes";
import { Problem } from "./client";

/** Puts the bytes below `folder`; their digest when the server has them, a Problem of its catalogue when it wants them not. */
export async function putBytes(folder: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<string> {
  const hash = hex(await sha256(bytes));
  await send("PUT", `${folder}/${hash}`, bytes, type);
  return hash;
}

/** Posts the bytes of a table; what the server answers, or a Problem of its catalogue. */
export async function postBytes<T>(path: string, bytes: Uint8Array<ArrayBuffer>): Promise<T> {
  return (await (await send("POST", path, bytes, "application/octet-stream")).json()) as T;
}

async function send(method: string, path: string, bytes: Uint8Array<ArrayBuffer>, type: string): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, { method, body: bytes, credentials: "same-origin", headers: { "Content-Type": type } });
  } catch {
    throw new Problem("offline");
  }
  if (answer.ok) return answer;
  const body = (await answer.json().catch(() => ({}))) as Partial<Problem>;
  throw new Problem(body.code ?? `http_${answer.status}`, answer.status, body.what ?? null, body.kept ?? null, body.next ?? null);
}
