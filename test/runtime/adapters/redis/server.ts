/** A real cache server on loopback, with TLS and a user, that can be killed, stopped and started again. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { APPLICATION_ACCESS } from '../../../../core/cache/access.ts';
import type { ShardEndpoint } from '../../../../core/cache/index.ts';
import { findRedisServer } from '../../../../proving/sandbox/elasticache/binaries.ts';
import type { World } from '../../../../proving/sandbox/kernel/index.ts';
import { createCertificateAuthority } from '../../../../proving/sandbox/tls/index.ts';

export const USER = 'demo-app';
export const PASSWORD = 'a-token';
const START_MS = 10_000;

export interface ServerOptions {
  /** The names in its certificate. @default - localhost, which is where clients look for it */
  readonly names?: readonly string[];
  /** Keeps its data over a restart. @default false */
  readonly appendOnly?: boolean;
  /** When what is kept is on disk. @default no */
  readonly appendFsync?: 'no' | 'always';
}

interface Program {
  readonly file: string;
  readonly env: Record<string, string>;
}

export class RedisServer {
  readonly shard: number;
  readonly port: number;
  readonly caPem: string;
  readonly folder: string;
  readonly #program: Program;
  readonly #options: ServerOptions;
  #process: ChildProcess | null = null;

  private constructor(
    shard: number,
    options: ServerOptions,
    place: { port: number; folder: string; program: Program },
  ) {
    this.shard = shard;
    this.port = place.port;
    this.folder = place.folder;
    this.#program = place.program;
    this.#options = options;
    const world: Pick<World, 'stateDir' | 'now'> = { stateDir: place.folder, now: () => Date.now() };
    const authority = createCertificateAuthority(world as World);
    const { keyPem, certificatePem } = authority.issue(options.names ?? ['localhost']);
    this.caPem = authority.caPem;
    fs.writeFileSync(path.join(place.folder, 'key.pem'), keyPem, { mode: 0o600 });
    fs.writeFileSync(path.join(place.folder, 'certificate.pem'), certificatePem);
  }

  static async start(shard = 0, options: ServerOptions = {}): Promise<RedisServer> {
    const program = await findRedisServer();
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-redis-'));
    const server = new RedisServer(shard, options, { port: await freePort(), folder, program });
    await server.startProcess();
    return server;
  }

  get endpoint(): ShardEndpoint {
    return { id: `test-cache-${this.shard}`, host: 'localhost', port: this.port };
  }

  get pid(): number {
    return this.#process!.pid!;
  }

  async startProcess(): Promise<void> {
    const settings = {
      port: '0',
      'tls-port': String(this.port),
      bind: '127.0.0.1',
      'tls-cert-file': path.join(this.folder, 'certificate.pem'),
      'tls-key-file': path.join(this.folder, 'key.pem'),
      'tls-ca-cert-file': path.join(this.folder, 'tls', 'ca.pem'),
      'tls-auth-clients': 'no',
      save: '',
      appendonly: this.#options.appendOnly ? 'yes' : 'no',
      appendfsync: this.#options.appendFsync ?? 'no',
      'enable-debug-command': 'local',
      dir: this.folder,
    };
    const users = [
      'user default off',
      `user ${USER} ${APPLICATION_ACCESS} >${PASSWORD}`,
      'user root on ~* +@all >root',
    ];
    const lines = [...Object.entries(settings).map(([name, value]) => `${name} ${value || '""'}`), ...users];
    const file = path.join(this.folder, 'redis.conf');
    fs.writeFileSync(file, `${lines.join('\n')}\n`);
    const args = ['--pdeathsig', 'KILL', '--', this.#program.file, file];
    this.#process = spawn('setpriv', args, {
      env: { PATH: process.env['PATH'] ?? '', ...this.#program.env },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await ready(this.#process);
  }

  async kill(): Promise<void> {
    const gone = this.#process;
    if (!gone || gone.exitCode !== null || gone.signalCode !== null) return;
    const exited = once(gone, 'exit');
    gone.kill('SIGKILL');
    await exited;
  }

  stop(): void {
    this.#process!.kill('SIGSTOP');
  }

  resume(): void {
    this.#process!.kill('SIGCONT');
  }

  async close(): Promise<void> {
    await this.kill();
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

async function ready(server: ChildProcess): Promise<void> {
  const said: string[] = [];
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`the server does not start: ${said.join('')}`)), START_MS);
  server.once('exit', () => reject(new Error(`the server ended: ${said.join('')}`)));
  server.stdout!.on('data', (text: Buffer) => {
    if (said.length < 100) said.push(text.toString());
    if (/Ready to accept connections/.test(text.toString())) resolve();
  });
  await promise.finally(() => clearTimeout(timer));
}

export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}
