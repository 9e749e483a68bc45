/**
 * One environment through its life: credentials and secrets that never leave this machine, a second start, load that
 * looks like death, the engineer's commands, an interrupted drill, and a crash in the middle of everything.
 */

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { DescribeEventsCommand, RDSClient } from '@aws-sdk/client-rds';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetOf } from '../../bin/stage/place.ts';
import { connect } from '../../ops/connect.ts';
import { output, readOutputs } from '../../ops/outputs.ts';
import { readRecords, type ControlPlaneRecords } from '../../ops/records.ts';
import { stateOf } from '../../proving/drills/index.ts';
import { activitiesUnderWay } from '../../proving/sandbox/home/activities.ts';
import {
  runningSandbox,
  sandboxClient,
  type MemberStatus,
  type SandboxCard,
} from '../../proving/sandbox/index.ts';
import { said, start, temporaryStateDir, understudy, type Ended, type Running } from '../bin/command.ts';
import { loadWriter, TOO_MANY } from './load-on-writer.ts';
import { logsBelow, logsWith } from './logs.ts';
import { environmentOf, treeOf, untilGone, workingIn, type SeenProcess } from './processes.ts';
import { WatchedEnvironments } from './watched-environments.ts';

const HEALTHY_MS_MAX = 200_000;
/** The kernel ends the children; their own children follow when they notice. */
const CHILDREN_END_MS_MAX = 10_000;
const PROCESSES_MIN = 10;
const LOGS_MIN = 10;
/** Three samples and gray-hold-ms are over long before; then a stalled writer would be promoted away from. */
const LOADED_MS = 15_000;
const COMMAND_MS_MAX = 90_000;
const STOPPED_POLL_MS = 50;
const BROKEN = 3;
const INTERRUPTED = 130;

/** Looks like a real key, and is found wherever it goes. */
const CANARY = 'CANARY7REAL';
const REAL_LOOKING = {
  AWS_ACCESS_KEY_ID: `AKIA${CANARY}00000`,
  AWS_SECRET_ACCESS_KEY: `${CANARY}/secret/of/an/account/that/is/real`,
  AWS_SESSION_TOKEN: `${CANARY}-session`,
  AWS_PROFILE: `${CANARY}-production`,
};

const stateDir = temporaryStateDir();
const env = { UNDERSTUDY_STATE_DIR: stateDir };
const watched = new WatchedEnvironments(CANARY);
let up: Running;
let card: SandboxCard;

beforeAll(async () => {
  up = start(['up', '--port', '0', '--json', '--no-page'], { ...env, ...REAL_LOOKING });
  const stopWatching = watched.watch(up.child.pid!);
  await said(up, 'healthy after', HEALTHY_MS_MAX).finally(stopWatching);
  card = runningSandbox(stateDir)!;
});

afterAll(async () => {
  up.child.kill('SIGKILL');
  await untilGone(workingIn(stateDir), CHILDREN_END_MS_MAX);
  fs.rmSync(stateDir, { recursive: true, force: true });
});

describe('real-looking credentials', () => {
  it('are ignored, and named', () => {
    const line = up
      .stderr()
      .split('\n')
      .find((text) => text.includes('ignoring '));
    for (const name of Object.keys(REAL_LOOKING)) expect(line).toContain(name);
    expect(line).toContain('never reaches AWS');
  });

  it('SEC-24: reach no child, and no log', () => {
    expect(environmentOf(up.child.pid!)).toContain(CANARY);
    expect([...watched.programs].some((program) => program.includes('aws-cdk/bin/cdk'))).toBe(true);
    expect([...watched.programs].some((program) => program.endsWith('--enable-source-maps -e'))).toBe(true);
    expect([...watched.programs].some((program) => program.includes('lambda/bootstrap'))).toBe(true);
    expect([...watched.programs].some((program) => program.includes('postgres'))).toBe(true);
    expect([...watched.told]).toEqual([]);
    expect(logsWith(stateDir, CANARY)).toEqual([]);
    expect(up.stderr()).not.toContain(CANARY);
  });
});

describe('secrets', () => {
  it("SEC-13: the master secret's value and the tokens of logins are in no log", async () => {
    const { SecretString } = await new SecretsManagerClient(targetOf(card)).send(
      new GetSecretValueCommand({ SecretId: output(await readOutputs(targetOf(card), 'Demo'), 'SecretArn') }),
    );
    const { password } = JSON.parse(SecretString!) as { password: string };
    expect(password.length).toBeGreaterThanOrEqual(16);
    expect(logsBelow(stateDir).length).toBeGreaterThan(LOGS_MIN);
    expect(logsWith(stateDir, 'listening')).not.toEqual([]);
    for (const secret of [password, 'X-Amz-Signature', card.operator.secretAccessKey]) {
      expect(logsWith(stateDir, secret)).toEqual([]);
      expect(up.stderr()).not.toContain(secret);
    }
  });
});

