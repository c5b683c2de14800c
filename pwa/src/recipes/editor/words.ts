/** The words of the editor come with its screens: the first screen does without them. */
import { editorEn } from "../../i18n/editor.en";
import { editorZh } from "../../i18n/editor.zh";
import { language } from "../../i18n/index.svelte";

export function et(): typeof editorEn {
  return language.current === "zh" ? editorZh : editorEn;
}
