/** The chosen language and the words in it. Components read `t()`; a change of language redraws them. */
import { keep, kept } from "../ui/keep";
export type Lang = "zh" | "en";
export type Words = typeof import("./en").en;
/** A text that comes in both languages from the server or a recipe; or plain. */
export type Text = string | { zh: string; en: string } | null | undefined;

/** The language of this device, and the one that its last person speaks, with which a reload begins. */
const [DEVICE, SPOKEN] = ["pestle.lang", "pestle.lang.spoken"];

function chosen(key: string): Lang | null {
  const found = kept(key);
  return found === "zh" || found === "en" ? found : null;
}

/** As chosen before anybody signed in, or as the browser's own. */
export function ofDevice(): Lang {
  return chosen(DEVICE) ?? (navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
}

/** What the first screen says comes with it, in one language; what all others say comes when the first of them is opened.
 *  Both languages whole would be a third of what the first screen weighs. */
type Some = { [Section in keyof Words]?: Partial<Words[Section]> };
const FIRST: Record<Lang, () => Promise<Some>> = {
  zh: async () => (await import("./first.zh")).firstZh,
  en: async () => (await import("./first.en")).firstEn,
};
const WHOLE: Record<Lang, () => Promise<Words>> = {
  zh: async () => (await import("./zh")).zh,
  en: async () => (await import("./en")).en,
};

class Language {
  current = $state<Lang>(chosen(SPOKEN) ?? ofDevice());
  words = $state.raw<Words | null>(null);
  private wanted = this.current;
  /** Whether all words are wanted from now on, and whether those here are all. */
  private wholly = false;
  private complete = false;

  /** Before the first screen is drawn; rejects where there are no words to be had. */
  start(): Promise<void> {
    return this.speak(this.current);
  }

  /** Before any screen but the first is drawn; also where somebody changes the language meanwhile. */
  async whole(): Promise<void> {
    this.wholly = true;
    while (!this.complete) await this.speak(this.wanted);
  }

  /** What is opened later, once all words that it may say are there as well. */
  async with<T>(part: Promise<T>): Promise<T> {
    const [found] = await Promise.all([part, this.whole()]);
    return found;
  }

  /** Words and language change together, once the words are there; where they cannot be had, all stays as it is. */
  set(lang: Lang): void {
    keep(SPOKEN, lang);
    this.speak(lang).catch((error: unknown) => console.error("language", error));
  }

  /** For everybody on this device who has not chosen another. */
  setForDevice(lang: Lang): void {
    keep(DEVICE, lang);
    this.set(lang);
  }

  private async speak(lang: Lang): Promise<void> {
    this.wanted = lang;
    const { wholly } = this;
    const words = await (wholly ? WHOLE : FIRST)[lang]();
    if (this.wanted !== lang || (this.complete && !wholly)) return;
    this.complete = wholly;
    // tests/ui/first.test.ts holds the first screen to the words that it has.
    this.words = words as Words;
    this.current = lang;
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  }
}

export const language = new Language();

/** The dictionary of the current language. */
export function t(): Words {
  if (!language.words) throw new Error("the dictionary is asked before it is there");
  return language.words;
}

/** A two-language text in the current language. */
export function tx(text: Text): string {
  if (text == null) return "";
  return typeof text === "string" ? text : text[language.current] || text.en || text.zh;
}

/** A person's name: English screens show the Latin name where there is one. */
export function who(person: { name: string; name_en?: string | null } | null | undefined): string {
  if (!person) return "—";
  return language.current === "en" && person.name_en ? person.name_en : person.name;
}

/** The word for a code; codes without a word are shown as they are, so that nothing is hidden. */
export function word(table: Record<string, string>, code: string): string {
  return table[code] ?? code;
}