describe('a second start', () => {
  it('is refused with the process that runs, which goes on', async () => {
    const { code, stdout, stderr } = await understudy(['up', '--port', '0', '--for', '1s', '--json'], env);
    expect(stderr).toContain(`process ${up.child.pid}`);
    expect(stderr).toContain('understudy down');
    expect(stdout).toBe('');
    expect(code).toBe(3);
    expect(runningSandbox(stateDir)).toMatchObject({ pid: up.child.pid, url: card.url });
    const [, line] = /(curl -s .*)/.exec(up.stderr())!;
    expect(execFileSync('sh', ['-c', line!], { encoding: 'utf8' })).toContain('"id":1');
  });
});

describe('F-35: a writer without a free connection, its tables locked', () => {
  it('is promoted away from by nobody, however long clients and heartbeats fail', async () => {
    const writer = (await members()).find(({ role }) => role === 'writer')!;
    const began = Date.now();
    const load = await loadWriter(card, writer);
    expect(load).toMatchObject({ refusedWith: TOO_MANY, sessions: expect.any(Number) });
    await pause(LOADED_MS);
    const { observations, ledger } = await records(began);
    await load.end();
    const heldUp = observations.filter(({ samples }) =>
      samples.some((s) => s.memberId === writer.id && (s.write === 'load' || s.reach === 'load')),
    );
    expect(new Set(heldUp.map(({ az }) => az)).size).toBeGreaterThanOrEqual(2);
    // Reads of what was just written meet the lock as well, on the readers, and may be the first to be told of.
    expect(up.stderr()).toMatch(/users: (writes|reads) fail/);
    expect(ledger.filter((item) => item.function === 'write-failover')).toEqual([]);
    const { Events = [] } = await new RDSClient(targetOf(card)).send(
      new DescribeEventsCommand({ Duration: 5 }),
    );
    expect(Events.filter(({ Message }) => /failover/i.test(Message ?? ''))).toEqual([]);
    expect((await members()).find(({ role }) => role === 'writer')!.id).toBe(writer.id);
  });
});

describe('the engineer’s commands', () => {
  it('switchover: another member is the writer, on record, and no automatic failover follows', async () => {
    const { code, stdout, stderr } = await untilNotRefused(['switchover', '--why', 'a journey', '--json']);
    expect(code, stderr).toBe(0);
    const line = JSON.parse(stdout) as Record<string, unknown>;
    const writer = (await members()).find(({ role }) => role === 'writer')!;
    expect(line).toMatchObject({ switched: true, to: writer.id, after: writer.id, refused: null });
    expect(line).toMatchObject({
      writer_seen_ms: expect.any(Number),
      actor: expect.stringContaining('arn:aws:'),
    });
    expect(stderr).toContain('Next: npx understudy switchover --to');
    const { ledger } = await records(Date.now() - 60_000);
    expect(ledger.filter((item) => item.function === 'switchover')).toMatchObject([
      { id: line['recovery'], state: 'done', before: line['from'], after: writer.id },
    ]);
    expect(ledger.filter((item) => item.function === 'write-failover')).toEqual([]);
  });

  it('switchover is refused to the writer and to a stranger, with what is legal', async () => {
    const writer = (await members()).find(({ role }) => role === 'writer')!;
    for (const [to, rule] of [
      [writer.id, 'is the writer already'],
      ['nobody', 'is no member of'],
    ] as const) {
      const { code, stdout, stderr } = await understudy(
        ['switchover', '--to', to, '--why', 'x', '--json'],
        env,
      );
      expect(stderr).toContain(rule);
      expect([code, stdout]).toEqual([2, '']);
    }
  });

  it('hold, release and ack: on record, and told', async () => {
    const held = await understudy(['hold', 'database', '--why', 'a journey', '--for', '30m'], env);
    expect(held.stderr).toContain('the database tier is held by arn:aws:');
    const store = connect(targetOf(card), await table()).store;
    const item = await store.readControl('database');
    expect(item).toMatchObject({ paused: true, why: 'a journey', mode: null });
    expect(item!.until! - item!.at).toBe(30 * 60_000);
    const released = await understudy(['release', 'database'], env);
    expect(released.stderr).toMatch(/released: it was held by arn:aws:.* \(a journey\)/);
    expect(await store.readControl('database')).toMatchObject({ paused: false });
    const { ledger } = await records(Date.now() - 120_000);
    const done = ledger.find((entry) => entry.function === 'switchover')!;
    const ack = await understudy(['ack', done.id, '--why', 'looked at'], env);
    expect(ack.stderr).toContain('is acknowledged by arn:aws:');
    expect((await understudy(['ack', done.id, '--why', 'again'], env)).stderr).toContain('looked at');
    expect([held.code, released.code, ack.code]).toEqual([0, 0, 0]);
  });
});

