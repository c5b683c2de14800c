/** Whether the server answers and can keep what it is told, asked now and then: a screen without a device has no other way to know. */
import { core } from "../core/core";
import type { CoreState } from "../core/types";
import { mirror } from "./mirror.svelte";

const SECONDS = 15;
const TIMEOUT = 10_000;
type Answer = "well" | "failing" | "silent";

class Health {
  answer = $state<Answer>("well");
  /** Since when it is as it is. */
  since = $state(new Date().toISOString());
  /** The line is lost and there is no other yet: an attempt may hang for long where nothing comes through. */
  private down = $state(false);
  private before: CoreState["online"] = "offline";

  constructor() {
    core.subscribe(() => this.follow(core.state.online));
    const ask = (): void => void (document.visibilityState === "visible" && this.ask());
    setInterval(ask, SECONDS * 1000);
    addEventListener("online", ask);
    addEventListener("offline", () => this.take("silent"));
    ask();
  }

  async ask(): Promise<void> {
    try {
      const response = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT) });
      this.take(response.status === 503 ? "failing" : "well");
    } catch {
      this.take("silent");
    }
  }

  private take(answer: Answer): void {
    if (answer === this.answer) return;
    this.answer = answer;
    this.since = new Date().toISOString();
  }

  private follow(online: CoreState["online"]): void {
    if (online === "online") this.down = false;
    else if (online === "offline" && this.before !== "offline") this.down = true;
    this.before = online;
  }

  /** What keeps people from going on as usual: a device tells it at once of its socket, any other screen by asking. */
  get outage(): { code: "offline" | "failing" | "session"; since: string } | null {
    const state = mirror.state;
    const since = state.offlineSince ?? this.since;
    if (state.device && this.down && state.sessionMissing && this.answer === "well") return { code: "session", since };
    if (state.device && this.down && this.answer !== "failing") return { code: "offline", since };
    if (this.answer === "silent" && !(state.device && state.online === "online")) return { code: "offline", since: this.since };
    return this.answer === "failing" ? { code: "failing", since: this.since } : null;
  }
}

export const health = new Health();
