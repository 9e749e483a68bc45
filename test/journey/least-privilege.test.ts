/**
 * Least privilege bites: the example environment with one right less for two functions. The drill that needs the
 * right fails and says which one it was; nothing else breaks.
 */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetOf } from '../../bin/stage/place.ts';
import { output, readOutputs } from '../../ops/outputs.ts';
import { readRecords } from '../../ops/records.ts';
import type { DrillLine } from '../../proving/drills/index.ts';
import {
  runningSandbox,
  sandboxClient,
  type SandboxClient,
  type SandboxStatus,
} from '../../proving/sandbox/index.ts';
import { said, startNode, temporaryStateDir, understudy, type Running } from '../bin/command.ts';
import { cdk, deploy } from './cdk.ts';
import { untilGone, workingIn } from './processes.ts';

const HELD_MS_MAX = 60_000;
const ENDS_MS_MAX = 20_000;
const POLL_MS = 500;
/** Reconcile runs every minute. */
const MINUTE_MS_MAX = 90_000;
const TAKEN = ['WriteFailover=rds:FailoverDBCluster', 'Reconcile=ssm:GetParametersByPath'];

const stateDir = temporaryStateDir();
const templates = path.join(os.tmpdir(), `${path.basename(stateDir)}-templates`);
const env = { UNDERSTUDY_STATE_DIR: stateDir };
let holder: Running;
let client: SandboxClient;
let deployedAt: number;
let line: DrillLine;

beforeAll(async () => {
  holder = startNode(path.join(import.meta.dirname, 'hold.ts'), ['bare'], env);
  await said(holder, 'the sandbox is held', HELD_MS_MAX);
  client = sandboxClient(runningSandbox(stateDir)!);
  const { accountId, region } = client.card;
  const bootstrapped = await cdk(client.card, ['bootstrap', `aws://${accountId}/${region}`], os.tmpdir());
  expect(bootstrapped.code, bootstrapped.output).toBe(0);
  const app = `node test/journey/apps/least-privilege.ts ${TAKEN.join(' ')}`;
  const deployed = await deploy(client.card, ['--concurrency', '4', '--app', app, '--output', templates]);
  expect(deployed.code, deployed.output).toBe(0);
  deployedAt = Date.now();
  const drilled = await understudy(['drill', 'database-writer', '--fault', 'hang', '--json'], env);
  line = JSON.parse(drilled.stdout.split('\n')[0]!) as DrillLine;
});

afterAll(async () => {
  holder.child.kill('SIGINT');
  await Promise.race([holder.ended, new Promise((resolve) => setTimeout(resolve, ENDS_MS_MAX))]);
  holder.child.kill('SIGKILL');
  await untilGone(workingIn(stateDir), ENDS_MS_MAX);
  for (const folder of [stateDir, templates]) fs.rmSync(folder, { recursive: true, force: true });
});

async function denialsOf(name: string): Promise<SandboxStatus['denied']> {
  const { denied } = await client.status();
  return denied.filter((one) => one.function === name);
}

async function ledger() {
  const target = targetOf(client.card);
  const outputs = await readOutputs(target, 'Demo');
  const clusterId = (await client.status()).clusters[0]!.id;
  const query = { table: output(outputs, 'StateTableName'), clusterId, zones: [], sinceMs: deployedAt };
  return (await readRecords(target, query)).ledger.filter((item) => item.function === 'write-failover');
}

async function until<T>(look: () => Promise<T | null>, what: string): Promise<T> {
  const deadline = Date.now() + MINUTE_MS_MAX;
  while (Date.now() < deadline) {
    const found = await look();
    if (found !== null) return found;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`${what} was not seen within ${MINUTE_MS_MAX} ms`);
}

describe('SEC-01: write-failover without rds:FailoverDBCluster', () => {
  it('does not heal a writer that hangs: the drill does not hold, and no data is lost', () => {
    expect(line, JSON.stringify(line)).toMatchObject({
      scenario: 'database-writer',
      fault: 'hang',
      fault_verified: true,
      held: false,
      lost_acked_writes: 0,
    });
    expect(line.not_held).toContain('promotions = 1');
  });

  it('is named by the line of the drill', () => {
    const call = { function: 'write-failover', action: 'rds:FailoverDBCluster' };
    const { resource } = line.denied.find((denial) => denial.function === 'write-failover')!;
    expect(line.denied).toContainEqual({ ...call, resource: expect.stringMatching(/:cluster:/) });
    expect(line.not_held).toContain(
      `AccessDenied: write-failover may not rds:FailoverDBCluster on ${resource}`,
    );
  });

  it('is refused with AccessDenied, and the record names function, action and resource', async () => {
    const [first, ...more] = await denialsOf('write-failover');
    expect(first).toEqual({
      at: expect.any(Number),
      principal: expect.stringMatching(
        /^arn:aws:sts::\d{12}:assumed-role\/Demo-Control-.*WriteFailover.*\/Demo-Control-.*WriteFailover/,
      ),
      function: 'write-failover',
      action: 'rds:FailoverDBCluster',
      resource: expect.stringMatching(/^arn:aws:rds:us-east-1:\d{12}:cluster:/),
    });
    expect(more, 'a denied call is not made again').toEqual([]);
  });

  it('writes the refusal down, gives the recovery up and says that a person is needed', async () => {
    const recoveries = await ledger();
    expect(recoveries).toHaveLength(1);
    expect(recoveries[0]).toMatchObject({ state: 'aborted', after: null });
    expect(recoveries[0]!.steps[0]).toMatchObject({
      call: 'rds:FailoverDBCluster',
      outcome: 'refused',
      detail: 'AccessDenied',
    });
    const cloudWatch = new CloudWatchClient(targetOf(client.card));
    await until(async () => {
      const { MetricAlarms = [] } = await cloudWatch.send(
        new DescribeAlarmsCommand({ AlarmNamePrefix: 'understudy-demo-recovery-failed' }),
      );
      const history = MetricAlarms[0]?.StateTransitionedTimestamp?.getTime() ?? 0;
      return history > deployedAt ? true : null;
    }, 'the alarm recovery-failed');
    cloudWatch.destroy();
  });

  it('nothing crashes over it', async () => {
    const { functions } = await client.status();
    expect(functions['write-failover']!.errors).toBe(0);
    expect(functions['replica-pool']!.errors).toBe(0);
  });
});

describe('SEC-01: reconcile without ssm:GetParametersByPath', () => {
  it('is denied once a run on the path it reads, goes on with the rest, and does not crash', async () => {
    const denied = await until(async () => {
      const found = await denialsOf('reconcile');
      return found.length > 0 ? found : null;
    }, 'a denial of reconcile');
    for (const one of denied) {
      expect(one).toMatchObject({
        action: 'ssm:GetParametersByPath',
        resource: expect.stringMatching(/:parameter\/understudy\/demo$/),
      });
    }
    const minutes = (Date.now() - deployedAt) / 60_000;
    expect(denied.length).toBeLessThanOrEqual(minutes + 2);
    const { functions } = await client.status();
    expect(functions['reconcile']!.errors).toBe(0);
  });
});

it('SEC-01: no other call of any function, task or service was denied', async () => {
  const { denied, denials } = await client.status();
  expect(denials).toBe(denied.length);
  const others = denied.filter(({ function: name }) => name !== 'write-failover' && name !== 'reconcile');
  expect(others).toEqual([]);
});
