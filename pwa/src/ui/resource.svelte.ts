/** One thing fetched from the server: its data, whether it loads, and what went wrong; old data stays while new loads. */
import { asProblem, type Problem } from "../api/client";

export class Resource<T> {
  data = $state.raw<T | null>(null);
  problem = $state.raw<Problem | null>(null);
  loading = $state(false);
  private run = 0;

  constructor(private readonly fetcher: () => Promise<T>) {}

  /** Fetch again; an answer that was overtaken by a later question is dropped. */
  async load(): Promise<void> {
    const run = ++this.run;
    this.loading = true;
    try {
      const data = await this.fetcher();
      if (run !== this.run) return;
      this.data = data;
      this.problem = null;
    } catch (error) {
      if (run === this.run) this.problem = asProblem(error);
    } finally {
      if (run === this.run) this.loading = false;
    }
  }

  /** For an effect: load now and every `seconds` while the page is looked at; returns what ends it. */
  keep(seconds = 20): () => void {
    void this.load();
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") void this.load();
    }, seconds * 1000);
    return () => clearInterval(timer);
  }
}
