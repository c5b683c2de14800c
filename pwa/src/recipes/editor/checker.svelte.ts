/** Asks the server what speaks against a recipe while it is written; the last answer stays where there is no network. */
import { api, asProblem } from "../../api/client";
import type { Checked, Finding } from "../types";
import type { Master } from "./change";

export class Checker {
  findings = $state.raw<Finding[]>([]);
  sha256 = $state<string | null>(null);
  busy = $state(false);
  /** Whether what is shown is of an earlier state, for want of a network. */
  stale = $state(false);
  private run = 0;

  async check(content: Master): Promise<Checked | null> {
    const run = ++this.run;
    this.busy = true;
    try {
      const found = await api.post<Checked>("/api/recipes/check", { content });
      if (run === this.run) {
        this.findings = found.findings;
        this.sha256 = found.sha256;
        this.stale = false;
      }
      return found;
    } catch (error) {
      if (run === this.run) this.stale = asProblem(error).code === "offline";
      return null;
    } finally {
      if (run === this.run) this.busy = false;
    }
  }
}
