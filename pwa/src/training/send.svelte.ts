/** What every form of training does with its answer: busy while it waits, the problem where there is one. */
import { asProblem, type Problem } from "../api/client";

export class Sending {
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);

  async run(act: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.problem = null;
    try {
      await act();
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
      this.busy = false;
    }
  }
}
