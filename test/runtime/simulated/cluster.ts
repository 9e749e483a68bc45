/**
 * A cluster in virtual time: members that die, freeze, slow down, lag and take over. A connection hands each reply
 * to whoever asked last, as a driver without request ids does: reuse with a reply still unread shows at once.
 */

import type { Position } from '../../../core/pools/index.ts';
import { DatabaseFailure } from '../../../runtime/errors.ts';
import type {
  ClusterView,
  Connection,
  Connector,
  Member,
  QueryResult,
  Topology,
} from '../../../runtime/ports.ts';
import type { VirtualClock } from './virtual-clock.ts';

export interface SimulatedMember {
  readonly id: string;
  readonly host: string;
  health: 'up' | 'frozen' | 'dead';
  latencyMs: () => number;
  connectMs: number;
  lagMs: number | null;
  /** Position a reader shows; the writer shows the cluster's. */
  position: number;
  /** The next commit takes effect, and its answer is lost with the connection. */
  loseCommitAnswers: number;
  /** Statements fail with this SQLSTATE kind while it is set. */
  failWith: DatabaseFailure['kind'] | null;
}

interface Reply {
  readonly tag: string;
  readonly values: readonly unknown[];
}

export class SimulatedCluster implements Connector, Topology {
  readonly seeds: readonly Member[];
  readonly members: readonly SimulatedMember[];
  readonly clock: VirtualClock;
  readonly open = new Set<SimulatedConnection>();
  /** Committed values, in order. */
  readonly committed: unknown[] = [];
  writerId: string;
  written = 0;
  connects = 0;

  constructor(clock: VirtualClock, ids: readonly string[]) {
    this.clock = clock;
    this.writerId = ids[0]!;
    this.seeds = [{ id: 'endpoint', host: 'endpoint' }];
    this.members = ids.map((id) => ({
      id,
      host: id,
      health: 'up',
      latencyMs: () => 2,
      connectMs: 5,
      lagMs: 5,
      position: 0,
      loseCommitAnswers: 0,
      failWith: null,
    }));
  }

  member(id: string): SimulatedMember {
    return this.members.find((member) => member.id === id)!;
  }

  kill(id: string): void {
    this.member(id).health = 'dead';
    for (const connection of this.open) if (connection.member.id === id) connection.lose();
  }

  async connect(
    member: Member,
    options: { purpose: string; timeoutMs: number },
  ): Promise<SimulatedConnection> {
    this.connects += 1;
    const target = this.member(member.host === 'endpoint' ? this.writerId : member.id);
    if (target.health === 'frozen' || target.connectMs > options.timeoutMs) {
      await this.clock.sleep(options.timeoutMs);
      throw new DatabaseFailure('timed-out', { memberId: member.id, message: 'connect timed out' });
    }
    await this.clock.sleep(target.health === 'dead' ? 1 : target.connectMs);
    if (target.health !== 'up')
      throw new DatabaseFailure('lost', { memberId: member.id, message: 'refused' });
    const connection = new SimulatedConnection(this, target, options.purpose === 'read');
    this.open.add(connection);
    return connection;
  }

  async view(connection: Connection): Promise<ClusterView> {
    const self = (connection as SimulatedConnection).member.id;
    await connection.query('view');
    const members = this.members.map(({ id, host, lagMs, position }) => ({
      id,
      host,
      role: id === this.writerId ? ('writer' as const) : ('reader' as const),
      lagMs,
      position: String(id === this.writerId ? this.written : position),
    }));
    return { self, selfIsWriter: self === this.writerId, members };
  }

  async isWriter(connection: Connection): Promise<boolean> {
    await connection.query('is writer');
    return (connection as SimulatedConnection).member.id === this.writerId;
  }

  async position(connection: Connection): Promise<Position> {
    await connection.query('position');
    const { member } = connection as SimulatedConnection;
    return String(member.id === this.writerId ? this.written : member.position);
  }
}

export class SimulatedConnection implements Connection {
  readonly member: SimulatedMember;
  readonly #cluster: SimulatedCluster;
  readonly #readOnly: boolean;
  #unread = 0;
  #asker: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | null = null;
  #gone = false;
  #inTransaction = false;
  #pending: unknown[] = [];
  #onLost: (() => void) | null = null;

  constructor(cluster: SimulatedCluster, member: SimulatedMember, readOnly: boolean) {
    this.#cluster = cluster;
    this.member = member;
    this.#readOnly = readOnly;
  }

  get memberId(): string {
    return this.member.id;
  }

  get reusable(): boolean {
    return !this.#gone && this.#unread === 0 && !this.#inTransaction;
  }

  async query<Row>(text: string, values: readonly unknown[] = []): Promise<QueryResult<Row>> {
    if (this.#gone) throw this.#failure('lost');
    const tag = `${text} ${values[0] as string | number}`;
    this.#unread += 1;
    const answer = new Promise<Reply>((resolve, reject) => {
      this.#asker = { resolve, reject };
    });
    this.#serve(text, { tag, values });
    const reply = await answer;
    return {
      rows: [{ tag: reply.tag, value: reply.values[0], member: this.memberId }] as Row[],
      rowCount: 1,
      command: text,
    };
  }

  destroy(): void {
    if (this.#gone) return;
    this.#gone = true;
    this.#cluster.open.delete(this);
    this.#asker?.reject(this.#failure('lost'));
  }

  close(): Promise<void> {
    this.destroy();
    return Promise.resolve();
  }

  onLost(listener: () => void): void {
    this.#onLost = listener;
  }

  /** The server goes away. */
  lose(): void {
    if (this.#gone) return;
    this.destroy();
    this.#onLost?.();
  }

  #serve(text: string, reply: Reply): void {
    const { clock } = this.#cluster;
    const answer = (): void => {
      if (this.#gone) return;
      if (this.member.health === 'frozen') {
        clock.after(50, answer);
        return;
      }
      this.#answer(text, reply);
    };
    clock.after(this.member.latencyMs(), answer);
  }

  #answer(text: string, reply: Reply): void {
    this.#unread -= 1;
    const asker = this.#asker;
    const failure = this.#effect(text, reply);
    if (this.#gone) return;
    if (failure) asker?.reject(failure);
    else asker?.resolve(reply);
  }

  #effect(text: string, reply: Reply): DatabaseFailure | null {
    const { member } = this;
    if (member.failWith && text !== 'view' && text !== 'rollback') return this.#failure(member.failWith);
    if (text === 'begin') this.#inTransaction = true;
    if (text === 'rollback') this.#forget();
    if (text === 'insert') {
      if (this.#readOnly || member.id !== this.#cluster.writerId) return this.#failure('read-only');
      this.#pending.push(reply.values[0]);
    }
    if (text === 'commit') return this.#commit();
    return null;
  }

  #commit(): DatabaseFailure | null {
    if (this.member.id !== this.#cluster.writerId && this.#pending.length > 0)
      return this.#failure('read-only');
    this.#cluster.committed.push(...this.#pending);
    this.#cluster.written += this.#pending.length;
    this.#forget();
    if (this.member.loseCommitAnswers === 0) return null;
    this.member.loseCommitAnswers -= 1;
    this.lose();
    return null;
  }

  #forget(): void {
    this.#pending = [];
    this.#inTransaction = false;
  }

  #failure(kind: DatabaseFailure['kind']): DatabaseFailure {
    return new DatabaseFailure(kind, { memberId: this.memberId, message: `simulated: ${kind}` });
  }
}
