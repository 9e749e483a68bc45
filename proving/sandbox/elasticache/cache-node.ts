/** One cache node: its folder, its server's configuration, its host process and its addresses. */

import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { giveToEngine, makeEngineFolder, writeEngineFile } from '../aurora/owner.ts';
import { until } from '../aurora/poll.ts';
import type { NetworkRule } from '../network/rule.ts';
import type { ServerCertificate } from '../tls/index.ts';
import { type AclUser, aclUser, NO_DEFAULT_USER, ownUser } from './acl.ts';
import { AdminLink } from './admin-link.ts';
import type { Shared } from './group-settings.ts';
import type { LoginVerdict } from './host-protocol.ts';
import { NodeProcess } from './node-process.ts';
import type { CacheUser } from './registry.ts';
import { serverConfig } from './server-config.ts';

/** A unix socket's path is cut at 107 bytes by the kernel. */
const SOCKET_PATH_LENGTH_MAX = 107;
const SOCKET_FILE = 's';
const START_MS_MAX = 20_000;
const SYNC_MS_MAX = 10_000;
/** Where replicas copy from, on the node's own address: for the sandbox's own user alone. */
const REPLICATION_PORT = 16_379;

export interface CacheNodeOptions {
  readonly id: string;
  readonly port: number;
  readonly certificate: ServerCertificate;
  /** One for all nodes of a group: replicas log in to each other with it. */
  readonly ownPassword: string;
  readonly memoryBytes: number;
  readonly hasReplicas: boolean;
  readonly users: () => readonly CacheUser[];
  readonly parameters: () => Readonly<Record<string, string>>;
  readonly verifyLogin: (user: string, password: string) => Promise<LoginVerdict>;
  readonly onCrash: () => void;
}

export interface StartOrder {
  /** `empty` is what a replacement and a reboot leave; `kept` starts on the append-only file of before. */
  readonly data: 'empty' | 'kept';
  /** On another address than before, as a replacement may be. */
  readonly moves: boolean;
  /** Whom it copies before it serves. */
  readonly copies: CacheNode | null;
}

export class CacheNode {
  readonly id: string;
  process: NodeProcess | null = null;
  private readonly shared: Shared;
  private readonly options: CacheNodeOptions;
  private readonly folder: string;
  private readonly socketPath: string;
  private readonly internalPassword = randomUUID();
  private readonly admin: AdminLink;
  /** Two at most: a node moves between them. */
  private readonly addresses: string[] = [];
  private addressIndex = 0;
  private stopped = false;
  private queue: Promise<void> = Promise.resolve();

  constructor(shared: Shared, options: CacheNodeOptions) {
    this.shared = shared;
    this.options = options;
    this.id = options.id;
    this.folder = path.join(shared.folder, shared.nextFolder());
    makeEngineFolder(shared.world, this.folder);
    this.socketPath = socketPath(shared, this.folder);
    this.admin = new AdminLink(this.socketPath, options.ownPassword);
  }

  /** Empty before the first start. */
  get address(): string {
    return this.addresses[this.addressIndex] ?? '';
  }

  /** The root of the process tree that is the node; 0 while it has none. */
  get pid(): number {
    return this.process?.isAlive ? this.process.pid : 0;
  }

  /**
   * Resolves when the node serves; with somebody to copy, when it has what that one had, or after a bound. One start
   * at a time.
   */
  start(order: StartOrder): Promise<void> {
    const started = this.queue.then(() => this.startNow(order));
    this.queue = started.catch(() => undefined);
    return started;
  }

  /** Makes this node a replica of another one, or of nobody: then it takes writes. */
  async follow(primary: CacheNode | null): Promise<void> {
    const [host, port] = primary === null ? ['NO', 'ONE'] : [primary.address, String(REPLICATION_PORT)];
    await this.admin.call('REPLICAOF', host, port);
  }

  /** Ends the node's processes; clients that the network cuts off do not see it. */
  async end(): Promise<void> {
    this.admin.close();
    await this.process?.leave();
  }

  async kill(): Promise<void> {
    this.admin.close();
    await this.process?.kill();
  }

  async setNetwork(rules: readonly NetworkRule[]): Promise<void> {
    await this.process?.setNetwork(rules);
  }

  /** Users that are new or changed take effect at once; sessions stay open. Rejects with what the server refused. */
  async applyUsers(gone: readonly string[]): Promise<void> {
    if (this.pid === 0) return;
    for (const user of this.aclUsers()) await this.admin.setUser(user);
    for (const name of gone) await this.admin.call('ACL', 'DELUSER', name);
  }

