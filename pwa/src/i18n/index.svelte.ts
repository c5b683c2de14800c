/** The chosen language and the words in it. Components read `t()`; a change of language redraws them. */
import { keep, kept } from "../ui/keep";
import { en } from "./en";
import { zh } from "./zh";

export type Lang = "zh" | "en";
export type Words = typeof en;
/** A text that comes in both languages from the server or a recipe; or plain. */
export type Text = string | { zh: string; en: string } | null | undefined;

const KEY = "pestle.lang";

function initial(): Lang {
  const chosen = kept(KEY);
  if (chosen === "zh" || chosen === "en") return chosen;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

class Language {
  current = $state<Lang>(initial());

  set(lang: Lang): void {
    this.current = lang;
    keep(KEY, lang);
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
  }
}

export const language = new Language();
language.set(language.current);

/** The dictionary of the current language. */
export function t(): Words {
  return language.current === "zh" ? zh : en;
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
