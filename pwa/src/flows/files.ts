/** Files that come from the desk and go there. */

/** Hands text to the browser as a file to keep. */
export function download(name: string, text: string, type = "application/xml"): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