describe('Ctrl-C during a drill', () => {
  it('ends it with 130 and takes its fault away', async () => {
    const drill = start(['drill', 'database-reader', '--fault', 'hang'], env);
    await said(drill, 'hang of ', HEALTHY_MS_MAX);
    await stoppedMember();
    drill.child.kill('SIGINT');
    expect((await drill.ended).code).toBe(INTERRUPTED);
    for (const { id, pid } of await members()) expect([id, stateOf(pid)]).not.toEqual([id, 'T']);
    expect(activitiesUnderWay(stateDir)).toEqual([]);
  });
});

describe('a crash, while a drill has stopped a member and a promotion runs', () => {
  let tree: readonly SeenProcess[];
  let drill: Running;
  let change: Running;

  it('of the supervisor takes every child with it, the stopped ones too', async () => {
    drill = start(['drill', 'database-reader', '--fault', 'hang'], env);
    await said(drill, 'hang of ', HEALTHY_MS_MAX);
    const stopped = await stoppedMember();
    const target = (await members()).find(({ id, role }) => role === 'reader' && id !== stopped.id)!;
    change = start(['switchover', '--to', target.id, '--why', 'a journey'], env);
    await said(change, 'calling for the failover', COMMAND_MS_MAX);
    tree = treeOf(up.child.pid!);
    expect(tree.length).toBeGreaterThan(PROCESSES_MIN);
    up.child.kill('SIGKILL');
    expect(await untilGone(tree, CHILDREN_END_MS_MAX)).toEqual([]);
    expect(workingIn(stateDir)).toEqual([]);
  });

  it('ends the commands that use it with 3 and a clear word', async () => {
    for (const [running, what] of [
      [drill, 'the drill database-reader --fault hang'],
      [change, 'the switchover'],
    ] as const) {
      const { code, stderr } = await running.ended;
      expect(stderr).toContain(
        `(process ${up.child.pid}) ended while ${what} was under way; its result is lost`,
      );
      expect(code).toBe(BROKEN);
    }
  });

  it('is found by `understudy down`, which says what it found and removes it', async () => {
    expect(fs.existsSync(stateDir)).toBe(true);
    const { code, stderr } = await understudy(['down'], env);
    expect(stderr).toMatch(new RegExp(`the sandbox of process ${up.child.pid}, started \\d+ (s|min) ago`));
    expect(stderr).toMatch(/a drill was under way since .* and is lost: database-reader --fault hang/);
    expect(stderr).toContain('The sandbox is down');
    expect(code).toBe(0);
    expect(fs.existsSync(stateDir)).toBe(false);
  });
});

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function members(): Promise<readonly MemberStatus[]> {
  return (await sandboxClient(card).status()).clusters[0]!.members;
}

/** A fault is told before it is there. Rejects when nobody is in state T in time. */
async function stoppedMember(): Promise<MemberStatus> {
  const deadline = Date.now() + COMMAND_MS_MAX;
  while (Date.now() < deadline) {
    const stopped = (await members()).find(({ pid }) => stateOf(pid) === 'T');
    if (stopped) return stopped;
    await pause(STOPPED_POLL_MS);
  }
  throw new Error('no member is stopped');
}

async function table(): Promise<string> {
  return output(await readOutputs(targetOf(card), 'Demo'), 'StateTableName');
}

async function records(sinceMs: number): Promise<ControlPlaneRecords> {
  const clusterId = output(await readOutputs(targetOf(card), 'Demo'), 'ClusterIdentifier');
  const zones = ['a', 'b', 'c'].map((letter) => `${card.region}${letter}`);
  return readRecords(targetOf(card), { table: await table(), clusterId, zones, sinceMs });
}

/** A cluster that was loaded takes a moment until every prober sees every member healthy. */
async function untilNotRefused(args: readonly string[]): Promise<Ended> {
  const deadline = Date.now() + COMMAND_MS_MAX;
  for (;;) {
    const ended = await understudy(args, env);
    if (!ended.stderr.includes('refused (') || Date.now() > deadline) return ended;
    await pause(1000);
  }
}
