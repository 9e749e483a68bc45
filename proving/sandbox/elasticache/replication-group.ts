/** Runs one replication group: feeds the state machine with what happens to its processes, and does what it says. */

import { UnderstudyError } from '../../../core/errors.ts';
import { endpointTtlS } from '../../twin/aurora/index.ts';
import {
  AWS_TIMINGS,
  type Effect,
  groupNames,
  type GroupNames,
  type GroupState,
  type Input,
  newGroup,
  nextDueAt,
  nodeName,
  nodeOf,
  rejectPrimary,
  rejectReboot,
  type Rejection,
  rejectTestFailover,
  scaleTimings,
  transition,
} from '../../twin/elasticache/index.ts';
import { AwsError } from '../kernel/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { CacheNode, StartOrder } from './cache-node.ts';
import { publishNames, removeNames } from './endpoint-names.ts';
import { GroupNodes } from './group-nodes.ts';
import type { GroupSettings, Shared } from './group-settings.ts';

type Start = Extract<Effect, { kind: 'start' }>;
type Promote = Extract<Effect, { kind: 'promote' }>;

export class ReplicationGroup {
  readonly settings: GroupSettings;
  readonly names: GroupNames;
  private readonly shared: Shared;
  private readonly nodes: GroupNodes;
  private current: GroupState;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(shared: Shared, settings: GroupSettings, automaticFailover: boolean) {
    this.shared = shared;
    this.settings = settings;
    this.names = groupNames(settings.id, shared.naming);
    this.nodes = new GroupNodes(shared, settings, this.names);
    this.current = newGroup(settings.id, automaticFailover);
  }

  get state(): GroupState {
    return this.current;
  }

  node(id: string | null): CacheNode | undefined {
    return this.nodes.get(id);
  }

  get allNodes(): readonly CacheNode[] {
    return this.nodes.all;
  }

  /** Makes a node in each of these zones, the first as the primary, and resolves when all serve. */
  async create(zones: readonly string[]): Promise<void> {
    const added = zones.map((az, index) => ({ id: nodeName(this.settings.id, index + 1), az }));
    const ids = added.map(({ id }) => id);
    this.nodes.make(ids, (id) => this.dispatch({ kind: 'process-exited', node: id }));
    for (const node of added) this.dispatch({ kind: 'node-added', node });
    const [primary, ...replicas] = added;
    if (primary === undefined) return;
    await this.startNew(primary.id, null);
    await Promise.all(replicas.map(({ id }) => this.startNew(id, primary.id)));
    this.publish();
  }

  /** RebootCacheCluster: the node loses its data and keeps its name. Throws the fault AWS would answer. */
  reboot(nodeId: string): void {
    refuse(rejectReboot(this.current, nodeId));
    this.dispatch({ kind: 'reboot-requested', node: nodeId });
  }

  testFailover(): void {
    refuse(rejectTestFailover(this.current));
    this.dispatch({ kind: 'test-failover-requested' });
  }

  changePrimary(nodeId: string): void {
    if (this.current.primary === nodeId) return;
    refuse(rejectPrimary(this.current, nodeId));
    this.dispatch({ kind: 'primary-requested', node: nodeId });
  }

  setAutomaticFailover(enabled: boolean): void {
    this.dispatch({ kind: 'automatic-failover-changed', enabled });
  }

  /**
   * Restarts a node at once, on the data that it had or without: a fault from outside, not ElastiCache's doing.
   * @throws UnderstudyError `node-busy` while ElastiCache itself starts the node or promotes another
   */
  async restartOutside(nodeId: string, data: StartOrder['data']): Promise<void> {
    const busy =
      nodeOf(this.current, nodeId)?.recovery?.phase === 'starting' || this.current.failover !== null;
    if (busy) {
      throw new UnderstudyError(
        `${nodeId} is being started or failed over. Fix: wait until it is available.`,
        {
          code: 'node-busy',
          advice: 'retry',
        },
      );
    }
    this.dispatch({ kind: 'restarted-outside', node: nodeId });
    const copies = this.current.primary === nodeId ? null : this.current.primary;
    try {
      await this.nodes.start({ node: nodeId, copies }, { data, moves: false });
    } catch (error) {
      this.dispatch({ kind: 'process-exited', node: nodeId });
      throw error;
    }
    this.dispatch({ kind: 'node-serving', node: nodeId });
  }

