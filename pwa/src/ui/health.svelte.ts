/** Whether the server answers and can keep what it is told, asked now and then: a screen without a device has no other way to know. */
import { mirror } from "./mirror.svelte";

const SECONDS = 15;
const TIMEOUT = 10_000;
type Answer = "well" | "failing" | "silent";

class Health {
  answer = $state<Answer>("well");
  /** Since when it is as it is. */
  since = $state(new Date().toISOString());

  constructor() {
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

  /** What keeps people from going on as usual: a device tells it at once of its socket, any other screen by asking. */
  get outage(): { code: "offline" | "failing"; since: string } | null {
    const state = mirror.state;
    if (state.device && state.online === "offline" && this.answer !== "failing") return { code: "offline", since: state.offlineSince ?? this.since };
    if (this.answer === "silent" && !(state.device && state.online === "online")) return { code: "offline", since: this.since };
    return this.answer === "failing" ? { code: "failing", since: this.since } : null;
  }
}

export const health = new Health();
