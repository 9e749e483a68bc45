/** A managed database in virtual time: its engines, its storage, its network, its names and who looks after it. */

import type { DescribedCluster } from '../../../core/database/index.ts';
import type { CallOutcome, DatabaseMember, MemberProbe } from '../../../core/ports/index.ts';
import type { Connector, Topology } from '../../../runtime/ports.ts';
import type { DatabaseView } from '../model.ts';
import { SimConnector } from './connector.ts';
import type { Routes } from './dial.ts';
import { SimEngine } from './engine.ts';
import { ManagedService } from './managed-service.ts';
import { SimNames } from './names.ts';
import { SimNetwork } from './network.ts';
import { SimProbe } from './probe.ts';
import type { StatusRow } from './statements.ts';
import { SimStorage } from './storage.ts';
import { SimTopology } from './topology.ts';
import type { DatabaseFaults, LoadState, SimDatabaseOptions } from './types.ts';

export class SimDatabase implements DatabaseFaults {
  /** The members with the hosts that probers are told of. */
  readonly members: readonly DatabaseMember[];
  readonly topology: Topology;
  readonly #storage: SimStorage;
  readonly #network: SimNetwork;
  readonly #names: SimNames;
  readonly #engines: ReadonlyMap<string, SimEngine>;
  readonly #service: ManagedService;
  readonly #routes: Routes;
  readonly #excluded: Map<string, readonly string[]>;

  /** Throws RangeError without members. */
  constructor(options: SimDatabaseOptions) {
    const { clock, random, clusterId, timings } = options;
    if (options.members.length === 0) throw new RangeError('members: a cluster needs one at least');
    const members = options.members.map(({ id }) => id);
    this.#storage = new SimStorage(clock, options.defect ?? null, options.onStored);
    this.#network = new SimNetwork({
      clock,
      random: random.fork('network'),
      members,
      onDrop: options.onDrop ?? (() => undefined),
    });
    this.#names = new SimNames({ clock, random: random.fork('names'), clusterId, members });
    this.#engines = new Map(options.members.map((member, index) => [member.id, this.#make(options, index)]));
    this.#service = new ManagedService({
      clock,
      random: random.fork('service'),
      clusterId,
      members: options.members,
      timings,
      storage: this.#storage,
      engine: (id) => this.#engine(id),
      publish: (state) => this.#names.publish(state),
      onEvent: options.onEvent ?? (() => undefined),
    });
    this.#routes = {
      clock,
      network: this.#network,
      names: this.#names,
      engine: (id) => this.#engine(id),
    };
    this.#excluded = new Map((options.customEndpoints ?? ['readers']).map((id) => [id, []]));
    this.topology = new SimTopology(this.#names.hosts);
    this.members = members.map((id) => ({ id, host: this.#names.hosts.instance(id) }));
  }

  /** For a client: `node` is where it runs, e.g. `client:shop-1`. */
  connector(node: string): Connector {
    return new SimConnector(this.#routes, node);
  }

  /** For a prober, e.g. `prober:us-east-1a`. */
  probe(node: string): MemberProbe {
    return new SimProbe(this.#routes, node);
  }

  /** As RDS describes the cluster at this moment. */
  describe(): DescribedCluster {
    return this.#service.describe();
  }

  /** FailoverDBCluster; null lets the service choose. */
  failover(target: string | null): CallOutcome {
    return this.#service.failover(target);
  }

  /** Null when there is no such custom endpoint. */
  excludedMembers(endpointId: string): readonly string[] | null {
    return this.#excluded.get(endpointId) ?? null;
  }

  setExcludedMembers(endpointId: string, excluded: readonly string[]): CallOutcome {
    if (!this.#excluded.has(endpointId)) return refusal('DBClusterEndpointNotFoundFault');
    if (excluded.some((id) => !this.#engines.has(id))) return refusal('DBInstanceNotFound');
    this.#excluded.set(endpointId, [...excluded]);
    return { outcome: 'accepted' };
  }

  /** `commits` and `managedFailovers` are the growing lists themselves; the rest is of this moment. */
  view(): DatabaseView {
    const { hosts } = this.#names;
    return {
      engines: [...this.#engines.values()].map((engine) => engine.view()),
      durable: this.#storage.durable,
      generation: this.#storage.generation,
      commits: this.#storage.commits,
      endpoint: this.#names.published(hosts.cluster)[0] ?? null,
      readerEndpoint: this.#names.published(hosts.reader),
      described: this.describe(),
      managedFailovers: this.#service.managedFailovers,
    };
  }

  /** How often the write is stored: what reading it back at the end would find. */
  timesStored(commitId: string): number {
    return this.#storage.timesStored(commitId);
  }

  crash(id: string): void {
    const engine = this.#engine(id);
    if (!engine.up) return;
    engine.end();
    this.#service.processExited(id);
  }

  freeze(id: string): void {
    this.#engine(id).freeze();
  }

  thaw(id: string): void {
    this.#engine(id).thaw();
  }

  slow(id: string, ms: number | null): void {
    this.#engine(id).slowMs = ms ?? 0;
  }

  pauseReplay(id: string, paused: boolean): void {
    this.#engine(id).pauseReplay(paused);
  }

  stallCommits(id: string, stalled: boolean): void {
    this.#engine(id).stall(stalled);
  }

  setLoad(id: string, sqlState: LoadState | null): void {
    this.#engine(id).load = sqlState;
  }

  loseAnswers(id: string, count: number): void {
    this.#engine(id).answersToLose = count;
  }

  cut(from: string, to: string): void {
    this.#network.cut(from, to);
  }

  mend(from: string, to: string): void {
    this.#network.mend(from, to);
  }

  keepNames(node: string, forever: boolean): void {
    this.#names.keep(node, forever);
  }

  /** Throws RangeError for a name that is no member's. */
  #engine(id: string): SimEngine {
    const engine = this.#engines.get(id);
    if (engine === undefined) {
      throw new RangeError(`member ${id}: must be one of ${[...this.#engines.keys()].join(', ')}`);
    }
    return engine;
  }

  #make({ clock, random, members }: SimDatabaseOptions, index: number): SimEngine {
    const member = members[index]!;
    return new SimEngine({
      clock,
      member,
      random: random.fork(`engine ${member.id}`),
      storage: this.#storage,
      role: index === 0 ? 'writer' : 'reader',
      statusRows: (self) => this.#statusRows(self),
    });
  }

  /** An engine knows its own role by itself, and of the others what the service says. */
  #statusRows(self: SimEngine): readonly StatusRow[] {
    const { writer } = this.#service.state;
    return [...this.#engines.values()].map((engine) => {
      const isWriter = engine === self ? self.role === 'writer' : engine.id === writer;
      const lagMs = isWriter ? null : (engine.lagMs ?? 0);
      const position = engine.position;
      return { id: engine.id, self: self.id, isWriter, inRecovery: self.role === 'reader', lagMs, position };
    });
  }
}

function refusal(code: string): CallOutcome {
  return { outcome: 'refused', code, conflict: false, retryable: false };
}
