/** Reads out of a source which words it says. */

/** What a file asks of the dictionary: paths to texts, or to tables into which it looks by a code; also by another name,
 *  as in `const words = $derived(t().outage)`. */
export function asked(text: string): string[] {
  const names = [...text.matchAll(/\b(\w+)\s*=\s*(?:\$derived(?:\.by)?\()?(?:\(\) => )?t\(\)((?:\.\w+)*)\)?;/g)].map(([, name, path]) => [name!, path!] as const);
  const bare = names.reduce((rest, [name, path]) => rest.replaceAll(new RegExp(`\\b${name}\\s*=\\s*[^;\\n]*t\\(\\)${path.replaceAll(".", "\\.")}\\)?;`, "g"), ""), text);
  const direct = [...bare.matchAll(/\bt\(\)((?:\??\.\w+)+)/g)].map((match) => match[1]!);
  const renamed = names.flatMap(([name, path]) => [...bare.matchAll(new RegExp(`(?<![.\\w])${name}\\b((?:\\??\\.\\w+)*)`, "g"))].map((match) => path + match[1]!));
  return [...direct, ...renamed].map((path) => path.replaceAll("?", "").slice(1));
}