  setNetwork(rules: readonly NetworkRule[]): Promise<void> {
    return this.nodes.setNetwork(rules);
  }

  applyUsers(): Promise<void> {
    return this.nodes.applyUsers();
  }

  applyParameters(): Promise<void> {
    return this.nodes.applyParameters();
  }

  /** Ends every process. What was being done is abandoned. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.nodes.stop();
  }

  /** Ends the group and removes its data and its names. */
  async delete(): Promise<void> {
    await this.stop();
    await this.nodes.remove();
    const ids = this.nodes.all.map(({ id }) => id);
    removeNames(this.shared.names, this.names, ids);
  }

  private async startNew(id: string, copies: string | null): Promise<void> {
    await this.nodes.start({ node: id, copies }, { data: 'empty', moves: false });
    this.dispatch({ kind: 'node-serving', node: id });
  }

  private publish(): void {
    publishNames({
      names: this.shared.names,
      ttlS: endpointTtlS((ms) => this.shared.world.managed(ms)),
      groupNames: this.names,
      state: this.current,
      address: (id) => this.nodes.get(id)?.address || undefined,
    });
  }

  private dispatch(input: Input): void {
    if (this.stopped) return;
    const { world } = this.shared;
    const { state, effects } = transition(this.current, input, {
      now: world.now(),
      timings: scaleTimings(AWS_TIMINGS, (ms) => world.managed(ms)),
    });
    this.current = state;
    for (const effect of effects) this.carryOut(effect);
    clearTimeout(this.timer);
    const dueAt = nextDueAt(this.current);
    if (dueAt === null) return;
    this.timer = setTimeout(() => this.dispatch({ kind: 'tick' }), Math.max(1, dueAt - world.now()));
  }

  private carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'promote':
        void this.promote(effect);
        break;
      case 'end':
        this.node(effect.node)
          ?.end()
          .catch((error: unknown) => this.report(`the end of ${effect.node} failed`, error));
        break;
      case 'start':
        void this.startAgain(effect);
        break;
      case 'publish-endpoints':
        this.publish();
        break;
      default:
        this.shared.events.add(effect.event);
        break;
    }
  }

  private async promote({ target, from, keep }: Promote): Promise<void> {
    try {
      if (!keep) await this.node(from)?.end();
      await this.nodes.lead(target);
      this.dispatch({ kind: 'promotion-succeeded', node: target });
    } catch (error) {
      this.report(`promotion of ${target} failed`, error);
      this.dispatch({ kind: 'promotion-failed', node: target });
    }
  }

  private async startAgain(effect: Start): Promise<void> {
    const { node, role, copies, cause } = effect;
    try {
      // A replica without its primary lets nobody copy it.
      if (role === 'primary' && copies !== null) await this.node(copies)?.follow(null);
      await this.nodes.start(effect, { data: 'empty', moves: cause !== 'reboot' });
      if (role === 'primary') await this.nodes.lead(node);
      this.dispatch({ kind: 'node-serving', node });
    } catch (error) {
      this.report(`start of ${node} failed`, error);
      await this.node(node)?.kill();
      this.dispatch({ kind: 'process-exited', node });
    }
  }

  private report(what: string, error: unknown): void {
    if (this.stopped) return;
    this.shared.world.log('elasticache', what, { group: this.settings.id, error: String(error) });
  }
}

function refuse(rejection: Rejection | null): void {
  if (rejection !== null) throw new AwsError(rejection.fault, rejection.message);
}
