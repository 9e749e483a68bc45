/**
 * The same web tier with nothing of Understudy: the instances of the service in turns, as the registry named them last,
 * over keep-alive connections, with one attempt and one time limit. Drills run it as their control.
 */

import { Pool } from 'undici';
import { CloudMapDiscovery, type Instance, type ServicePool } from '../../runtime/index.ts';
import { readTask } from '../shared/task.ts';
import { readConfig } from './config.ts';
import { serve } from './server.ts';

const REFRESH_MS = 5000;
const ANSWER_MS = 4500;

interface Peer {
  readonly instance: Instance;
  readonly connections: Pool;
}

type Request = Parameters<ServicePool['request']>[0];
type Answer = Awaited<ReturnType<ServicePool['request']>>;

class PlainPool {
  readonly #discovery: CloudMapDiscovery;
  readonly #service: string;
  #peers: readonly Peer[] = [];
  #turn = 0;

  constructor(discovery: CloudMapDiscovery, service: string) {
    this.#discovery = discovery;
    this.#service = service;
  }

  async refresh(): Promise<void> {
    const found = await this.#discovery.instances(this.#service);
    const known = new Map(this.#peers.map((peer) => [peer.instance.id, peer]));
    this.#peers = found.map((instance) => known.get(instance.id) ?? open(instance));
  }

  async request({ method, path, headers = {}, body = null, signal }: Request): Promise<Answer> {
    const peer = this.#peers[(this.#turn += 1) % Math.max(1, this.#peers.length)];
    if (peer === undefined) throw new Error('no instance is known');
    const { host: _host, connection: _connection, 'content-length': _length, ...kept } = headers;
    const answer = await peer.connections.request({
      method,
      path,
      headers: kept,
      body,
      ...(signal && { signal }),
    });
    return {
      status: answer.statusCode,
      headers: answer.headers as Readonly<Record<string, string>>,
      body: new Uint8Array(await answer.body.arrayBuffer()),
      instance: peer.instance.id,
      version: 'stable',
      fellBack: false,
      attempts: 1,
    };
  }

  describe(): object {
    return { instances: this.#peers.map(({ instance }) => instance.id) };
  }

  async close(): Promise<void> {
    await Promise.all(this.#peers.map(({ connections }) => connections.destroy()));
  }
}

function open(instance: Instance): Peer {
  const origin = `http://${instance.host}:${instance.port}`;
  const connections = new Pool(origin, { headersTimeout: ANSWER_MS, bodyTimeout: ANSWER_MS, allowH2: false });
  return { instance, connections };
}

const config = readConfig(process.env);
const stop = new Promise<void>((resolve) => {
  process.once('SIGTERM', () => resolve());
  process.once('SIGINT', () => resolve());
});
const discovery = new CloudMapDiscovery(config);
const pool = new PlainPool(discovery, config.service);
const refresh = (): Promise<void> =>
  pool.refresh().catch((error: unknown) => {
    process.stderr.write(`control: the registry cannot be asked: ${String(error)}\n`);
  });
await refresh();
const timer = setInterval(() => void refresh(), REFRESH_MS);
const task = await readTask(process.env, 'web');
const strategy = {
  assign: () => ({ version: 'stable' as const, strategy: null, rule: null }),
  describe: () => null,
};
const server = await serve({ pool, strategy, task, traces: config.traces }, config);
process.stdout.write(`${JSON.stringify({ listening: server.port })}\n`);
await stop;
clearInterval(timer);
await server.close();
await pool.close();
discovery.close();
