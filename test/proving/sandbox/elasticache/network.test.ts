/** Rules of the network hold for cache nodes as they do for members of the database. */

import { Redis } from 'ioredis';
import tls from 'node:tls';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { eventually, GROUP, GROUP_PROPERTIES, openStage, type Stage, token, USER } from './support.ts';

const FAR = '127.250.7.1';
const NODE = `${GROUP}-001`;

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
  await stage.create('ReplicationGroup', GROUP_PROPERTIES);
});
afterAll(() => stage?.end());
afterEach(() => stage.cache.setNetwork([]));

const cut = (from: string) => [{ from, to: stage.node().address, effect: { kind: 'drop' } as const }];

/** A stock client whose connection comes from an address of its own. */
class FarConnector {
  readonly connecting = true;
  private socket: tls.TLSSocket | undefined;
  check(): boolean {
    return true;
  }
  disconnect(): void {
    this.socket?.destroy();
  }
  async connect(): Promise<tls.TLSSocket> {
    const { address, port, endpoint } = stage.node();
    this.socket = tls.connect({
      host: address,
      port,
      localAddress: FAR,
      ca: stage.tls.caPem,
      servername: endpoint,
    } as tls.ConnectionOptions);
    return this.socket;
  }
}

async function far(options: { commandTimeout?: number } = {}): Promise<Redis> {
  const client = new Redis({
    Connector: FarConnector as never,
    username: USER,
    password: await token(),
    lazyConnect: true,
    retryStrategy: () => null,
    ...options,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

test('a partition holds back one source alone, and what was held arrives in order when it heals', async () => {
  const [cutOff, near] = [await far(), await stage.connect()];
  await stage.cache.setNetwork(cut(FAR));
  let answer = 'none';
  const write = cutOff.set('a', 'late').then((said) => (answer = said));
  let opened = 'none';
  const login = far().then((client) => ((opened = 'opened'), client));
  await pause(400);
  expect([answer, opened]).toEqual(['none', 'none']);
  expect(await near.get('a')).toBe(null);
  expect(await near.set('b', 'meanwhile')).toBe('OK');
  await stage.cache.setNetwork([]);
  expect(await write).toBe('OK');
  expect(await near.get('a')).toBe('late');
  for (const client of [cutOff, await login]) client.disconnect();
});

test('a partition of everybody holds for a node that is restarted meanwhile', async () => {
  await stage.cache.setNetwork(cut('*'));
  await stage.cache.restartCacheNode(NODE, 'empty');
  await expect(stage.connect({ connectTimeout: 300 })).rejects.toThrow();
  await stage.cache.setNetwork([]);
  expect(await (await stage.connect()).ping()).toBe('PONG');
});

test('a client that is cut off does not see a reboot: it is reset when the network heals', async () => {
  const client = await far({ commandTimeout: 60_000 });
  let ended = false;
  client.on('close', () => (ended = true));
  const { pid } = stage.node();
  await stage.cache.setNetwork(cut(FAR));
  await stage.call('RebootCacheCluster', { CacheClusterId: NODE, CacheNodeIdsToReboot: ['0001'] });
  await eventually(
    'it is rebooted',
    10_000,
    () => stage.node().pid !== pid && stage.node().state === 'available',
  );
  expect(ended).toBe(false);
  await stage.cache.setNetwork([]);
  await eventually('it is reset', 2_000, () => ended);
});

test('a delay comes on top of every answer, each way', async () => {
  const client = await far();
  await stage.cache.setNetwork([{ from: FAR, to: '*', effect: { kind: 'delay', ms: 60 } }]);
  const started = performance.now();
  await client.ping();
  expect(performance.now() - started).toBeGreaterThanOrEqual(119);
  client.disconnect();
});
