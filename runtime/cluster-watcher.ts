/**
 * Follows the cluster by asking its members: one of them each second while all is well, all of them in parallel
 * each 100 ms while the writer is not known. Needs no function of ours, no AWS API and no DNS change (I-29): the
 * names it starts from are resolved anew at each connect, later ones are the members' own (I-28).
 */

import {
  nextAskMs,
  unknownWriter,
  WRITER_DEFAULTS,
  type FailureKind,
  type WriterLimits,
  type WriterState,
  writeFailed,
  writerAnswered,
} from '../core/pools/index.ts';
import { type Asked, MemberMonitor, type MonitorLimits, type MonitorPorts } from './member-monitor.ts';
import type { Cancel, ClusterView, Member, MemberView, Random } from './ports.ts';

export interface WatcherLimits extends MonitorLimits {
  readonly writer: WriterLimits;
  /** A member that no view has named for this long is forgotten: missing is no evidence before (I-30). */
  readonly forgetMs: number;
  /** In a round, how long the claim of the member in doubt waits for another's. */
  readonly graceMs: number;
  /** Least time between two rounds that somebody asked for. */
  readonly hurryMs: number;
}

export const WATCHER_DEFAULTS: WatcherLimits = {
  writer: WRITER_DEFAULTS,
  askTimeoutMs: 500,
  connectTimeoutMs: 1000,
  pushedBackMs: 1000,
  forgetMs: 60_000,
  graceMs: 150,
  hurryMs: 50,
};

export interface WatcherPorts extends MonitorPorts {
  readonly random: Random;
}

export interface KnownMember extends MemberView {
  readonly namedAt: number;
}

/** How long a member's word about its own role outweighs what others say of it. */
const OWN_WORD_MS = 5000;

export class ClusterWatcher {
  readonly #ports: WatcherPorts;
  readonly #limits: WatcherLimits;
  readonly #monitors = new Map<string, MemberMonitor>();
  readonly #members = new Map<string, KnownMember>();
  readonly #ownWord = new Map<string, { readonly writer: boolean; readonly at: number }>();
  readonly #listeners = new Set<() => void>();
  #writer: WriterState;
  #timer: Cancel | null = null;
  #roundAt = -Infinity;
  #viewAt: number | null = null;
  #closed = false;

  constructor(ports: WatcherPorts, limits: WatcherLimits = WATCHER_DEFAULTS) {
    this.#ports = ports;
    this.#limits = limits;
    this.#writer = unknownWriter(ports.clock.now());
  }

  get writer(): WriterState {
    return this.#writer;
  }

