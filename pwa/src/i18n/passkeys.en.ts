/** English words for passkeys: kept by their holder, asked for to sign in and to sign. */
export const passkeysEn = {
  passkeys: {
    title: "Passkeys", hint: "A key in this device, a phone or a security key that signs after your finger, face or its own PIN. It stands in place of password and PIN.",
    none: "None yet.", notHere: (domain: string | null) => (domain === null ? "This site is reached by an IP address, and passkeys are bound to names: there are none here. Ask for a host name of the site." : `Passkeys work in a browser that has them, at the address of the site's name: ${domain}.`),
    add: "Add a passkey", addHint: "Your password once more, and a name by which you will know it again. Then the browser asks.", label: "Name of the passkey", labelHint: "For example: phone, key in the locker", adding: "Follow what the browser asks…", added: "Passkey added",
    since: (at: string) => `added ${at}`, used: (at: string) => `last used ${at}`, unused: "not used yet", withdraw: "Withdraw", withdrawHint: "It signs in and signs nothing any more, for good. What it signed stays signed. Tablets learn it with their next lease; what it signs until then is marked.",
    reason: "Reason", reasonHint: "For example: lost, replaced", signIn: "Sign in with a passkey",
  },
};
