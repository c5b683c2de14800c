/** English words for the electronic signature. */
export const signatureEn = {
  signature: {
    printed: "Printed name", at: "Date and time", meaning: "Meaning", login: "Your login", password: "Your password",
    first: "The first signature takes login and password. Until you lock the screen, reload or pause for ten minutes, the password is then enough.",
    going: "It is your signature. It is not kept.", other: "Nobody who could sign is signed in here: lock the screen, and sign in as yourself with your password.", passkey: "Sign with a passkey", reload: "Load again",

  },
};
