/** Time as entries carry it; an interface, so that tests and skewed devices can be simulated without the system's. */

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  wall(): number;
  /** Minutes east of UTC at that moment. */
  offset(): number;
  /** Whole milliseconds of a clock that nobody can set, counted from `boot`. */
  mono(): number;
  /** Names the start of `mono`: a page's life, since performance.now() begins with it. */
  readonly boot: string;
}

export const systemClock: Clock = {
  wall: () => Date.now(),
  offset: () => 0 - new Date().getTimezoneOffset(),
  mono: () => Math.floor(performance.now()),
  boot: crypto.randomUUID(),
};

/** As the log writes times: 2026-11-22T09:30:00.000Z. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString();
}
