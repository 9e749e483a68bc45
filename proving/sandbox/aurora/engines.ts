/**
 * The engines of one cluster: its storage and its instances, and the physical changes to them. Which change is made
 * when is the state machine's business; here they are made one at a time.
 */

import fs from 'node:fs';
import path from 'node:path';
import type { ClusterNames, RestartSource } from '../../twin/aurora/index.ts';
import type { World } from '../kernel/index.ts';
import type { ClusterSettings, Shared } from './cluster-settings.ts';
import { copyCold } from './data-folder.ts';
import { Instance } from './instance.ts';
import type { Node } from './node.ts';
import { makeEngineFolder } from './owner.ts';
import { promote } from './promotion.ts';
import { clusterStatements } from './setup-sql.ts';
import { Storage } from './storage.ts';

export interface InstanceHooks {
  readonly verifyToken: (user: string, token: string) => Promise<string | null>;
  readonly onCrash: () => void;
}

export interface RestartOrder {
  readonly instance: Instance;
  readonly source: RestartSource;
  readonly role: 'writer' | 'reader';
}

/** CREATE DATABASE copies a template: slower than a query. */
const STATEMENT_MS_MAX = 60_000;

export class ClusterEngines {
  readonly sharedFolder: string;
  readonly instances = new Map<string, Instance>();
  private readonly shared: Shared;
  private readonly world: World;
  private readonly settings: ClusterSettings;
  private readonly names: ClusterNames;
  private readonly folder: string;
  private readonly storage: Storage;
  /** Whom storage follows. RDS may still name another: it calls a promotion done later than it is. */
  private writer: Instance | null = null;
  private initialised = false;
  private nodes = 0;
  private stopped = false;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(shared: Shared, settings: ClusterSettings, names: ClusterNames) {
    this.shared = shared;
    this.world = shared.world;
    this.settings = settings;
    this.names = names;
    this.folder = path.join(shared.folder, shared.nextFolder());
    this.sharedFolder = path.join(this.folder, 'shared');
    makeEngineFolder(this.world, this.folder);
    this.storage = new Storage(this.world, {
      ...this.nodeOptions(),
      label: settings.id,
      binaries: shared.binaries,
    });
  }

  get storagePid(): number | null {
    return this.storage.pid;
  }

  /** Makes the storage volume. Its engine starts with the first instance. */
  async create(): Promise<void> {
    makeEngineFolder(this.world, this.sharedFolder);
    await copyCold(this.world, this.shared.templateFolder, this.storage.node.dataFolder);
  }

  async newInstance(id: string, hooks: InstanceHooks): Promise<Instance> {
    const { settings, shared, names } = this;
    const certificate = shared.tls.issue([
      names.instance(id),
      names.cluster,
      names.reader,
      names.customWildcard,
    ]);
    const instance = new Instance(this.world, {
      ...this.nodeOptions(),
      ...hooks,
      name: id,
      address: await shared.addresses.take(settings.port),
      port: settings.port,
      certificate,
      binaries: shared.binaries,
      forceTls: () => settings.forceTls,
      networkRules: shared.networkRules,
      cutOff: shared.cutOff,
    });
    this.instances.set(id, instance);
    return instance;
  }

  /** The first instance of a cluster writes. A cluster that lost all its instances starts from its storage. */
  startFirstWriter(instance: Instance, masterPassword: string): Promise<void> {
    return this.exclusive(async () => {
      await this.storage.stop();
      await copyCold(this.world, this.storage.node.dataFolder, instance.node.dataFolder);
      await Promise.all([
        this.storage.start(instance.node),
        instance.start({ standby: false, follows: null }),
      ]);
      await this.storage.followWriter(instance.node);
      this.writer = instance;
      if (!this.initialised) await this.initialise(instance.node, masterPassword);
      this.initialised = true;
    });
  }

  /** A new reader replays from the very beginning while storage keeps it, else it starts from a copy of the writer. */
  async startNewReader(instance: Instance, writer: Node): Promise<void> {
    if (this.storage.keepsFirstSegment) {
      await copyCold(this.world, this.shared.templateFolder, instance.node.dataFolder);
    } else await this.exclusive(() => instance.node.copyFrom(writer));
    await instance.startReader(this.storage.node, writer);
  }

  /** Promotes `target`; from the moment `from` is fenced, it acknowledges nothing any more. */
  promote(target: Instance, from: Instance | undefined): Promise<void> {
    const fence = async () => {
      this.writer = null;
      from?.node.closeDoor();
      await from?.host?.fence();
      from?.node.close();
    };
    target.host?.shut();
    return this.exclusive(async () => {
      await promote({ storage: this.storage, target: target.node, fence });
      this.writer = target;
    });
  }

  async restart(order: RestartOrder): Promise<void> {
    const { instance, source, role } = order;
    // A fenced host that hangs ends by itself when it wakes, without its engine: RDS does not see a hang.
    if (role === 'reader' && instance.host?.isFenced) await instance.host.ended;
    await this.exclusive(async () => {
      if (!this.instances.has(instance.id)) throw new Error(`${instance.id} was removed`);
      await instance.host?.kill();
      if (role === 'writer') {
        await instance.start({ standby: false, follows: null });
        await this.storage.followWriter(instance.node);
        this.writer = instance;
        return;
      }
      const { writer } = this;
      if (writer === null) throw new Error(`no writer to copy ${instance.id} from`);
      if (source === 'storage-copy') await instance.node.copyFrom(writer.node);
      await instance.startReader(this.storage.node, writer.node);
    });
    instance.host?.admit();
  }

  async remove(instance: Instance): Promise<void> {
    await instance.host?.kill();
    this.instances.delete(instance.id);
    instance.node.remove();
    if (this.instances.size === 0) await this.exclusive(() => this.storage.stop());
  }

  /** Ends every process. What was being done is abandoned. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.endProcesses();
    await this.queue.catch(() => undefined);
    await this.endProcesses();
  }

  removeFiles(): void {
    for (const instance of this.instances.values()) instance.node.remove();
    this.storage.node.remove();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private async endProcesses(): Promise<void> {
    const instances = [...this.instances.values()];
    const ends = instances.map((instance) => instance.host?.kill());
    await Promise.allSettled([...ends, this.storage.stop()]);
    for (const instance of instances) instance.node.close();
  }

  private async initialise(writer: Node, masterPassword: string): Promise<void> {
    const { masterUser, databaseName } = this.settings;
    const statements = clusterStatements({ masterUser, masterPassword, databaseName });
    for (const statement of statements) await writer.sql(statement, STATEMENT_MS_MAX);
  }

  /** Short names: a unix socket's path has little room. */
  private nodeOptions() {
    this.nodes += 1;
    return {
      folder: path.join(this.folder, `n${this.nodes}`),
      sharedFolder: this.sharedFolder,
      masterUser: this.settings.masterUser,
    };
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
}
