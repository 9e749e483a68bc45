/** One PostgreSQL node of a cluster as the supervisor sees it: its folders, its settings and its admin session. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { World } from '../kernel/index.ts';
import { configureNode, copyHot, type NodeConfiguration, writeSettings } from './data-folder.ts';
import { giveToEngine, makeEngineFolder, writeEngineFile } from './owner.ts';
import { until } from './poll.ts';
import { type Row, SqlLink } from './sql-link.ts';

/** A unix socket's path is cut at 107 bytes by the kernel. */
const SOCKET_PATH_LENGTH_MAX = 107;
const SOCKET_FILE = '.s.PGSQL.5432';
const START_MS_MAX = 20_000;
const COPY_MS_MAX = 60_000;

export interface NodeOptions {
  readonly name: string;
  readonly folder: string;
  readonly sharedFolder: string;
  readonly masterUser: string;
}

export class Node {
  readonly name: string;
  readonly dataFolder: string;
  readonly socketFolder: string;
  private readonly world: World;
  private readonly options: NodeOptions;
  private readonly link: SqlLink;

  constructor(world: World, options: NodeOptions) {
    this.world = world;
    this.options = options;
    this.name = options.name;
    this.dataFolder = path.join(options.folder, 'data');
    this.socketFolder = socketFolder(world, options.folder);
    this.link = new SqlLink(this.socketFolder);
  }

  sql(statement: string, timeoutMs?: number): Promise<Row[]> {
    return this.link.run(statement, timeoutMs);
  }

  /** The first column of the first row, as text; null for none. */
  async value(statement: string, timeoutMs?: number): Promise<string | null> {
    const [row] = await this.sql(statement, timeoutMs);
    const first = row === undefined ? null : Object.values(row)[0];
    return typeof first === 'string' || typeof first === 'number' || typeof first === 'boolean'
      ? String(first)
      : null;
  }

  /** Prepares a data folder that is in place but not running. */
  configure(role: { readonly standby: boolean; readonly follows: Node | null }): void {
    makeEngineFolder(this.world, this.options.folder);
    configureNode(this.world, this.configuration(role));
  }

  /** Makes a running standby follow another node, or nobody. */
  async follow(upstream: Node | null): Promise<void> {
    writeSettings(this.world, this.configuration({ standby: true, follows: upstream }));
    await this.sql('SELECT pg_reload_conf()');
  }

  /** Nobody can open a session on this node's socket any more, replication included. */
  closeDoor(): void {
    fs.rmSync(path.join(this.socketFolder, SOCKET_FILE), { force: true });
  }

  /** Resolves when the node answers; rejects when `alive` turns false or the bound is over. */
  async untilAnswering(alive: () => boolean): Promise<void> {
    await until(`${this.name} answers`, START_MS_MAX, async () => {
      if (!alive()) return false;
      return (await this.value('SELECT 1')) === '1' ? true : undefined;
    }).then((answered) => {
      if (!answered) throw new Error(`${this.name}: PostgreSQL ended while it started`);
    });
  }

  /** Fills the data folder with a copy of a running node. Ours must not run. */
  async copyFrom(source: Node): Promise<void> {
    const backup = new SqlLink(source.socketFolder);
    const fresh = `${this.dataFolder}.copy`;
    try {
      await backup.run(`SELECT pg_backup_start('copy for ${this.name}', true)`, COPY_MS_MAX);
      makeEngineFolder(this.world, this.options.folder);
      await copyHot(this.world, source.dataFolder, fresh);
      const [label] = await backup.run('SELECT labelfile FROM pg_backup_stop(false)', COPY_MS_MAX);
      writeEngineFile(this.world, path.join(fresh, 'backup_label'), String(label?.labelfile));
    } finally {
      backup.close();
    }
    fs.rmSync(this.dataFolder, { recursive: true, force: true });
    fs.renameSync(fresh, this.dataFolder);
  }

  /** In bytes: the replayed position of a standby, the flushed one of a node that writes. */
  async position(timeoutMs?: number): Promise<bigint> {
    return BigInt((await this.value('SELECT rdsadmin_own_lsn()', timeoutMs)) ?? '0');
  }

  close(): void {
    this.link.close();
  }

  remove(): void {
    this.close();
    fs.rmSync(this.options.folder, { recursive: true, force: true });
    fs.rmSync(this.socketFolder, { recursive: true, force: true });
  }

  private configuration(role: {
    readonly standby: boolean;
    readonly follows: Node | null;
  }): NodeConfiguration {
    return {
      name: this.name,
      dataFolder: this.dataFolder,
      socketFolder: this.socketFolder,
      sharedFolder: this.options.sharedFolder,
      masterUser: this.options.masterUser,
      standby: role.standby,
      follows: role.follows?.socketFolder ?? null,
    };
  }
}

/** In the node's folder where the path is short enough, else in the system's temporary folder. */
function socketFolder(world: World, folder: string): string {
  const preferred = path.join(folder, 's');
  if (path.join(preferred, SOCKET_FILE).length <= SOCKET_PATH_LENGTH_MAX) {
    makeEngineFolder(world, folder);
    makeEngineFolder(world, preferred);
    return preferred;
  }
  const short = fs.mkdtempSync(path.join(os.tmpdir(), 'us-pg-'));
  giveToEngine(world, short);
  return short;
}
