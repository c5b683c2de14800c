/** Chinese words of the app's house: the look, the homes of the roles, the page of components. */
import type { houseEn } from "./house.en";

export const houseZh: typeof houseEn = {
  house: {
    contrast: "对比度", contrastMore: "高", follows: "语言和外观随人走：您在任何设备上登录都是如此。",
  },
};
