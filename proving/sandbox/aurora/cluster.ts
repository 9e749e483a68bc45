/** Runs one Aurora cluster: feeds the state machine with what happens to its processes, and carries out what it says. */

import fs from 'node:fs';
import path from 'node:path';
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
import type { ClusterSettings, Shared } from './cluster-settings.ts';
import { copyCold } from './data-folder.ts';
import { publishNames } from './endpoint-names.ts';
import { Instance } from './instance.ts';
import { makeEngineFolder } from './owner.ts';
import { until } from './poll.ts';
import { promote } from './promotion.ts';
import { clusterStatements, passwordStatement } from './setup-sql.ts';
import { StatusFile } from './status-file.ts';
import { Storage } from './storage.ts';
import { refuseToken } from './tokens.ts';

const SETTLED_MS_MAX = 180_000;

export class AuroraCluster {
  readonly settings: ClusterSettings;
  readonly names: ClusterNames;
  readonly customEndpoints = new Map<string, CustomEndpoint>();
  private readonly shared: Shared;
  private readonly world: World;
  private readonly folder: string;
  private readonly storage: Storage;
  private readonly status: StatusFile;
  private readonly instances = new Map<string, Instance>();
  private current: ClusterState;
  private masterPassword: string;
  private initialised = false;
  private stopped = false;
  private timer: NodeJS.Timeout | undefined;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(shared: Shared, settings: ClusterSettings, masterPassword: string) {
    this.shared = shared;
    this.world = shared.world;
    this.settings = settings;
    this.masterPassword = masterPassword;
    this.current = newCluster(settings.id);
    this.names = clusterNames(settings.id, shared.naming);
    this.folder = path.join(shared.folder, settings.id);
    makeEngineFolder(this.world, this.folder);
    this.storage = new Storage(this.world, {
      ...this.nodeOptions('storage-volume'),
      binaries: shared.binaries,
    });
    this.status = new StatusFile({
      folder: this.sharedFolder,
      instances: () => [...this.instances.values()],
      writer: () => this.current.writer,
      now: () => this.world.now(),
    });
  }

  get state(): ClusterState {
    return this.current;
  }

  instance(id: string): Instance | undefined {
    return this.instances.get(id);
  }

  lagMs(id: string): number | null {
    return this.status.lagMs(id);
  }

  /** Makes the storage volume. The engine starts with the first instance. */
  async create(): Promise<void> {
    makeEngineFolder(this.world, this.sharedFolder);
    await copyCold(this.world, this.shared.templateFolder, this.storage.node.dataFolder);
    this.publish();
  }

