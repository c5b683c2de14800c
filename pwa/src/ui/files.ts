/** Files that go to whoever sits at the desk. */

/** Hands text to the browser as a file to keep. */
export function download(name: string, text: string, type = "application/xml"): void {
  keep(name, new Blob([text], { type }));
}

/** Hands bytes to the browser as a file to keep. */
export function keep(name: string, file: Blob): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
