/** `cdk destroy` with the stock command line: refused while the data is protected, and clean when it is not. */

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DescribeDBClustersCommand, RDSClient, type DBCluster } from '@aws-sdk/client-rds';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetOf } from '../../bin/stage/place.ts';
import { livingChildren } from '../../proving/sandbox/kernel/index.ts';
import {
  runningSandbox,
  sandboxClient,
  type SandboxCard,
  type SandboxStatus,
} from '../../proving/sandbox/index.ts';
import { said, startNode, temporaryStateDir, type Running } from '../bin/command.ts';
import { cdk, deploy, destroy, variant } from './cdk.ts';
import { untilGone, workingIn } from './processes.ts';

const STARTS_MS_MAX = 60_000;
const ENDS_MS_MAX = 20_000;
const STACKS = [
  'CDKToolkit',
  'Demo-Network',
  'Demo-State',
  'Demo-Database',
  'Demo-Cache',
  'Demo-Edge',
  'Demo-Compute',
  'Demo-Control',
];

const stateDir = temporaryStateDir();
const templates = temporaryStateDir();
const guarded = path.join(templates, 'protected');
let holder: Running;
let card: SandboxCard;

beforeAll(async () => {
  holder = startNode(path.join(import.meta.dirname, 'hold.ts'), ['bare'], { UNDERSTUDY_STATE_DIR: stateDir });
  await said(holder, 'the sandbox is held', STARTS_MS_MAX);
  card = runningSandbox(stateDir)!;
  const account = `aws://${card.accountId}/${card.region}`;
  const bootstrapped = await cdk(card, ['bootstrap', account], os.tmpdir());
  expect(bootstrapped.code, bootstrapped.output).toBe(0);
  const deployed = await deploy(card, variant('protected', guarded));
  expect(deployed.code, deployed.output).toBe(0);
});

afterAll(async () => {
  holder.child.kill('SIGKILL');
  await untilGone(workingIn(stateDir), ENDS_MS_MAX);
  for (const folder of [stateDir, templates]) fs.rmSync(folder, { recursive: true, force: true });
});

function status(): Promise<SandboxStatus> {
  return sandboxClient(card).status();
}

async function describedClusters(): Promise<readonly DBCluster[] | undefined> {
  const { DBClusters } = await new RDSClient(targetOf(card)).send(new DescribeDBClustersCommand({}));
  return DBClusters;
}

function databaseProcesses(): readonly string[] {
  return livingChildren(stateDir)
    .map((child) => child.name)
    .filter((name) => /postgres|instance/.test(name));
}

describe('cdk destroy', () => {
  it('is refused while the data is protected, and everything still stands', async () => {
    const before = await status();
    const { code, output } = await destroy(card, ['--app', guarded]);
    expect(code).toBe(1);
    expect(output).toMatch(/TerminationProtection is enabled/);
    const after = await status();
    expect(after.stacks.toSorted()).toEqual(STACKS.toSorted());
    expect(after.clusters).toEqual(before.clusters);
    expect(await describedClusters()).toMatchObject([{ DeletionProtection: true }]);
    expect(after.clusters[0]!.members.map((member) => member.status)).toEqual(Array(3).fill('available'));
  });

  it('without protection ends clean: nothing is left but the bootstrap', async () => {
    const original = path.join(templates, 'original');
    const relaxed = await deploy(card, ['--output', original]);
    expect(relaxed.code, relaxed.output).toBe(0);
    expect(databaseProcesses()).not.toEqual([]);

    const { code, output } = await destroy(card, ['--app', original]);
    expect(code, output).toBe(0);
    expect(await status()).toMatchObject({ stacks: ['CDKToolkit'], clusters: [], functions: {} });
    expect(await describedClusters()).toEqual([]);
    expect(databaseProcesses()).toEqual([]);
    // Its watchdog stays as long as the sandbox does, and so does the network of its tasks.
    const staying = (command: string): boolean => /understudy-watchdog|gateway-host/.test(command);
    const left = workingIn(stateDir).map((process) => process.command);
    expect(left.filter((command) => !staying(command))).toEqual([]);
  });

  it('leaves a sandbox that ends when it is asked to', async () => {
    holder.child.kill('SIGINT');
    expect((await holder.ended).code).toBe(0);
    expect(workingIn(stateDir)).toEqual([]);
  });
});
