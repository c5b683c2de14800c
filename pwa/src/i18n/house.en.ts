/** English words of the app's house: the look, the homes of the roles, the page of components. */
export const houseEn = {
  house: {
    contrast: "Contrast", contrastMore: "High", follows: "Language and look follow you to every device on which you sign in.",
  },
};
