/**
 * A primary and two streaming standbys from the embedded binaries, each on a loopback address of its own and the
 * same port, as instances of one cluster are. Runs as `nobody` where we are root; dies with the test process.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { type Binaries, locateBinaries } from '../../../proving/sandbox/aurora/binaries.ts';
import { signalTree } from '../../../proving/sandbox/aurora/process-tree.ts';
import type { World } from '../../../proving/sandbox/kernel/index.ts';

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const START_MS = 15_000;

export interface Node {
  readonly id: string;
  readonly host: string;
  readonly folder: string;
  process: ChildProcess | null;
}

export class PostgresCluster {
  readonly nodes: readonly Node[];
  readonly port: number;
  readonly #base: string;
  readonly #binaries: Binaries;

  private constructor(base: string, port: number, nodes: readonly Node[]) {
    this.#base = base;
    this.#binaries = binariesIn(base);
    this.port = port;
    this.nodes = nodes;
  }

  /** `names[0]` is the primary, the others are its standbys. */
  static async start(names: readonly string[]): Promise<PostgresCluster> {
    const base = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-pools-'));
    if (isRoot) fs.chownSync(base, NOBODY, NOBODY);
    const third = 1 + Math.floor(Math.random() * 250);
    const nodes = names.map((id, at) => ({
      id,
      host: `127.77.${third}.${at + 1}`,
      folder: path.join(base, id),
      process: null,
    }));
    const cluster = new PostgresCluster(base, await freePort(nodes[0]!.host), nodes);
    cluster.#initialise();
    for (const node of nodes) await cluster.startNode(node.id);
    await cluster.waitForStreaming();
    return cluster;
  }

  node(id: string): Node {
    return this.nodes.find((node) => node.id === id)!;
  }

  async sql<Row>(id: string, text: string): Promise<Row[]> {
    const client = new Client({
      host: this.node(id).host,
      port: this.port,
      user: 'postgres',
      database: 'postgres',
      connectionTimeoutMillis: 2000,
    });
    client.on('error', () => {});
    await client.connect();
    try {
      return (await client.query(text)).rows as Row[];
    } finally {
      await client.end();
    }
  }

  async startNode(id: string): Promise<void> {
    const node = this.node(id);
    const args = ['-D', node.folder, '-h', node.host, '-p', String(this.port)];
    const settings = ['unix_socket_directories=', `cluster_name=${id}`, 'fsync=off'].flatMap((s) => [
      '-c',
      s,
    ]);
    node.process = run(this.#binaries.postgres, [...args, ...settings], node.folder);
    await until(START_MS, () => this.sql(id, 'select 1'));
  }

  async waitForStreaming(): Promise<void> {
    const standbys = this.nodes.length - 1;
    await until(START_MS, async () => {
      const rows = await this.sql(
        this.nodes[0]!.id,
        `select 1 from pg_stat_replication where state = 'streaming'`,
      );
      if (rows.length < standbys) throw new Error(`${rows.length} of ${standbys} standbys stream`);
    });
  }

  kill(id: string): void {
    this.#signal(id, 'SIGKILL');
  }

  stop(id: string): void {
    this.#signal(id, 'SIGSTOP');
  }

  resume(id: string): void {
    this.#signal(id, 'SIGCONT');
  }

  /** Promotes a standby and lets the others follow it. */
  async promote(id: string, followers: readonly string[]): Promise<void> {
    await this.sql(id, 'select pg_promote(true, 20)');
    for (const follower of followers) {
      await this.sql(follower, `alter system set primary_conninfo = '${this.#conninfo(id, follower)}'`);
      await this.sql(follower, 'select pg_reload_conf()');
    }
  }

  close(): void {
    for (const node of this.nodes) {
      this.resume(node.id);
      this.kill(node.id);
    }
    fs.rmSync(this.#base, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }

  #signal(id: string, signal: NodeJS.Signals): void {
    const pid = this.node(id).process?.pid;
    if (pid !== undefined) signalTree(pid, signal);
  }

  #conninfo(primary: string, self: string): string {
    return `host=${this.node(primary).host} port=${this.port} user=postgres application_name=${self}`;
  }

  #initialise(): void {
    const [primary, ...standbys] = this.nodes as [Node, ...Node[]];
    const args = [
      '-D',
      primary.folder,
      '-U',
      'postgres',
      '-A',
      'trust',
      '-E',
      'UTF8',
      '--locale=C',
      '--no-sync',
    ];
    execFileSync(this.#binaries.initdb, [...args, '--no-instructions'], {
      ...unprivileged(),
      cwd: this.#base,
      stdio: 'pipe',
    });
    const trust = 'host all,replication all 127.0.0.0/8 trust\nhost replication all 127.0.0.0/8 trust\n';
    fs.appendFileSync(path.join(primary.folder, 'pg_hba.conf'), trust);
    const settings = `shared_buffers = '16MB'\nwal_keep_size = '128MB'\nwal_retrieve_retry_interval = '100ms'\n`;
    fs.appendFileSync(path.join(primary.folder, 'postgresql.auto.conf'), settings);
    for (const standby of standbys) {
      // Never started yet, so a plain copy is a consistent base.
      execFileSync('cp', ['-a', primary.folder, standby.folder]);
      const conninfo = `primary_conninfo = '${this.#conninfo(primary.id, standby.id)}'\n`;
      fs.appendFileSync(path.join(standby.folder, 'postgresql.auto.conf'), conninfo);
      const signal = path.join(standby.folder, 'standby.signal');
      fs.writeFileSync(signal, '');
      if (isRoot) fs.chownSync(signal, NOBODY, NOBODY);
    }
  }
}

/** Copied below `base` where the checkout is closed to the user that PostgreSQL runs as. */
function binariesIn(base: string): Binaries {
  const place: Pick<World, 'unprivileged' | 'stateDir'> = {
    unprivileged: isRoot ? { uid: NOBODY, gid: NOBODY } : null,
    stateDir: base,
  };
  return locateBinaries(place as World);
}

function unprivileged(): { uid?: number; gid?: number; env: Record<string, string> } {
  const env = { PATH: process.env['PATH'] ?? '', LC_ALL: 'C', TZ: 'UTC' };
  return isRoot ? { uid: NOBODY, gid: NOBODY, env } : { env };
}

function run(command: string, args: readonly string[], cwd: string): ChildProcess {
  const drop = isRoot ? [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups'] : [];
  const { env } = unprivileged();
  return spawn('setpriv', [...drop, '--pdeathsig', 'KILL', '--', command, ...args], {
    cwd,
    env,
    stdio: 'ignore',
  });
}

async function freePort(host: string): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** Tries again until it works; the last error after `ms`. */
export async function until<T>(ms: number, attempt: () => Promise<T>): Promise<T> {
  const end = performance.now() + ms;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
}
