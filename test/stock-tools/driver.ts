/**
 * AWS's own driver for Node.js, an outside client that was written against Aurora: it finds the members by itself
 * and fails over by itself. What it takes for the topology must be what the sandbox says its members are.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import readline from 'node:readline';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FailoverDBClusterCommand, RDSClient } from '@aws-sdk/client-rds';
import { Client } from 'pg';
import { awsVariables } from '../../bin/stage/environment.ts';
import { targetOf } from '../../bin/stage/place.ts';
import { treeOf } from '../journey/processes.ts';
import type { Said } from './driver-client.ts';
import type { Held } from './held.ts';

/** The driver's two failover plugins: v2 watches the topology all the time, v1 looks for it when it fails. */
const WATCHING = 'failover2,iam';
const SEARCHING = 'failover,iam';
const PLUGINS = [WATCHING, SEARCHING] as const;
const CONNECTS_MS_MAX = 30_000;
const FAILS_OVER_MS_MAX = 60_000;
const HEALS_MS_MAX = 90_000;
/** Outlasts the driver's own limit of a failover, in which it may be when it is asked to end. */
const ENDS_MS_MAX = 45_000;
const POLL_MS = 50;
const PRELOAD = path.join(import.meta.dirname, '../../proving/sandbox/dns/lookup-preload.cjs');

interface Driver {
  readonly plugins: string;
  readonly heard: readonly Said[];
  stop(): Promise<void>;
}

function startDriver(held: Held, host: string, plugins: string, writes: 'yes' | 'no'): Driver {
  const { card } = held;
  const child = spawn(
    process.execPath,
    ['--require', PRELOAD, path.join(import.meta.dirname, 'driver-client.ts')],
    {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: {
        ...awsVariables(card),
        HOME: '/nonexistent',
        SANDBOX_DNS: card.dns,
        DATABASE_ENDPOINT: host,
        DATABASE_NAME: held.output('DatabaseName'),
        DATABASE_USER: 'shop',
        DATABASE_CA: card.caFile,
        DRIVER_PLUGINS: plugins,
        DRIVER_WRITES: writes,
      },
    },
  );
  const heard: Said[] = [];
  let complaints = '';
  // The driver logs to standard output too, in lines that are no JSON.
  readline.createInterface(child.stdout).on('line', (line) => {
    if (line.startsWith('{"said":')) heard.push(JSON.parse(line) as Said);
  });
  child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
  const ended = once(child, 'exit');
  return {
    plugins,
    heard,
    async stop() {
      child.stdin.end();
      const force = setTimeout(() => child.kill('SIGKILL'), ENDS_MS_MAX);
      const [code] = await ended;
      clearTimeout(force);
      expect(code, complaints).toBe(0);
    },
  };
}