  /** Adds an instance and resolves when it serves: the first as the writer, the others as readers. */
  async addInstance(added: NewMember): Promise<void> {
    const instance = await this.newInstance(added.id);
    this.instances.set(added.id, instance);
    this.dispatch({ kind: 'member-added', member: added });
    try {
      if (this.current.writer === added.id) {
        await this.exclusive(() => this.startFirstWriter(instance));
      } else {
        await until('the writer serves', SETTLED_MS_MAX, async () =>
          member(this.current, this.current.writer)?.status === 'available' ? true : undefined,
        );
        await this.startNewReader(instance);
      }
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
    const instance = this.instances.get(id);
    if (instance === undefined) return;
    await this.untilSettled();
    if (this.current.writer === id && this.current.members.length > 1) {
      this.failover(null);
      await this.untilSettled();
    }
    await this.forget(instance);
    if (this.instances.size === 0) {
      this.status.stop();
      await this.exclusive(() => this.storage.stop());
    }
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
    const writer = this.instances.get(this.current.writer ?? '');
    if (this.initialised && writer) {
      await writer.node.sql(passwordStatement(this.settings.masterUser, password));
    }
  }

  setForceTls(value: boolean): void {
    this.settings.forceTls = value;
    for (const instance of this.instances.values()) instance.host?.forceTls(value);
  }

  /** Publishes every name again, after a change of endpoints. */
  publish(): void {
    publishNames({
      names: this.shared.names,
      ttlS: endpointTtlS((ms) => this.world.managed(ms)),
      clusterNames: this.names,
      state: this.current,
      customEndpoints: [...this.customEndpoints.values()],
      address: (id) => this.instances.get(id)?.address,
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
    const hosts = [...this.instances.values()].map((instance) => instance.host?.kill());
    await Promise.allSettled([...hosts, this.storage.stop()]);
    for (const instance of this.instances.values()) instance.node.close();
    await this.queue.catch(() => undefined);
    const late = [...this.instances.values()].map((instance) => instance.host?.kill());
    await Promise.allSettled([...late, this.storage.stop()]);
  }

  /** Ends the cluster and removes its data and its names. */
  async delete(): Promise<void> {
    await this.stop();
    for (const instance of this.instances.values()) instance.node.remove();
    this.storage.node.remove();
    fs.rmSync(this.folder, { recursive: true, force: true });
    this.shared.names.remove(this.names.cluster);
    this.shared.names.remove(this.names.reader);
  }

  private get sharedFolder(): string {
    return path.join(this.folder, 'shared');
  }

  private nodeOptions(name: string) {
    return {
      folder: path.join(this.folder, name),
      sharedFolder: this.sharedFolder,
      masterUser: this.settings.masterUser,
    };
  }

  private async newInstance(id: string): Promise<Instance> {
    const { settings, shared, names } = this;
    const certificate = shared.tls.issue([
      names.instance(id),
      names.cluster,
      names.reader,
      names.customWildcard,
    ]);
    return new Instance(this.world, {
      ...this.nodeOptions(`i-${id}`),
      name: id,
      address: await shared.addresses.take(settings.port),
      port: settings.port,
      certificate,
      binaries: shared.binaries,
      forceTls: () => settings.forceTls,
      verifyToken: (user, token) => this.verifyToken(id, user, token),
      onCrash: () => this.dispatch({ kind: 'process-exited', member: id }),
    });
  }

  private async verifyToken(id: string, user: string, token: string): Promise<string | null> {
    if (!this.settings.iamAuthentication) return 'IAM authentication is not enabled';
    const { names, world, settings } = this;
    const custom = [...this.customEndpoints.keys()].map((endpoint) => names.custom(endpoint));
    return refuseToken(
      token,
      {
        hosts: [names.instance(id), names.cluster, names.reader, ...custom],
        port: settings.port,
        user,
        region: world.region,
        resourceArn: `arn:aws:rds-db:${world.region}:${world.accountId}:dbuser:${settings.resourceId}/${user}`,
        now: world.now(),
      },
      this.shared.identity,
    );
  }

  /** The first instance of a cluster writes. A cluster that lost all its instances starts from its storage. */
  private async startFirstWriter(instance: Instance): Promise<void> {
    await this.storage.stop();
    await copyCold(this.world, this.storage.node.dataFolder, instance.node.dataFolder);
    await Promise.all([this.storage.start(instance.node), instance.start({ standby: false, follows: null })]);
    await this.storage.followWriter(instance.node);
    if (this.initialised) return;
    const statements = clusterStatements({
      masterUser: this.settings.masterUser,
      masterPassword: this.masterPassword,
      databaseName: this.settings.databaseName,
    });
    for (const statement of statements) await instance.node.sql(statement, SETTLED_MS_MAX);
    this.initialised = true;
  }

  private async startNewReader(instance: Instance): Promise<void> {
    const writer = this.writerNode();
    if (this.storage.keepsFirstSegment) {
      await copyCold(this.world, this.shared.templateFolder, instance.node.dataFolder);
    } else await this.exclusive(() => instance.node.copyFrom(writer));
    await instance.startReader(this.storage.node, writer);
  }

  private writerNode() {
    const writer = this.instances.get(this.current.writer ?? '');
    if (writer === undefined) throw new Error(`${this.settings.id} has no writer`);
    return writer.node;
  }

  private async forget(instance: Instance): Promise<void> {
    await instance.host?.kill();
    this.instances.delete(instance.id);
    this.status.forget(instance.id);
    this.dispatch({ kind: 'member-removed', member: instance.id });
    this.shared.names.remove(this.names.instance(instance.id));
    instance.node.remove();
  }

  private async untilSettled(): Promise<void> {
    await until(`${this.settings.id} is available`, SETTLED_MS_MAX, async () =>
      this.current.failover === null ? true : undefined,
    );
  }

  private dispatch(input: Input): void {
    if (this.stopped) return;
    const timings = scaleTimings(AWS_TIMINGS, (ms) => this.world.managed(ms));
    const { state, effects } = transition(this.current, input, {
      now: this.world.now(),
      timings,
    });
    this.current = state;
    for (const effect of effects) this.carryOut(effect);
    this.schedule();
  }

  private schedule(): void {
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
        this.instances.get(effect.member)?.host?.admit();
        void this.checkFollowers();
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
    const chosen = this.instances.get(target);
    const old = this.instances.get(from ?? '');
    if (chosen === undefined) return;
    try {
      chosen.host?.shut();
      const fence = async () => {
        old?.node.closeDoor();
        await old?.host?.fence();
        old?.node.close();
      };
      await this.exclusive(() => promote({ storage: this.storage, target: chosen.node, fence }));
      this.dispatch({ kind: 'promotion-succeeded', member: target });
    } catch (error) {
      this.report(`promotion of ${target} failed`, error);
      await chosen.host?.kill();
      this.dispatch({ kind: 'promotion-failed', member: target });
    }
  }

  private async restart(effect: Extract<Effect, { kind: 'restart' }>): Promise<void> {
    const instance = this.instances.get(effect.member);
    if (instance === undefined) return;
    try {
      // A fenced host that hangs ends by itself when it wakes: RDS does not see a hang.
      if (effect.role === 'reader' && instance.host?.isFenced) await instance.host.ended;
      await this.exclusive(() => this.startAgain(instance, effect));
      instance.host?.admit();
      this.dispatch({ kind: 'member-serving', member: effect.member });
    } catch (error) {
      this.report(`restart of ${effect.member} failed`, error);
      await instance.host?.kill();
      this.dispatch({ kind: 'process-exited', member: effect.member });
    }
  }

  private async startAgain(instance: Instance, effect: Extract<Effect, { kind: 'restart' }>): Promise<void> {
    if (this.stopped || !this.instances.has(instance.id)) return;
    await instance.host?.kill();
    if (effect.role === 'writer') {
      await instance.start({ standby: false, follows: null });
      await this.storage.followWriter(instance.node);
      return;
    }
    const writer = this.writerNode();
    if (effect.source === 'storage-copy') await instance.node.copyFrom(writer);
    await instance.startReader(this.storage.node, writer);
  }

  /** After a promotion the other readers follow storage to the new timeline by themselves; one that cannot is copied. */
  private async checkFollowers(): Promise<void> {
    for (const { id, status } of this.current.members) {
      const instance = this.instances.get(id);
      if (id === this.current.writer || status !== 'available' || !instance) continue;
      if (!(await instance.isLost())) continue;
      const again = { kind: 'restart', member: id, source: 'storage-copy', role: 'reader' } as const;
      await this.exclusive(() => this.startAgain(instance, again)).then(
        () => instance.host?.admit(),
        (error: unknown) => this.report(`${id} does not follow`, error),
      );
    }
  }

  /** One physical change at a time: promotions and copies all touch storage. */
  private exclusive<T>(work: () => Promise<T>): Promise<T> {
    const result = this.queue.then(() => {
      if (this.stopped) throw new Error('the cluster is being stopped');
      return work();
    });
    this.queue = result.catch(() => undefined);
    return result;
  }

  private report(what: string, error: unknown): void {
    if (this.stopped) return;
    this.world.log('aurora', what, { cluster: this.settings.id, error: String(error) });
  }
}
