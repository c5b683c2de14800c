/** Something that a person has asked for and that may be refused: under way, or why it did not work. */
import { asProblem, type Problem } from "../api/client";

export class Attempt {
  busy = $state(false);
  problem = $state.raw<Problem | null>(null);

  /** Does it; whatever goes wrong becomes the problem, in the words of the catalogue. */
  async run(work: () => Promise<void>): Promise<void> {
    this.busy = true;
    this.problem = null;
    try {
      await work();
    } catch (error) {
      this.problem = asProblem(error);
    } finally {
      this.busy = false;
    }
  }
}
