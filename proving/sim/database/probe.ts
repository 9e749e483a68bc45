/** A prober's look at a member: the steps of the real probe, its kept connection and what each error means. */

import { reachOfSocket, reachOfState, writeOfState } from '../../../core/database/signals.ts';
import type { DatabaseMember, MemberProbe, ProbeRequest, ProbeResult } from '../../../core/ports/index.ts';
import type { Reach, Sample } from '../../../core/state/items.ts';
import { dial, type Dialling, type Routes } from './dial.ts';
import type { Link } from './link.ts';
import { BEAT, STATUS, type StatusRow } from './statements.ts';
import { WireError } from './wire-error.ts';

type Progress = Pick<Sample, 'reach' | 'sqlState' | 'role' | 'write'>;
const NOTHING_YET: Progress = { reach: 'timeout', sqlState: null, role: null, write: null };

export class SimProbe implements MemberProbe {
  readonly routes: Routes;
  readonly node: string;
  readonly links = new Map<string, Link>();
  #beats = 0;

  constructor(routes: Routes, node: string) {
    this.routes = routes;
    this.node = node;
  }

  async probe(member: DatabaseMember, request: ProbeRequest): Promise<ProbeResult> {
    const { clock } = this.routes;
    const at = clock.now();
    const look = new Look(this, member, request);
    await look.run();
    const latencyMs = look.answered ? clock.now() - at : null;
    return {
      sample: { memberId: member.id, at, lagMs: null, latencyMs, ...look.progress },
      status: look.status,
    };
  }

  async close(): Promise<void> {
    for (const link of this.links.values()) link.destroy();
    this.links.clear();
  }

  nextBeat(): string {
    this.#beats += 1;
    return `${this.node} beat ${this.#beats}`;
  }
}

/** One probe of one member. It ends at its time-out, with what it has seen by then. */
class Look {
  progress: Progress = NOTHING_YET;
  status: ProbeResult['status'] = [];
  answered = false;
  readonly #probe: SimProbe;
  readonly #member: DatabaseMember;
  readonly #request: ProbeRequest;
  #dialling: Dialling | null = null;
  #over = false;

  constructor(probe: SimProbe, member: DatabaseMember, request: ProbeRequest) {
    this.#probe = probe;
    this.#member = member;
    this.#request = request;
  }

  run(): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        if (this.#over) return;
        this.#over = true;
        resolve();
      };
      const cancel = this.#probe.routes.clock.after(this.#request.timeoutMs, () => {
        end();
        this.#dialling?.cancel();
        this.#drop();
      });
      void this.#lookTwice().then(() => {
        cancel();
        end();
      });
    });
  }

  /** A kept connection that is lost says little of the member: a new one in the same probe tells. */
  async #lookTwice(): Promise<void> {
    if (this.#request.freshLogin) this.#drop();
    const kept = this.#probe.links.get(this.#member.id);
    if (kept !== undefined && (await this.#look(() => Promise.resolve(kept)))) return;
    const { reach, sqlState } = this.progress;
    const wasAnswered = kept !== undefined && sqlState !== null && reach !== 'reset';
    if (this.#over || wasAnswered) return;
    this.#set(NOTHING_YET);
    await this.#look(() => this.#connect());
  }

  async #connect(): Promise<Link> {
    const { node, routes, links } = this.#probe;
    const { timeoutMs } = this.#request;
    this.#dialling = dial(routes, { node, host: this.#member.host, readOnly: false, timeoutMs });
    const link = await this.#dialling.link;
    links.set(this.#member.id, link);
    return link;
  }

  async #look(open: () => Promise<Link>): Promise<boolean> {
    try {
      const link = await open();
      const rows = (await link.ask(STATUS, [])).rows as readonly StatusRow[];
      const own = rows.find(({ id, self }) => id === self);
      if (own?.self !== this.#member.id) {
        this.#set({ ...NOTHING_YET, reach: 'error' });
        this.#drop();
        return true;
      }
      this.answered ||= !this.#over;
      if (!this.#over) {
        this.status = rows.map(({ id, isWriter, lagMs }) => ({ memberId: id, isWriter, lagMs }));
      }
      const role = own.inRecovery ? 'reader' : 'writer';
      this.#set({ reach: 'ok', sqlState: null, role, write: null });
      if (role === 'writer' || this.#request.expectWriter) await this.#beat(link);
      return true;
    } catch (error) {
      this.#set({ ...NOTHING_YET, ...reachedBy(error) });
      this.#drop();
      return false;
    }
  }

  async #beat(link: Link): Promise<void> {
    // Should the time run out in the write, then the member was reached and its write was not.
    this.#set({ ...this.progress, write: 'timeout' });
    try {
      await link.ask(BEAT, [this.#probe.nextBeat()]);
      this.#set({ ...this.progress, write: 'ok' });
    } catch (error) {
      const sqlState = stateOf(error);
      const write = sqlState === null ? 'error' : writeOfState(sqlState);
      this.#set({ ...this.progress, write, sqlState });
      if (write !== 'load') this.#drop();
    }
  }

  /** After the time-out nothing that still arrives counts. */
  #set(progress: Progress): void {
    if (!this.#over) this.progress = progress;
  }

  #drop(): void {
    const { links } = this.#probe;
    links.get(this.#member.id)?.destroy();
    links.delete(this.#member.id);
  }
}

function stateOf(error: unknown): string | null {
  return error instanceof WireError && error.fromServer ? error.code : null;
}

function reachedBy(error: unknown): { readonly reach: Reach; readonly sqlState: string | null } {
  if (!(error instanceof WireError)) throw error;
  const { code, fromServer } = error;
  return fromServer
    ? { reach: reachOfState(code), sqlState: code }
    : { reach: reachOfSocket(code), sqlState: null };
}
