/** Language and look of whoever is at work: kept at the server, so that they follow a person, and on this device for when it is alone. */
import { api } from "../api/client";
import { language, ofDevice, type Lang } from "../i18n/index.svelte";
import { session } from "../session/session.svelte";
import { keep, kept } from "./keep";
import { theme, type Contrast, type Theme } from "./theme.svelte";

interface Choices { language: Lang | null; theme: Theme | null; contrast: Contrast | null }

/** What is chosen while the server is asked is newer than its answer. */
let turn = 0;
const key = (person: string): string => `pestle.prefers.${person}`;

/** When somebody begins to work here: as they chose it, wherever that was; what they never chose is as the device has it. */
export async function follow(person: string): Promise<void> {
  take(remembered(person));
  if (!session.online) return;
  const asked = turn;
  try {
    const choices = await api.get<Choices>("/api/preferences");
    if (session.acting?.id !== person || asked !== turn) return;
    keep(key(person), JSON.stringify(choices));
    take(choices);
  } catch {
    // What this device remembers has to do until the server answers.
  }
}

/** The person at work has chosen: here at once, elsewhere from their next sign-in. */
export function chosen(more: Partial<Choices>): void {
  const person = session.acting?.id;
  if (!person) return;
  turn += 1;
  const choices = { ...remembered(person), ...more };
  take(choices);
  keep(key(person), JSON.stringify(choices));
  if (session.online) api.post("/api/preferences", choices).catch(() => undefined);
}

function take(choices: Choices): void {
  const speaks = choices.language ?? ofDevice();
  if (speaks !== language.current) language.set(speaks);
  theme.set(choices.theme, choices.contrast);
}

function remembered(person: string): Choices {
  const nothing: Choices = { language: null, theme: null, contrast: null };
  try {
    return { ...nothing, ...(JSON.parse(kept(key(person)) ?? "{}") as Partial<Choices>) };
  } catch {
    return nothing;
  }
}
