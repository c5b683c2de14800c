/** The unbroken session of signing: after the first signature with both components the password is enough, as long as
 *  nothing breaks it. It lives in this page's memory alone, so that a reload ends it (21 CFR 11.200). */
import { onAnswer } from "../api/client";

const HEADER = "Pestle-Signing";

class Unbroken {
  private held: { token: string; until: number } | null = null;

  constructor(private readonly now: () => number = Date.now) {
    onAnswer((headers) => this.hear(headers.get(HEADER)));
  }

  /** What proves that signing goes on; null once it is broken. */
  get token(): string | null {
    if (this.held && this.held.until <= this.now()) this.held = null;
    return this.held?.token ?? null;
  }

  /** The glass was locked, somebody else works, or the session ended. */
  stop(): void {
    this.held = null;
  }

  /** The server names the token, and until when it holds, with each answer to a signature. */
  private hear(said: string | null): void {
    const [token, until] = said?.split(" ") ?? [];
    if (token && until) this.held = { token, until: Date.parse(until) };
  }
}

export const unbroken = new Unbroken();
export { Unbroken };
