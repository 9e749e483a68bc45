/**
 * What a user does with a running environment, in order: one `understudy up` in one terminal, the stock CDK
 * command line and an AWS client in another, and Ctrl-C at the end. Each step starts where the one before ended.
 */

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import {
  DeleteParameterCommand,
  GetParameterCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetOf } from '../../bin/stage/place.ts';
import { defaultParameterPath, overrideParameterPath, parameterRoot } from '../../core/naming.ts';
import { defaultsOf } from '../../core/thresholds/index.ts';
import { livingChildren } from '../../proving/sandbox/kernel/index.ts';
import { runningSandbox, type SandboxCard } from '../../proving/sandbox/index.ts';
import { said, start, temporaryStateDir, type Running } from '../bin/command.ts';
import { CHANGED } from './apps/changed.ts';
import { cdk, deploy, variant } from './cdk.ts';
import { describePastedLines } from './pasted-lines.ts';
import { treeOf, untilGone, workingIn } from './processes.ts';
import { added, parametersUnder, stackEvents, thresholdsReader, touched } from './stacks.ts';
import { upLine } from './up-line.ts';

const HEALTHY_MS_MAX = 200_000;
/** A value below `/overrides` is in force this soon. */
const IN_FORCE_MS_MAX = 30_000;
const ENDS_MS_MAX = 60_000;

const STACKS = [
  'Demo-Network',
  'Demo-State',
  'Demo-Database',
  'Demo-Cache',
  'Demo-Edge',
  'Demo-Compute',
  'Demo-Control',
];
const DEFAULT = defaultsOf('database')[CHANGED.threshold]!;
const DEFAULT_PATH = defaultParameterPath('demo', 'database', CHANGED.threshold);
const OVERRIDE_PATH = overrideParameterPath('demo', 'database', CHANGED.threshold);
const OVERRIDE = 15_000;
const PROBERS = 3;

const stateDir = temporaryStateDir();
const templates = temporaryStateDir();
const original = path.join(templates, 'original');
let up: Running;
let card: SandboxCard;
let ssm: SSMClient;
let thresholds: Awaited<ReturnType<typeof thresholdsReader>>;

beforeAll(async () => {
  up = start(['up', '--port', '0', '--json', '--no-page'], { UNDERSTUDY_STATE_DIR: stateDir });
  await said(up, 'healthy after', HEALTHY_MS_MAX);
  card = runningSandbox(stateDir)!;
  ssm = new SSMClient(targetOf(card));
  thresholds = await thresholdsReader(card);
});

afterAll(async () => {
  up.child.kill('SIGKILL');
  await untilGone(workingIn(stateDir), ENDS_MS_MAX);
  for (const folder of [stateDir, templates]) fs.rmSync(folder, { recursive: true, force: true });
});

/** By the line that `up` prints for it. */
function expectShopToAnswer(): void {
  const [line] = /curl -s .*/.exec(up.stderr())!;
  expect(JSON.parse(execFileSync('sh', ['-c', line], { encoding: 'utf8' }))).toMatchObject({ id: 1 });
}

function override(value: string): Promise<unknown> {
  return ssm.send(
    new PutParameterCommand({ Name: OVERRIDE_PATH, Value: value, Type: 'String', Overwrite: true }),
  );
}

function inForce(value: number): Promise<void> {
  return expect
    .poll(async () => (await thresholds()).values[CHANGED.threshold], {
      timeout: IN_FORCE_MS_MAX,
      interval: 250,
    })
    .toBe(value);
}

function probers(): readonly string[] {
  const children = livingChildren(stateDir).filter((child) => child.name.includes('health-check'));
  return children.map((child) => `${child.name} ${child.pid} ${child.startTicks}`).toSorted();
}

describePastedLines(() => ({ stderr: up.stderr(), stateDir }));