async function eventually<T>(
  what: string,
  boundMs: number,
  ask: () => Promise<T | undefined> | T | undefined,
) {
  const deadline = Date.now() + boundMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`not within ${boundMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

const is = <T extends Said['said']>(heard: readonly Said[], said: T) =>
  heard.filter((line): line is Extract<Said, { said: T }> => line.said === said);

/** What the sandbox itself says, in the driver's words. */
async function topologyOf(held: Held): Promise<Said> {
  const { members } = await held.cluster();
  const of = (role: string) => members.filter((one) => one.role === role).map(({ endpoint }) => endpoint);
  return { said: 'topology', writer: of('writer')[0]!, readers: of('reader').sort() };
}

async function seesTopology(held: Held, driver: Driver): Promise<void> {
  await eventually(`${driver.plugins} sees the members as they are`, FAILS_OVER_MS_MAX, async () => {
    const last = is(driver.heard, 'topology').at(-1);
    return JSON.stringify(last) === JSON.stringify(await topologyOf(held)) ? true : undefined;
  }).catch(async (error: Error) => {
    expect(is(driver.heard, 'topology').at(-1), error.message).toEqual(await topologyOf(held));
  });
}

const writerOf = async (held: Held) => (await held.cluster()).members.find(({ role }) => role === 'writer')!;

async function healed(held: Held): Promise<void> {
  await eventually('every member is available', HEALS_MS_MAX, async () => {
    const { status, members } = await held.cluster();
    return status === 'available' && members.every((one) => one.status === 'available') ? true : undefined;
  });
}

/** Every driver writes on at a writer that is another one than before, says that it switched, and sees who is who. */
async function failsOverByItself(held: Held, drivers: readonly Driver[], fault: () => Promise<void>) {
  await healed(held);
  const before = (await writerOf(held)).id;
  const heardBefore = drivers.map(({ heard }) => heard.length);
  await fault();
  for (const [i, driver] of drivers.entries()) {
    const since = () => driver.heard.slice(heardBefore[i]);
    const wrote = await eventually(`${driver.plugins} writes at a new writer`, FAILS_OVER_MS_MAX, () =>
      is(since(), 'wrote').find(({ server }) => server !== before),
    );
    expect(wrote.server).toBe((await writerOf(held)).id);
    expect(is(since(), 'failed').map(({ error }) => error)).toContain('FailoverSuccessError');
  }
  await healed(held);
  for (const driver of drivers) await seesTopology(held, driver);
}

async function killWriter(held: Held): Promise<void> {
  const { pid } = await writerOf(held);
  const tree = treeOf(pid);
  // Stopped first: a process that forks while it is being killed would leave an orphan.
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) for (const one of tree) process.kill(one.pid, signal);
}

async function requestFailover(held: Held): Promise<void> {
  const { region, endpoint, credentials } = targetOf(held.card);
  const client = new RDSClient({ region, endpoint, credentials });
  await client.send(new FailoverDBClusterCommand({ DBClusterIdentifier: held.output('ClusterIdentifier') }));
  client.destroy();
}

/** The ids that a driver's table holds, read by another client from the writer there is now. */
async function written(held: Held, plugins: string): Promise<ReadonlySet<number>> {
  const { address, endpoint } = await writerOf(held);
  const client = new Client({
    host: address,
    user: 'shop',
    database: held.output('DatabaseName'),
    password: await held.token(endpoint),
    ssl: { ca: fs.readFileSync(held.card.caFile, 'utf8'), servername: endpoint },
  });
  await client.connect();
  const { rows } = await client.query('SELECT id FROM driver_writes WHERE driver = $1', [plugins]);
  await client.end();
  return new Set(rows.map(({ id }) => id as number));
}

export function awsDriver(held: () => Held): void {
  let drivers: readonly Driver[] = [];

  beforeAll(async () => {
    await healed(held());
    drivers = PLUGINS.map((plugins) => startDriver(held(), held().output('ClusterEndpoint'), plugins, 'yes'));
    for (const { heard, plugins } of drivers) {
      const writes = eventually(`${plugins} writes`, CONNECTS_MS_MAX, () => is(heard, 'wrote')[0]);
      await writes.catch((error: Error) => expect.fail(`${error.message}: ${JSON.stringify(heard.at(-1))}`));
    }
  });

  afterAll(async () => {
    await Promise.all(drivers.map((driver) => driver.stop()));
  });

  it.each(PLUGINS.map((plugins, i) => [plugins, i] as const))(
    '%s: finds the topology from the cluster endpoint',
    (_plugins, i) => seesTopology(held(), drivers[i]!),
  );

  it.each(['an instance endpoint', 'the custom endpoint'])('finds the topology from %s', async (which) => {
    const { endpoint } = await writerOf(held());
    const host = which === 'an instance endpoint' ? endpoint : held().output('ReaderPoolEndpoint');
    const driver = startDriver(held(), host, WATCHING, 'no');
    await seesTopology(held(), driver);
    await driver.stop();
  });

  it('fails over by itself after FailoverDBCluster, and writes on at the new writer', () =>
    failsOverByItself(held(), drivers, () => requestFailover(held())));

  // Without v1: it gives up whenever a dying host ends a TLS handshake, an error that it does not take for the network's.
  // Up to three times more: the driver gives up by itself where the dying host keeps it waiting for a connection, too.
  it('fails over by itself after a kill of the writer, and writes on at the new writer', { retry: 3 }, () =>
    failsOverByItself(held(), [drivers[0]!], () => killWriter(held())),
  );

  it('lost no write that was acknowledged to it', async () => {
    for (const { heard, plugins } of drivers) {
      const acknowledged = is(heard, 'wrote').map(({ id }) => id);
      const kept = await written(held(), plugins);
      expect(acknowledged.length).toBeGreaterThan(20);
      expect(acknowledged.filter((id) => !kept.has(id))).toEqual([]);
    }
  });
}
