/** Files of the designer: definitions out and in, pictures of instructions. */
import { Problem } from "../../api/client";
import { encode } from "../../core/canonical";
import { look } from "../../engines/forms";
import type { Definition } from "../../engines/forms/types";
import { keep } from "../../ui/files";

/** Hands a definition to the browser as a file, in the bytes by which it is named. */
export function download(definition: Definition): void {
  keep(`${definition.code}.json`, new Blob([encode(definition)], { type: "application/json" }));
}

/** The definition in a file, under the code of the form it is brought into; null for what is none. */
export async function readDefinition(file: File, code: string): Promise<Definition | null> {
  try {
    const given = JSON.parse(await file.text()) as Definition;
    return look(given).length === 0 ? { ...given, code } : null;
  } catch {
    return null;
  }
}

export async function keepPicture(name: string, data: Uint8Array<ArrayBuffer>, type: string): Promise<void> {
  let answer: Response;
  try {
    answer = await fetch(`/api/forms/pictures/${name}`, { method: "PUT", body: data, credentials: "same-origin", headers: { "Content-Type": type } });
  } catch {
    throw new Problem("offline");
  }
  if (answer.ok) return;
  const body = (await answer.json().catch(() => ({}))) as Partial<Problem>;
  throw new Problem(body.code ?? `http_${answer.status}`, answer.status, body.what ?? null, body.kept ?? null, body.next ?? null);
}