describe('deployments', () => {
  it('a second one of the same app changes nothing', async () => {
    const before = await stackEvents(card, STACKS);
    const { code, output } = await deploy(card, ['--output', original]);
    expect(output.match(/✅ .*\(no changes\)/gu)).toHaveLength(STACKS.length);
    expect(code).toBe(0);
    expect(added(before, await stackEvents(card, STACKS))).toEqual([]);
  });

  it('an override is in force within 30 s, and no prober restarts for it', async () => {
    await inForce(DEFAULT);
    const before = probers();
    expect(before.length).toBeGreaterThanOrEqual(PROBERS);
    await override(String(OVERRIDE));
    await inForce(OVERRIDE);
    expect((await thresholds()).refused).toEqual({});
    // A successor may have come meanwhile, as every minute; nobody went.
    expect(probers()).toEqual(expect.arrayContaining([...before]));
  });

  it('a threshold changed in the profile updates one parameter below /defaults and nothing else', async () => {
    const parametersBefore = await parametersUnder(card, parameterRoot('demo'));
    const before = await stackEvents(card, STACKS);
    const run = await deploy(card, variant('threshold', path.join(templates, 'threshold')));
    expect(run.code, run.output).toBe(0);
    const events = added(before, await stackEvents(card, STACKS));
    expect(touched(events)).toEqual([expect.stringMatching(/^Demo-Control AWS::SSM::Parameter /)]);
    expect(new Set(events.map((event) => event.stack))).toEqual(new Set(['Demo-Control']));
    expect(await parametersUnder(card, parameterRoot('demo'))).toEqual({
      ...parametersBefore,
      [DEFAULT_PATH]: String(CHANGED.value),
    });
  });

  it('the override survived that deployment', async () => {
    const { Parameter } = await ssm.send(new GetParameterCommand({ Name: OVERRIDE_PATH }));
    expect(Parameter?.Value).toBe(String(OVERRIDE));
    await inForce(OVERRIDE);
  });
});

describe('bad overrides', () => {
  it.each([
    ['text', 'soon'],
    ['out of range', '9999999'],
  ])('%s is refused by name, and the last good value stays in force', async (_, value) => {
    await override(value);
    await expect
      .poll(async () => (await thresholds()).refused, { timeout: IN_FORCE_MS_MAX, interval: 250 })
      .toEqual({ [`overrides/${CHANGED.threshold}`]: expect.any(String) });
    expect((await thresholds()).values[CHANGED.threshold]).toBe(OVERRIDE);
    await override(String(OVERRIDE));
    await expect
      .poll(async () => (await thresholds()).refused, { timeout: IN_FORCE_MS_MAX, interval: 250 })
      .toEqual({});
  });

  it('an empty one is refused by Parameter Store itself, and the last good value stays in force', async () => {
    await expect(override('')).rejects.toMatchObject({ name: 'ValidationException' });
    expect(await thresholds()).toMatchObject({ values: { [CHANGED.threshold]: OVERRIDE }, refused: {} });
  });

  it('without the override the deployed default is in force', async () => {
    await ssm.send(new DeleteParameterCommand({ Name: OVERRIDE_PATH }));
    await inForce(CHANGED.value);
  });
});

describe('a template that fails', () => {
  it('names its cause and is rolled back, with what it had changed already', async () => {
    const good = await deploy(card, ['--app', original]);
    expect(good.code, good.output).toBe(0);
    await inForce(DEFAULT);
    const before = await stackEvents(card, STACKS);

    const { code, output } = await deploy(card, variant('broken', path.join(templates, 'broken')));
    expect(code).toBe(1);
    expect(output).toContain('cannot be validated against allowedPattern');
    expect(output).toMatch(/Refused/);
    const events = added(before, await stackEvents(card, STACKS));
    const changed = events
      .filter((event) => /returnholdms/i.test(event.logicalId))
      .map((event) => event.status);
    expect(changed).toEqual(expect.arrayContaining(['UPDATE_COMPLETE']));
    const stack = events.filter((event) => event.type === 'AWS::CloudFormation::Stack');
    expect(stack.map((event) => event.status)).toContain('UPDATE_ROLLBACK_COMPLETE');
    expect(await parametersUnder(card, '/')).toMatchObject({ [DEFAULT_PATH]: String(DEFAULT) });
    expect(await parametersUnder(card, path.dirname(CHANGED.refusedParameter))).toEqual({});
  });

  it('leaves the environment healthy: it answers, and can be deployed again', async () => {
    expectShopToAnswer();
    await inForce(DEFAULT);
    const { code, output } = await deploy(card, ['--app', original]);
    expect(code, output).toBe(0);
    const difference = await cdk(card, ['diff', 'Demo/*', '--app', original, '--fail']);
    expect(difference.code, difference.output).toBe(0);
  });
});

describe('Ctrl-C', () => {
  it('ends with one line on stdout, nothing lost and no process left', async () => {
    expectShopToAnswer();
    const tree = treeOf(up.child.pid!);
    expect(tree.length).toBeGreaterThan(10);
    up.child.kill('SIGINT');
    const { code, stdout, stderr } = await up.ended;
    upLine(stdout);
    expect(stderr).toContain('interrupted: ending everything that was started');
    expect(code).toBe(0);
    expect(await untilGone(tree, 1000)).toEqual([]);
    expect(workingIn(stateDir)).toEqual([]);
  });
});
