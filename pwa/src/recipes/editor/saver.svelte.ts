/** Saves a draft as it goes: a moment after each change, again once the network is back; and stops where somebody else has
 * saved, until it is settled whose goes on. What is not saved stays in this browser. */
import { api, asProblem, path, type Problem } from "../../api/client";
import type { History } from "../../ui/history.svelte";
import type { Master } from "./change";
import { forgetUnsaved, keepUnsaved } from "./keeping";
import type { DraftView } from "./types";

const AGAIN = 8_000;

export class Saver {
  /** What is saved next goes on from this one; null: it begins anew. */
  revision = $state<number | null>(null);
  busy = $state(false);
  offline = $state(false);
  problem = $state.raw<Problem | null>(null);
  /** What somebody else has saved since; null: nobody has. */
  theirs = $state.raw<DraftView | null>(null);
  /** Whether somebody has submitted it or given it up meanwhile. */
  gone = $state(false);

  constructor(private readonly person: string, private readonly recipe: string, private readonly history: History<Master>, revision: number) {
    this.revision = revision;
  }

  /** Kept at once, for whatever happens to the page. */
  keep(): void {
    // What was undone before it was saved is not to come again.
    if (this.history.clean) forgetUnsaved(this.person, this.recipe);
    else keepUnsaved(this.person, this.recipe, { revision: this.revision, content: this.history.value });
  }

  async save(): Promise<boolean> {
    if (this.busy || this.theirs || this.gone) return false;
    if (this.history.clean) return true;
    const content = this.history.value;
    this.busy = true;
    try {
      this.revision = (await api.post<{ revision: number }>(path("api", "recipe-drafts", this.recipe), { revision: this.revision, content })).revision;
      this.history.keep(content);
      this.offline = false;
      this.problem = null;
      if (this.history.clean) forgetUnsaved(this.person, this.recipe);
      else this.keep();
    } catch (error) {
      await this.failed(asProblem(error));
    } finally {
      this.busy = false;
    }
    return this.history.clean;
  }

  private async failed(problem: Problem): Promise<void> {
    this.offline = problem.code === "offline";
    if (problem.code === "recipe_draft_changed") await this.look();
    else if (!this.offline) this.problem = problem;
    if (this.offline) setTimeout(() => void this.save(), AGAIN);
  }

  /** Somebody else has saved: what they have is fetched, to be compared with what stands here. */
  async look(): Promise<void> {
    try {
      this.theirs = await api.get<DraftView>(path("api", "recipe-drafts", this.recipe));
    } catch (error) {
      const problem = asProblem(error);
      this.gone = problem.code === "recipe_draft_unknown";
      this.problem = this.gone ? null : problem;
    }
  }

  /** What stands here is a draft of its own from now on. */
  async begin(): Promise<void> {
    this.gone = false;
    this.revision = null;
    await this.save();
  }

  /** Mine is saved as the next after theirs, or theirs goes on here; mine can then be had again by undoing. */
  settle(mine: boolean): void {
    const theirs = this.theirs;
    if (!theirs) return;
    this.theirs = null;
    this.revision = theirs.revision;
    if (mine) void this.save();
    else {
      this.history.change(theirs.content, "");
      this.history.keep(theirs.content);
      forgetUnsaved(this.person, this.recipe);
    }
  }
}