  /** Every member known, whatever its health. */
  get members(): readonly KnownMember[] {
    return [...this.#members.values()];
  }

  /** The verified writer; null while it is unknown or in doubt. */
  writerMember(): Member | null {
    if (this.#writer.kind !== 'verified') return null;
    return this.#members.get(this.#writer.memberId) ?? null;
  }

  /** Calls the listener after each change of the members or of the writer. Returns the unsubscribe. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  start(): void {
    if (this.#timer === null && !this.#closed) this.#round();
  }

  /** Somebody met trouble: ask everybody now, not at the next turn. */
  hurry(): void {
    if (this.#closed || this.#timer === null) return;
    if (this.#ports.clock.now() - this.#roundAt < this.#limits.hurryMs) return;
    this.#round(true);
  }

  /** A write on a member failed. Where that puts the writer in doubt, every member is asked at once. */
  writeFailed(memberId: string, kind: FailureKind): void {
    this.#become(writeFailed(this.#writer, { memberId, kind }, this.#ports.clock.now()));
  }

  /** A member said on a write connection whether it is the writer. */
  writerSaid(memberId: string, isWriter: boolean, askedAt: number): void {
    this.#hear({ memberId, isWriter, askedAt, othersHeard: false });
  }

  close(): void {
    this.#closed = true;
    this.#timer?.();
    for (const monitor of this.#monitors.values()) monitor.close();
    this.#monitors.clear();
    this.#listeners.clear();
  }

  #round(everybody = false): void {
    const { clock, random } = this.#ports;
    this.#roundAt = clock.now();
    this.#schedule();
    const known = [...this.#members.values()];
    const one = known[Math.floor(random() * known.length)];
    if (!everybody && this.#writer.kind === 'verified' && one) void this.#askOne(one);
    else void this.#askAll(known);
  }

  #schedule(): void {
    this.#timer?.();
    if (this.#closed) return;
    const ms = nextAskMs(this.#writer, this.#ports.clock.now(), this.#limits.writer);
    this.#timer = this.#ports.clock.after(ms, () => this.#round(), 'background');
  }

  async #askOne(member: Member): Promise<void> {
    const heard = await this.#ask(member);
    if (heard) this.#take(heard, false);
    else this.hurry();
  }

  /** One round: every member in parallel, and the cluster's own names when none of them answers. */
  async #askAll(members: readonly Member[]): Promise<void> {
    let open = members.length;
    let answers = 0;
    const held: Asked[] = [];
    const letHeldSpeak = (): void => {
      for (const asked of held.splice(0)) this.#take(asked, true);
    };
    const cancel = this.#ports.clock.after(this.#limits.graceMs, letHeldSpeak, 'background');
    await Promise.all(
      members.map(async (member) => {
        const asked = await this.#ask(member);
        open -= 1;
        if (!asked) return;
        answers += 1;
        this.#take(asked, open === 0);
        if (this.#writer.kind !== 'verified' && asked.view.selfIsWriter) held.push(asked);
      }),
    );
    cancel();
    letHeldSpeak();
    if (answers === 0) await Promise.all(this.#ports.topology.seeds.map((seed) => this.#askSeed(seed)));
  }

  /** A name of the cluster may point elsewhere a moment later: its connection is not kept. */
  async #askSeed(seed: Member): Promise<void> {
    const asked = await this.#ask(seed);
    this.#monitors.get(seed.id)?.close();
    this.#monitors.delete(seed.id);
    if (asked) this.#take(asked, true);
  }

  async #ask(member: Member): Promise<Asked | null> {
    if (this.#closed) return null;
    let monitor = this.#monitors.get(member.id);
    if (!monitor) {
      monitor = new MemberMonitor(member, this.#ports, this.#limits);
      this.#monitors.set(member.id, monitor);
    }
    try {
      return await monitor.ask();
    } catch {
      // No answer is what the round is about; whose failure it is, the pools judge by their own requests.
      return null;
    }
  }

  #take(asked: Asked, othersHeard: boolean): void {
    if (this.#closed) return;
    const { view, askedAt } = asked;
    this.#ownWord.set(view.self, { writer: view.selfIsWriter, at: askedAt });
    this.#merge(view, askedAt);
    this.#hear({ memberId: view.self, isWriter: view.selfIsWriter, askedAt, othersHeard });
    for (const listener of this.#listeners) listener();
  }

  #merge(view: ClusterView, askedAt: number): void {
    if (this.#viewAt !== null && askedAt < this.#viewAt) return;
    this.#viewAt = askedAt;
    for (const member of view.members) {
      const word = this.#ownWord.get(member.id);
      const trusted = word && askedAt - word.at < OWN_WORD_MS;
      const role = trusted ? (word.writer ? 'writer' : 'reader') : member.role;
      this.#members.set(member.id, { ...member, role, namedAt: askedAt });
    }
    for (const member of this.#members.values()) {
      if (askedAt - member.namedAt > this.#limits.forgetMs) this.#forget(member.id);
    }
  }

  #forget(id: string): void {
    this.#members.delete(id);
    this.#ownWord.delete(id);
    this.#monitors.get(id)?.close();
    this.#monitors.delete(id);
  }

  #hear(answer: { memberId: string; isWriter: boolean; askedAt: number; othersHeard: boolean }): void {
    this.#become(writerAnswered(this.#writer, answer, this.#ports.clock.now()));
  }

  #become(next: WriterState): void {
    const before = this.#writer;
    if (next === before) return;
    this.#writer = next;
    if (next.kind === before.kind && next.since === before.since) return;
    if (next.kind === 'verified') this.#schedule();
    else this.#round(true);
    for (const listener of this.#listeners) listener();
  }
}
