/**
 * Looks at a member with a real connection: TCP, TLS verified against the authorities the runtime trusts,
 * login with a token signed on this machine, the member's own words, and a heartbeat write on the writer.
 * A connection is kept for each member and dropped on any doubt; a time-out destroys the socket at once.
 */

import type {
  Clock,
  DatabaseMember,
  MemberProbe,
  ProbeRequest,
  ProbeResult,
} from '../../core/ports/index.ts';
import type { Sample } from '../../core/state/items.ts';
import { explain } from './pg-errors.ts';
import { PgSession, type PgTarget } from './pg-session.ts';

export interface PgProbeOptions extends PgTarget {
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
}

type Progress = Pick<Sample, 'reach' | 'sqlState' | 'role' | 'write'>;
const NOTHING_YET: Progress = { reach: 'timeout', sqlState: null, role: null, write: null };

export class PgProbe implements MemberProbe {
  readonly #options: PgProbeOptions;
  readonly #sessions = new Map<string, PgSession>();

  constructor(options: PgProbeOptions) {
    this.#options = options;
  }

  async probe(member: DatabaseMember, request: ProbeRequest): Promise<ProbeResult> {
    const { clock } = this.#options;
    const at = clock.now();
    const started = clock.monotonic();
    const attempt = new Attempt(this.#options, this.#sessions, member, request);
    const { progress, status, answered } = await attempt.run();
    const latencyMs = answered ? Math.round(clock.monotonic() - started) : null;
    return { sample: { memberId: member.id, at, lagMs: null, latencyMs, ...progress }, status };
  }

  async close(): Promise<void> {
    for (const session of this.#sessions.values()) session.destroy();
    this.#sessions.clear();
  }
}

/** One probe of one member. It ends at its time-out, with what it has seen by then. */
class Attempt {
  readonly #options: PgProbeOptions;
  readonly #sessions: Map<string, PgSession>;
  readonly #member: DatabaseMember;
  readonly #request: ProbeRequest;
  #progress: Progress = NOTHING_YET;
  #status: ProbeResult['status'] = [];
  #answered = false;
  #over = false;

  constructor(
    options: PgProbeOptions,
    sessions: Map<string, PgSession>,
    member: DatabaseMember,
    request: ProbeRequest,
  ) {
    this.#options = options;
    this.#sessions = sessions;
    this.#member = member;
    this.#request = request;
  }

  async run(): Promise<{ progress: Progress; status: ProbeResult['status']; answered: boolean }> {
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, this.#request.timeoutMs);
    });
    const work = this.#lookTwice().then(() => {
      this.#over = true;
    });
    await Promise.race([work, timeout]);
    clearTimeout(timer);
    if (!this.#over) this.#drop();
    this.#over = true;
    return { progress: this.#progress, status: this.#status, answered: this.#answered };
  }

  /** A kept connection that is lost says little of the member: a new one in the same probe tells. */
  async #lookTwice(): Promise<void> {
    if (this.#request.freshLogin) this.#drop();
    const kept = this.#sessions.get(this.#member.id);
    if (kept !== undefined && (await this.#look(kept))) return;
    const { reach, sqlState } = this.#progress;
    const wasAnswered = kept !== undefined && sqlState !== null && reach !== 'reset';
    if (this.#over || wasAnswered) return;
    this.#set(NOTHING_YET);
    const session = new PgSession(this.#options, this.#member, this.#request.timeoutMs);
    this.#sessions.set(this.#member.id, session);
    await this.#look(session);
  }

  async #look(session: PgSession): Promise<boolean> {
    try {
      await session.connect();
      const words = await session.ask();
      if (words.memberId !== this.#member.id) {
        this.#set({ ...NOTHING_YET, reach: 'error' });
        this.#drop(session);
        return true;
      }
      this.#answered ||= !this.#over;
      if (!this.#over) this.#status = words.status;
      this.#set({ reach: 'ok', sqlState: null, role: words.role, write: null });
      if (words.role === 'writer' || this.#request.expectWriter) await this.#beat(session);
      return true;
    } catch (error) {
      this.#set({ ...NOTHING_YET, ...explain(error).reached });
      this.#drop(session);
      return false;
    }
  }

  async #beat(session: PgSession): Promise<void> {
    // Should the time run out in the write, then the member was reached and its write was not.
    this.#set({ ...this.#progress, write: 'timeout' });
    try {
      await session.beat();
      this.#set({ ...this.#progress, write: 'ok' });
    } catch (error) {
      const { written, sqlState } = explain(error);
      this.#set({ ...this.#progress, write: written, sqlState });
      if (written !== 'load') this.#drop(session);
    }
  }

  /** After the time-out nothing that still arrives counts. */
  #set(progress: Progress): void {
    if (!this.#over) this.#progress = progress;
  }

  #drop(session = this.#sessions.get(this.#member.id)): void {
    session?.destroy();
    if (session === this.#sessions.get(this.#member.id)) this.#sessions.delete(this.#member.id);
  }
}
