/** Runs one replication group: feeds the state machine with what happens to its processes, and does what it says. */

import { randomUUID } from 'node:crypto';
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
import { CacheNode, type StartOrder } from './cache-node.ts';
import { publishNames, removeNames } from './endpoint-names.ts';
import type { GroupSettings, Shared } from './group-settings.ts';
import { verifyLogin } from './logins.ts';
import { memoryBytes } from './node-types.ts';
import { PARAMETER_DEFAULTS } from './server-config.ts';

type Start = Extract<Effect, { kind: 'start' }>;
type Promote = Extract<Effect, { kind: 'promote' }>;

export class ReplicationGroup {
  readonly settings: GroupSettings;
  readonly names: GroupNames;
  private readonly shared: Shared;
  private readonly nodes = new Map<string, CacheNode>();
  private readonly ownPassword = randomUUID();
  private knownUsers: readonly string[] = [];
  private current: GroupState;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(shared: Shared, settings: GroupSettings, automaticFailover: boolean) {
    this.shared = shared;
    this.settings = settings;
    this.names = groupNames(settings.id, shared.naming);
    this.current = newGroup(settings.id, automaticFailover);
  }

  get state(): GroupState {
    return this.current;
  }

  node(id: string | null): CacheNode | undefined {
    return id === null ? undefined : this.nodes.get(id);
  }

  get allNodes(): readonly CacheNode[] {
    return [...this.nodes.values()];
  }

  /** Makes a node in each of these zones, the first as the primary, and resolves when all serve. */
  async create(zones: readonly string[]): Promise<void> {
    const added = zones.map((az, index) => ({ id: nodeName(this.settings.id, index + 1), az }));
    for (const node of added) {
      this.nodes.set(node.id, this.newNode(node.id, zones.length > 1));
      this.dispatch({ kind: 'node-added', node });
    }
    this.knownUsers = this.users().map(({ name }) => name);
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
    await this.start({ node: nodeId, copies }, { data, moves: false });
  }

  /** Resolves when the rules hold at every node that does not hang. */
  async setNetwork(rules: readonly NetworkRule[]): Promise<void> {
    await Promise.all(this.allNodes.map((node) => node.setNetwork(rules)));
  }

  /** Takes the users of the user groups to the nodes. Rejects with what a server refused. */
  async applyUsers(): Promise<void> {
    const names = this.users().map(({ name }) => name);
    const gone = this.knownUsers.filter((name) => !names.includes(name) && name !== 'default');
    this.knownUsers = names;
    await Promise.all(this.allNodes.map((node) => node.applyUsers(gone)));
  }

  /** Takes the parameters that have an effect to the nodes. */
  async applyParameters(): Promise<void> {
    const values = { ...PARAMETER_DEFAULTS, ...this.parameters() };
    for (const name of Object.keys(PARAMETER_DEFAULTS)) {
      await Promise.all(this.allNodes.map((node) => node.applyParameter(name, values[name] ?? '')));
    }
  }

  /** Ends every process. What was being done is abandoned. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await Promise.allSettled(this.allNodes.map((node) => node.stop()));
  }

  /** Ends the group and removes its data and its names. */
  async delete(): Promise<void> {
    await this.stop();
    await Promise.all(this.allNodes.map((node) => node.remove()));
    removeNames(this.shared.names, this.names, [...this.nodes.keys()]);
  }

  private newNode(id: string, hasReplicas: boolean): CacheNode {
    const { shared, settings } = this;
    return new CacheNode(shared, {
      id,
      hasReplicas,
      port: settings.port,
      certificate: shared.tls.issue([this.names.wildcard]),
      ownPassword: this.ownPassword,
      memoryBytes: memoryBytes(settings.nodeType),
      users: () => this.users(),
      parameters: () => this.parameters(),
      verifyLogin: (user, password) => verifyLogin(shared, settings, { user, password }),
      onCrash: () => this.dispatch({ kind: 'process-exited', node: id }),
    });
  }

  private users() {
    return this.shared.registry.usersOf(this.settings.userGroupIds);
  }

  private parameters(): Readonly<Record<string, string>> {
    return this.shared.registry.parameterGroups.get(this.settings.parameterGroup ?? '')?.parameters ?? {};
  }

  private async startNew(id: string, copies: string | null): Promise<void> {
    const order = { data: 'empty', moves: false, copies: this.node(copies) ?? null } as const;
    await this.nodes.get(id)?.start(order);
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
      await this.lead(target);
      this.dispatch({ kind: 'promotion-succeeded', node: target });
    } catch (error) {
      this.report(`promotion of ${target} failed`, error);
      this.dispatch({ kind: 'promotion-failed', node: target });
    }
  }

  private async startAgain(effect: Start): Promise<void> {
    const { node, role, copies } = effect;
    const moves = effect.cause !== 'reboot';
    try {
      // A replica without its primary lets nobody copy it.
      if (role === 'primary' && copies !== null) await this.node(copies)?.follow(null);
      await this.start(effect, { data: 'empty', moves });
      if (role === 'primary') await this.lead(node);
    } catch (error) {
      this.report(`start of ${node} failed`, error);
    }
  }

  private async start(
    what: { readonly node: string; readonly copies: string | null },
    order: Pick<StartOrder, 'data' | 'moves'>,
  ): Promise<void> {
    const node = this.nodes.get(what.node);
    if (node === undefined) return;
    try {
      await node.start({ ...order, copies: this.node(what.copies) ?? null });
      this.dispatch({ kind: 'node-serving', node: what.node });
    } catch (error) {
      await node.kill();
      this.dispatch({ kind: 'process-exited', node: what.node });
      throw error;
    }
  }

  /** Makes a node the primary of all the others that run. */
  private async lead(id: string): Promise<void> {
    const primary = this.node(id);
    if (primary === undefined || this.nodes.size === 1) return;
    await primary.follow(null);
    const others = this.allNodes.filter((node) => node !== primary && node.pid > 0);
    await Promise.allSettled(others.map((node) => node.follow(primary)));
  }

  private report(what: string, error: unknown): void {
    if (this.stopped) return;
    this.shared.world.log('elasticache', what, { group: this.settings.id, error: String(error) });
  }
}

function refuse(rejection: Rejection | null): void {
  if (rejection !== null) throw new AwsError(rejection.fault, rejection.message);
}
