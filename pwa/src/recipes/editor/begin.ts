/** How a draft begins: from a version, or from a file of ours or of another system. */
import { api, asProblem, path } from "../../api/client";
import type { Content, RecipeLine, RecipeVersion } from "../types";

/** BatchML is read by the server, which answers with the same content as a file of ours has; null: it is neither. */
export async function contentIn(file: File): Promise<Content | null> {
  const text = await file.text();
  if (text.trimStart().startsWith("<")) return (await api.post<{ content: Content }>("/api/recipes/batchml", { text })).content;
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as Content) : null;
  } catch {
    return null;
  }
}

/** The content of the version in force, under the number that the next one has. */
export async function nextOf({ recipe, newest, version }: Pick<RecipeLine, "recipe" | "newest" | "version">): Promise<Content> {
  const { content } = await api.get<RecipeVersion & { content: Content }>(path("api", "recipes", recipe, "versions", String(version ?? newest)));
  return { ...content, version: newest + 1 };
}

/** False where somebody works on a draft of this recipe already. */
export async function begin(content: Content): Promise<boolean> {
  try {
    await api.post(path("api", "recipe-drafts", content.recipe), { revision: null, content });
    return true;
  } catch (error) {
    if (asProblem(error).code === "recipe_draft_changed") return false;
    throw error;
  }
}
