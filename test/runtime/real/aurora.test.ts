/**
 * The shop as its users run it, over the sandbox's Aurora: the cluster's own names, TLS that is verified, IAM tokens,
 * `aurora_replica_status()`, and AWS's failover. No function of ours runs, and no AWS API answers (I-29).
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PgConnector } from '../../../runtime/adapters/pg-connector.ts';
import { signalTree } from '../../../proving/sandbox/aurora/process-tree.ts';
import {
  APP_KEY,
  eventually,
  openCluster,
  REGION,
  type Stage,
} from '../../proving/sandbox/aurora/support.ts';
import { Load, longestGapMs, sleep } from '../postgres/load.ts';

const MAIN = fileURLToPath(new URL('../../../examples/shop/main.ts', import.meta.url));
const PRELOAD = fileURLToPath(new URL('../../../proving/sandbox/dns/lookup-preload.cjs', import.meta.url));

let stage: Stage;
let shop: ChildProcess;
let base: string;
const said: string[] = [];

function environment(): Record<string, string> {
  const [cluster] = stage.aurora.describe();
  return {
    PATH: process.env['PATH'] ?? '',
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: APP_KEY.accessKeyId,
    AWS_SECRET_ACCESS_KEY: APP_KEY.secretAccessKey,
    AWS_SESSION_TOKEN: APP_KEY.sessionToken,
    AWS_EC2_METADATA_DISABLED: 'true',
    // Nobody listens there: every AWS API is refused.
    AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
    UNDERSTUDY_STATE_TABLE: 'no-such-table',
    NODE_OPTIONS: `--require ${PRELOAD}`,
    NODE_EXTRA_CA_CERTS: stage.tls.caFile,
    SANDBOX_DNS: stage.dns.stub,
    PORT: '0',
    DATABASE_ENDPOINT: cluster!.endpoint,
    DATABASE_READER_ENDPOINT: cluster!.readerEndpoint,
    DATABASE_NAME: 'app',
    DATABASE_USER: 'app',
  };
}

async function startShop(): Promise<string> {
  shop = spawn(process.execPath, [MAIN], { env: environment(), stdio: ['ignore', 'pipe', 'pipe'] });
  shop.stderr!.on('data', (text: Buffer) => said.push(text.toString()));
  for await (const line of readline.createInterface({ input: shop.stdout! })) {
    return `http://127.0.0.1:${(JSON.parse(line) as { listening: number }).listening}`;
  }
  throw new Error(`the shop does not serve: ${said.join('')}`);
}

async function get(path: string): Promise<any> {
  const response = await fetch(base + path);
  const body: any = await response.json();
  if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(body)}`);
  return body;
}

async function place(id: string): Promise<string> {
  const body = JSON.stringify({ id, productId: 1, quantity: 1 });
  const response = await fetch(`${base}/orders`, { method: 'POST', body });
  const answer: any = await response.json();
  if (response.status !== 201) throw new Error(`${response.status} ${JSON.stringify(answer)}`);
  return answer.position as string;
}

const readProduct = () => get(`/products/${1 + Math.floor(Math.random() * 1000)}`);
const failures = (load: Load): string[] =>
  load.samples.filter((sample) => !sample.ok).map((sample) => String(sample.error));

beforeAll(async () => {
  stage = await openCluster();
  const master = await stage.connect('one');
  await master.query('create role app login');
  await master.query('grant rds_iam to app');
  await master.query('grant app to current_user');
  await master.query('create schema app authorization app');
  await master.end();
  base = await startShop();
});

afterAll(async () => {
  shop?.kill('SIGKILL');
  await stage?.end();
});

describe('the shop over Aurora', () => {
  it('reads on the readers, and reads its own orders at once', async () => {
    const served = new Set<string>();
    for (let n = 0; n < 40; n += 1) served.add((await readProduct()).servedBy);
    expect(served).toEqual(new Set(['two', 'three']));
    for (let n = 0; n < 20; n += 1) {
      const id = randomUUID();
      expect((await get(`/orders/${id}?after=${await place(id)}`)).id).toBe(id);
    }
  });

  it('I-29: loses no read when a reader is killed, and none when one is frozen', async () => {
    const load = new Load(100, readProduct);
    await sleep(3000);
    signalTree(stage.member('three').pid, 'SIGKILL');
    await sleep(3000);
    await eventually('the reader is back', 30_000, async () => {
      const { reads } = await get('/status');
      return reads.readers.some((one: any) => one.id === 'three' && /fresh|returning/.test(one.state));
    });
    signalTree(stage.member('two').pid, 'SIGSTOP');
    await sleep(3000);
    signalTree(stage.member('two').pid, 'SIGCONT');
    await load.stop();
    expect(failures(load)).toEqual([]);
    expect(longestGapMs(load.samples)).toBeLessThan(500);
  });

  it('I-19: no order fails or is lost when the writer is killed, while AWS fails over', async () => {
    const acknowledged: string[] = [];
    const load = new Load(50, async () => {
      const id = randomUUID();
      await place(id);
      acknowledged.push(id);
    });
    await sleep(2000);
    const old = stage.writer();
    signalTree(stage.member(old).pid, 'SIGKILL');
    await eventually('another member writes', 20_000, () => stage.writer() !== old);
    await sleep(3000);
    await load.stop();
    const client = await stage.connect(stage.writer());
    const { rows } = await client.query('select id from app.orders');
    await client.end();
    const stored = new Set(rows.map((row: { id: string }) => row.id));
    expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
    expect(failures(load)).toEqual([]);
  });

  it('counts the reports that no table took, and serves on', async () => {
    const { outcomes } = await get('/status');
    expect(outcomes.failed).toBeGreaterThan(0);
    expect(outcomes.reported).toBe(0);
  });

  it('drains and ends by itself on SIGTERM', async () => {
    const underWay = Promise.all([place(randomUUID()), readProduct()]);
    await sleep(5);
    const exited = once(shop, 'exit');
    shop.kill('SIGTERM');
    await underWay;
    const [code, signal] = await exited;
    expect({ code, signal }).toEqual({ code: 0, signal: null });
  });
});

describe('SEC-11: TLS to a member', () => {
  const connect = (host: string, ca: string, password = 'x') =>
    new PgConnector({
      port: 5432,
      database: 'app',
      user: 'app',
      password: () => Promise.resolve(password),
      tls: { ca },
      applicationName: 'tls-test',
      statementTimeoutMs: 1000,
    }).connect({ id: 'two', host }, { purpose: 'read', timeoutMs: 3000 });

  it('fails under a name that the certificate does not carry', async () => {
    const { address } = stage.member('two');
    await expect(connect(address, stage.tls.caPem)).rejects.toMatchObject({
      kind: 'login',
      advice: 'give-up',
    });
  });

  it('fails for an authority that is not ours', async () => {
    const { address } = stage.member('two');
    await expect(connect(address, '')).rejects.toMatchObject({ kind: 'login' });
  });
});
