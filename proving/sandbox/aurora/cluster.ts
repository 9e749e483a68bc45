/** Runs one Aurora cluster: feeds the state machine with what happens to its processes, and carries out what it says. */

import {
  AWS_TIMINGS,
  clusterNames,
  type ClusterNames,
  type ClusterState,
  type CustomEndpoint,
  type Effect,
  endpointTtlS,
  type Input,
  member,
  newCluster,
  type NewMember,
  nextDueAt,
  rejectFailover,
  scaleTimings,
  transition,
} from '../../twin/aurora/index.ts';
import { AwsError, type World } from '../kernel/index.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { ClusterSettings, Shared } from './cluster-settings.ts';
import { publishNames } from './endpoint-names.ts';
import { ClusterEngines } from './engines.ts';
import type { Instance } from './instance.ts';
import { until } from './poll.ts';
import { passwordStatement } from './setup-sql.ts';
import { StatusFile } from './status-file.ts';
import { refuseToken } from './tokens.ts';

/** A failover, a crash restart and some air, at pace `aws`. */
const SETTLED_MS_MAX = 180_000;

export class AuroraCluster {
  readonly settings: ClusterSettings;
  readonly names: ClusterNames;
  readonly customEndpoints = new Map<string, CustomEndpoint>();
  private readonly shared: Shared;
  private readonly world: World;
  private readonly engines: ClusterEngines;
  private readonly status: StatusFile;
  private current: ClusterState;
  private masterPassword: string;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(shared: Shared, settings: ClusterSettings, masterPassword: string) {
    this.shared = shared;
    this.world = shared.world;
    this.settings = settings;
    this.masterPassword = masterPassword;
    this.current = newCluster(settings.id);
    this.names = clusterNames(settings.id, shared.naming);
    this.engines = new ClusterEngines(shared, settings, this.names);
    this.status = new StatusFile({
      folder: this.engines.sharedFolder,
      instances: () => [...this.engines.instances.values()],
      writer: () => this.current.writer,
      now: () => this.world.now(),
    });
  }

  get state(): ClusterState {
    return this.current;
  }

  /** The process of the storage node, which is no member. */
  get storagePid(): number | null {
    return this.engines.storagePid;
  }

  instance(id: string | null): Instance | undefined {
    return id === null ? undefined : this.engines.instances.get(id);
  }

  lagMs(id: string): number | null {
    return this.status.lagMs(id);
  }

  async create(): Promise<void> {
    await this.engines.create();
    this.publish();
  }

  /** Adds an instance and resolves when it serves: the first as the writer, the others as readers. */
  async addInstance(added: NewMember): Promise<void> {
    const instance = await this.engines.newInstance(added.id, {
      verifyToken: (user, token) => this.verifyToken(added.id, user, token),
      onCrash: () => this.dispatch({ kind: 'process-exited', member: added.id }),
    });
    this.dispatch({ kind: 'member-added', member: added });
    try {
      if (this.current.writer === added.id) {
        await this.engines.startFirstWriter(instance, this.masterPassword);
      } else await this.engines.startNewReader(instance, await this.servingWriter());
    } catch (error) {
      await this.forget(instance);
      throw error;
    }
    instance.host?.admit();
    this.dispatch({ kind: 'member-serving', member: added.id });
    this.status.start();
  }

  changeInstance(changed: NewMember): void {
    this.dispatch({ kind: 'member-changed', member: changed });
  }

  /** Removes an instance. A writer with readers hands over first, as on AWS. */
  async removeInstance(id: string): Promise<void> {
    const instance = this.instance(id);
    if (instance === undefined) return;
    await this.untilSettled();
    if (this.current.writer === id && this.current.members.length > 1) {
      this.failover(null);
      await this.untilSettled();
    }
    await this.forget(instance);
    if (this.current.members.length === 0) this.status.stop();
  }

  /** FailoverDBCluster. Throws the fault AWS would answer; returns when the failover has begun. */
  failover(target: string | null): void {
    const rejection = rejectFailover(this.current, target);
    if (rejection !== null) {
      const status = rejection.fault === 'DBInstanceNotFound' ? 404 : 400;
      throw new AwsError(rejection.fault, rejection.message, { status });
    }
    this.dispatch({ kind: 'failover-requested', target });
  }

  async changeMasterPassword(password: string): Promise<void> {
    this.masterPassword = password;
    const statement = passwordStatement(this.settings.masterUser, password);
    await this.instance(this.current.writer)?.node.sql(statement);
  }

  setForceTls(value: boolean): void {
    this.settings.forceTls = value;
    for (const instance of this.engines.instances.values()) instance.host?.forceTls(value);
  }

  /** Resolves when the rules hold at every instance that does not hang. */
  async setNetwork(rules: readonly NetworkRule[]): Promise<void> {
    const hosts = [...this.engines.instances.values()].flatMap(({ host }) => host ?? []);
    await Promise.all(hosts.map((host) => host.setNetwork(rules)));
  }

