/** Whether the glass is narrow (phone, one column), not wide (a small tablet) or a desk with a mouse; screens change their
 *  density with it. */
class Viewport {
  narrow = $state(false);
  small = $state(false);
  desk = $state(false);

  constructor() {
    this.watch("(width < 900px)", (on) => (this.narrow = on));
    this.watch("(width < 1200px)", (on) => (this.small = on));
    this.watch("(width >= 1367px) and (pointer: fine)", (on) => (this.desk = on));
  }

  private watch(media: string, set: (on: boolean) => void): void {
    const list = window.matchMedia(media);
    set(list.matches);
    list.addEventListener("change", (event) => set(event.matches));
  }
}

export const viewport = new Viewport();
