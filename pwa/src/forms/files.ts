/** A file as a field keeps it: its digest, and where it says so its size and what it was called. */
export function named(value: string): { hash: string; name: string; size: string } {
  const [hash = "", bytes, ...name] = value.split("/");
  return { hash, name: name.join("/"), size: bytes === undefined ? "" : sized(Number(bytes)) };
}

/** How much that is, for people. */
export function sized(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