  async applyParameter(name: string, value: string): Promise<void> {
    if (this.pid > 0) await this.admin.call('CONFIG', 'SET', name, value);
  }

  /** INFO as the server gives it. */
  async info(): Promise<string> {
    return String(await this.admin.call('INFO'));
  }

  /** Ends the node's processes for good: a start that is under way ends, too. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.kill();
    await this.queue;
    await this.kill();
  }

  async remove(): Promise<void> {
    await this.stop();
    fs.rmSync(this.folder, { recursive: true, force: true });
    fs.rmSync(this.socketPath, { force: true });
  }

  private async startNow(order: StartOrder): Promise<void> {
    if (this.stopped) throw new Error(`${this.id} is stopped`);
    await this.process?.kill();
    this.admin.close();
    await this.move(order.moves);
    if (order.data === 'empty') fs.rmSync(this.dataFolder, { recursive: true, force: true });
    makeEngineFolder(this.shared.world, this.dataFolder);
    fs.rmSync(this.socketPath, { force: true });
    this.configure();
    const process = this.newProcess();
    this.process = process;
    await process.started();
    await until(`${this.id} answers`, START_MS_MAX, async () => {
      if (!process.isAlive) throw new Error(`${this.id} ended while it started`);
      return (await this.admin.call('PING')) === 'PONG' ? true : undefined;
    });
    if (order.copies !== null) await this.copy(order.copies);
  }

  private get dataFolder(): string {
    return path.join(this.folder, 'data');
  }

  private async move(moves: boolean): Promise<void> {
    if (moves) this.addressIndex = (this.addressIndex + 1) % 2;
    this.addressIndex = Math.min(this.addressIndex, this.addresses.length);
    this.addresses[this.addressIndex] ??= await this.shared.addresses.take(this.options.port);
  }

  private async copy(primary: CacheNode): Promise<void> {
    await this.follow(primary);
    const isSynced = async () =>
      (await this.admin.info('replication', 'master_link_status')) === 'up' ? true : undefined;
    await until(`${this.id} copies ${primary.id}`, SYNC_MS_MAX, isSynced).catch((error: unknown) => {
      this.shared.world.log('elasticache', 'a replica serves before it has its copy', {
        node: this.id,
        error: String(error),
      });
    });
  }

  /** Later users win: a user `default` of the group's own takes the place of the one that is off. */
  private aclUsers(): AclUser[] {
    const users = this.options.users().map((user) => aclUser(user, this.internalPassword));
    const hasDefault = users.some(({ name }) => name === NO_DEFAULT_USER.name);
    return [...(hasDefault ? [] : [NO_DEFAULT_USER]), ownUser(this.options.ownPassword), ...users];
  }

  private configure(): void {
    const { ownPassword, memoryBytes, hasReplicas } = this.options;
    const text = serverConfig({
      dataFolder: this.dataFolder,
      socketPath: this.socketPath,
      users: this.aclUsers(),
      ownPassword,
      memoryBytes,
      parameters: this.options.parameters(),
      replication: hasReplicas ? { address: this.address, port: REPLICATION_PORT } : null,
    });
    writeEngineFile(this.shared.world, this.configFile, text);
  }

  private get configFile(): string {
    return path.join(this.folder, 'server.conf');
  }

  private newProcess(): NodeProcess {
    const { shared, options } = this;
    const { world, server } = shared;
    const { address } = this;
    return new NodeProcess({
      world,
      verifyLogin: options.verifyLogin,
      onCrash: options.onCrash,
      onCutOff: (socket, from) => shared.cutOff.keep(socket, { from, to: address }),
      setup: {
        name: this.id,
        stateDir: world.stateDir,
        unprivileged: world.unprivileged,
        server: { file: server.file, env: server.env },
        configFile: this.configFile,
        dataFolder: this.dataFolder,
        socketPath: this.socketPath,
        address,
        port: options.port,
        ...options.certificate,
        networkRules: shared.networkRules(),
        internalPassword: this.internalPassword,
        sessionMs: shared.sessionMs,
      },
    });
  }
}

/** In the node's folder where the path is short enough, else in a folder of the system's temporary one. */
function socketPath(shared: Shared, folder: string): string {
  const preferred = path.join(folder, SOCKET_FILE);
  if (preferred.length <= SOCKET_PATH_LENGTH_MAX) return preferred;
  const short = fs.mkdtempSync(path.join(os.tmpdir(), 'us-cache-'));
  giveToEngine(shared.world, short);
  return path.join(short, SOCKET_FILE);
}
