/** English words for scanning. */
export const scanEn = {
  scan: {
    camera: "Camera", nfc: "NFC tag", expected: (what: string) => `Expected: ${what}`, came: (what: string) => `Scanned: ${what}`, wrong: "Not this one.",
    tag: "Hold the tag against the device.", tagUnread: "This tag holds no text. Ask for it to be written anew.", tagRefused: "The device does not let NFC be read. Allow it in the browser's settings.",
  },
};
