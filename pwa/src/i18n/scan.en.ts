/** English words for scanning. */
export const scanEn = {
  scan: {
    camera: "Camera", nfc: "NFC tag", title: "Scan with the camera", hint: "Hold the code so that it fills a quarter of the picture's height. Codes of bars: close and sharp.", expected: (what: string) => `Expected: ${what}`, came: (what: string) => `Scanned: ${what}`, wrong: "Not this one.",
    wait: "The camera opens.", look: "Looking for a code", several: "Several codes are in the picture. Show only one.", which: "Which camera", torch: "Light", torchOn: "Light off", again: "Try again", tag: "Hold the tag against the device.", tagUnread: "This tag holds no text. Ask for it to be written anew.", tagRefused: "The device does not let NFC be read. Allow it in the browser's settings.",
    problems: { denied: "The browser does not let this page see the camera. Allow it in the address bar, or scan with a scanner, or type.", none: "This device has no camera that the browser knows. Use a scanner, or type.", busy: "Another program holds the camera. Close it, and try again.", broken: "The reader of codes did not start. Load the page anew when online." } as Record<string, string>,
    whats: { container: "container", lot: "lot", equipment: "equipment", badge: "a badge", device: "device", enrolment: "an enrolment code", unknown: "unknown code", gs1: "GS1 code" } as Record<string, string>,
    faults: { unknown: "It holds something that GS1 does not know.", format: "It is cut short or damaged.", separator: "Its parts run into each other: is the scanner set to send GS?", check_digit: "Its check digit is wrong: it was read wrongly or is damaged.", date: "It holds a day that does not exist.", twice: "It says the same thing twice, differently." } as Record<string, string>,
  },
};
