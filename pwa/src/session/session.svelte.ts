/** Who works here now: the person of the server's session, or one unlocked by PIN; locking keeps all work. */
import { Problem, api, asProblem, onSessionMissing } from "../api/client";
import type { Session, SignedIn } from "../api/types";
import { core } from "../core/core";
import type { Asked } from "../core/passkeys";
import type { Badge } from "../core/opening";
import type { Person } from "../core/types";
import { unbroken } from "../signature/unbroken";

/** Set while the glass is locked or somebody else than the session's person works, so that a reload asks again. A
 *  convenience of the device, no safeguard: the server's session and the PIN are that. */
const GUARD = "pestle.guard";
/** The same for the server's alerts: their texts are for the session's person, not for whoever else holds the device. */
const GLASS = "pestle_glass";
const WORK = ["operator", "supervisor"];

class Sessions {
  /** The server's session, as far as known; null offline or when nobody is signed in there. */
  server = $state.raw<Session | null>(null);
  /** The person whose name is on what is done now; null when locked. */
  acting = $state.raw<SignedIn | null>(null);
  /** Whose work lies behind the glass while nobody is at work; null before anybody was. */
  left = $state.raw<SignedIn | null>(null);
  checked = $state(false);
  byPin = $state(false);
  /** The glass opens with the form for the password. */
  wanted = $state(false);

  constructor() {
    onSessionMissing(() => this.lost());
  }

  /** Ask the server who is signed in; without an answer a leased person unlocks by PIN. */
  async check(): Promise<void> {
    try {
      await this.arrive(await api.get<Session>("/api/session"));
      if (!this.server || this.server.password_one_time) return;
      const same = this.acting?.id === this.server.person.id;
      if (same || (!this.acting && localStorage.getItem(GUARD) === null)) this.acting = this.server.person;
    } catch (error) {
      if (asProblem(error).code !== "offline") this.server = null;
    } finally {
      this.checked = true;
    }
  }

  async signIn(login: string, password: string): Promise<void> {
    await this.arrive(await api.post<Session>("/api/session", { login, password }));
    if (!this.server) return;
    // Whoever is locked here after wrong PINs is who they say: the server has seen the password.
    core.confirmed(this.server.person.id).catch((error: unknown) => console.warn("pins", error));
    if (!this.server.password_one_time) this.begin();
  }

  /** With any passkey of this site that the person's authenticator offers. */
  async signInByPasskey(): Promise<void> {
    const { assert } = await import("../core/passkeys");
    const asked = await api.post<Asked>("/api/passkeys/options", { digest: null });
    await this.arrive(await api.post<Session>("/api/session/passkey", await assert(asked)));
    if (!this.server?.password_one_time) this.begin();
  }

  /** On a tablet the session is shown to be the tablet's, by its key; where that fails it is one as at a desk. */
  private async arrive(found: Session): Promise<void> {
    this.server = found;
    if (found.device !== null) return;
    try {
      const shown = await core.shows(found.nonce);
      if (shown) this.server = await api.post<Session>("/api/session/device", shown);
    } catch (error) {
      console.warn("device", error);
    }
  }

  /** The session's person is at work now. */
  begin(): void {
    if (!this.server) return;
    unbroken.stop();
    this.acting = this.server.person;
    this.byPin = this.wanted = false;
    guard(false);
    core.sessionChanged();
  }

  /** Another password for the session's person; every other session of theirs ends. */
  async changePassword(password: string, chosen: string): Promise<void> {
    this.server = await api.post<Session>("/api/session/password", { password, new: chosen });
    if (this.acting?.id === this.server.person.id) this.acting = this.server.person;
    core.sessionChanged();
  }

  /** Another PIN for the session's person; tablets learn it with the next lease. */
  async setPin(password: string, pin: string): Promise<void> {
    await api.post("/api/session/pin", { password, pin });
  }

  async signOut(unused = false): Promise<void> {
    try {
      await api.delete(unused ? "/api/session?idle=1" : "/api/session");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
    this.server = null;
    this.lock();
    core.sessionChanged();
  }

  /** Nobody is here any more: the glass at once, and nobody else shall use the session. Whoever is away is alerted all
   * the same, until somebody signs in here. */
  async leave(): Promise<void> {
    this.lock();
    await this.signOut(true);
  }

  /** Unwraps the person's key with the PIN, and the badge where they have one: right only when that works. */
  async unlock(person: Person, pin: string, badge: Badge | null): Promise<void> {
    await core.unlock(person.id, pin, badge);
    unbroken.stop();
    const own = this.server?.person.id === person.id;
    this.acting = own && this.server ? this.server.person : offline(person);
    this.byPin = true;
    guard(!own);
  }

  /** Somebody must sign in at the server; who works by PIN goes on afterwards. */
  askPassword(): void {
    this.wanted = true;
    this.lock();
  }

  lock(): void {
    unbroken.stop();
    this.left = this.acting ?? this.left;
    this.acting = null;
    this.byPin = false;
    guard(true);
  }

  /** Whether the acting person may do this; what needs the server needs the server's own session too. Behind the glass a
   * screen stays as it was for whoever has left it. */
  can(permission: string): boolean {
    return (this.acting ?? this.left)?.permissions.includes(permission) ?? false;
  }

  /** Minutes without a touch after which the server's session is ended from here; null on a tablet, which locks its
   * glass. A page that asks the server now and then would else keep it from ever ending unused. */
  get idleMinutes(): number | null {
    return this.server?.device === null ? this.server.idle_minutes : null;
  }

  /** The server's session is the acting person's: releasing and taking along need that. */
  get online(): boolean {
    return this.server !== null && this.server.person.id === this.acting?.id;
  }

  private lost(): void {
    const was = this.server;
    this.server = null;
    unbroken.stop();
    // Work by PIN goes on; a person known only by the ended session must sign in again.
    if (was && !this.byPin && this.acting?.id === was.person.id) {
      this.left = this.acting;
      this.acting = null;
    }
    if (was) core.sessionChanged();
  }
}

function guard(on: boolean): void {
  if (on) localStorage.setItem(GUARD, "1");
  else localStorage.removeItem(GUARD);
  document.cookie = `${GLASS}=1; path=/api/alerts/notes; samesite=strict; max-age=${on ? 31_536_000 : 0}`;
}

/** What a leased person may do without the server: work, if the role allows. */
function offline(person: Person): SignedIn {
  const permissions = person.roles.some((role) => WORK.includes(role)) ? ["batch.work"] : [];
  // A record is lent with those who fill forms.
  if (core.state.records.some(({ people }) => people.some(({ id }) => id === person.id))) permissions.push("forms.fill");
  for (const { may } of core.state.warehouses) permissions.push(...(may[person.id] ?? []));
  return { id: person.id, name: person.name, name_en: person.name_en, roles: person.roles, permissions };
}

/** Everybody who may unlock this device: the people of all leases, each once. */
export function leasedPeople(leases: { people: Person[] }[]): Person[] {
  const all = new Map(leases.flatMap((lease) => lease.people).map((person) => [person.id, person]));
  return [...all.values()].filter((person) => person.key !== null);
}

export const session = new Sessions();
