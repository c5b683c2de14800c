/** English words for passkeys: kept by their holder, asked for to sign in and to sign. */
export const passkeysEn = {
  passkeys: {
    adding: "Follow what the browser asks…",
    signIn: "Sign in with a passkey",
  },
};