  /** Publishes every name again, after a change of endpoints. */
  publish(): void {
    publishNames({
      names: this.shared.names,
      ttlS: endpointTtlS((ms) => this.world.managed(ms)),
      clusterNames: this.names,
      state: this.current,
      customEndpoints: [...this.customEndpoints.values()],
      address: (id) => this.instance(id)?.address,
    });
  }

  removeEndpoint(endpointId: string): void {
    this.customEndpoints.delete(endpointId);
    this.shared.names.remove(this.names.custom(endpointId));
  }

  /** Ends every process; the data stays in the state folder. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    this.status.stop();
    await this.engines.stop();
  }

  /** Ends the cluster and removes its data and its names. */
  async delete(): Promise<void> {
    await this.stop();
    this.engines.removeFiles();
    this.shared.names.remove(this.names.cluster);
    this.shared.names.remove(this.names.reader);
  }

  private async verifyToken(id: string, user: string, token: string): Promise<string | null> {
    if (!this.settings.iamAuthentication) return 'IAM authentication is not enabled';
    const { names, world, settings } = this;
    const { region, accountId } = world;
    const custom = [...this.customEndpoints.keys()].map((endpoint) => names.custom(endpoint));
    const expected = {
      hosts: [names.instance(id), names.cluster, names.reader, ...custom],
      port: settings.port,
      user,
      region,
      resourceArn: `arn:aws:rds-db:${region}:${accountId}:dbuser:${settings.resourceId}/${user}`,
      now: world.now(),
    };
    return refuseToken(token, expected, this.shared.identity);
  }

  private async servingWriter() {
    return until('the writer serves', SETTLED_MS_MAX, async () => {
      const { writer } = this.current;
      const serves = member(this.current, writer)?.status === 'available';
      return serves ? this.instance(writer)?.node : undefined;
    });
  }

  private async untilSettled(): Promise<void> {
    await until(`${this.settings.id} is available`, SETTLED_MS_MAX, async () =>
      this.current.failover === null ? true : undefined,
    );
  }

  private async forget(instance: Instance): Promise<void> {
    await this.engines.remove(instance);
    this.status.forget(instance.id);
    this.dispatch({ kind: 'member-removed', member: instance.id });
    this.shared.names.remove(this.names.instance(instance.id));
  }

  private dispatch(input: Input): void {
    if (this.stopped) return;
    const { state, effects } = transition(this.current, input, {
      now: this.world.now(),
      timings: scaleTimings(AWS_TIMINGS, (ms) => this.world.managed(ms)),
    });
    this.current = state;
    for (const effect of effects) this.carryOut(effect);
    clearTimeout(this.timer);
    const dueAt = nextDueAt(this.current);
    if (dueAt === null) return;
    const delay = Math.max(1, dueAt - this.world.now());
    this.timer = setTimeout(() => this.dispatch({ kind: 'tick' }), delay);
  }

  private carryOut(effect: Effect): void {
    switch (effect.kind) {
      case 'promote':
        void this.promote(effect.target, effect.from);
        break;
      case 'restart':
        void this.restart(effect);
        break;
      case 'serve':
        this.status.write();
        this.instance(effect.member)?.host?.admit();
        void this.mendFollowers();
        break;
      case 'publish-endpoints':
        this.publish();
        break;
      default:
        this.shared.events.add(effect.event);
        break;
    }
  }

  private async promote(target: string, from: string | null): Promise<void> {
    const chosen = this.instance(target);
    if (chosen === undefined) return;
    try {
      await this.engines.promote(chosen, this.instance(from));
      this.dispatch({ kind: 'promotion-succeeded', member: target });
    } catch (error) {
      this.report(`promotion of ${target} failed`, error);
      await chosen.host?.kill();
      this.dispatch({ kind: 'promotion-failed', member: target });
    }
  }

  private async restart(order: Omit<Extract<Effect, { kind: 'restart' }>, 'kind'>): Promise<void> {
    const instance = this.instance(order.member);
    if (instance === undefined) return;
    try {
      await this.engines.restart({ ...order, instance });
      this.dispatch({ kind: 'member-serving', member: order.member });
    } catch (error) {
      this.report(`restart of ${order.member} failed`, error);
      await instance.host?.kill();
      this.dispatch({ kind: 'process-exited', member: order.member });
    }
  }

  /** The other readers follow storage to the new timeline by themselves; one that cannot is copied anew. */
  private async mendFollowers(): Promise<void> {
    for (const { id, status } of this.current.members) {
      const instance = this.instance(id);
      if (id === this.current.writer || status !== 'available' || !instance) continue;
      if (!(await instance.isLost())) continue;
      await this.restart({ member: id, source: 'storage-copy', role: 'reader' });
    }
  }

  private report(what: string, error: unknown): void {
    if (this.stopped) return;
    this.world.log('aurora', what, { cluster: this.settings.id, error: String(error) });
  }
}
