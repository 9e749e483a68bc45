/** What a crash leaves, what a second start meets, and what never leaves this machine: credentials and secrets. */

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { targetOf } from '../../bin/stage/place.ts';
import { output, readOutputs } from '../../ops/outputs.ts';
import { runningSandbox, type SandboxCard } from '../../proving/sandbox/index.ts';
import { said, start, temporaryStateDir, understudy, type Running } from '../bin/command.ts';
import { environmentOf, treeOf, untilGone, workingIn, type SeenProcess } from './processes.ts';
import { upLine } from './up-line.ts';

const HEALTHY_MS_MAX = 200_000;
const WATCH_MS = 100;
/** The kernel ends the children; their own children follow when they notice. */
const CHILDREN_END_MS_MAX = 10_000;
const PROCESSES_MIN = 10;
const LOGS_MIN = 10;

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
/** Programs of children, and of those the ones that were given the canary. */
const watched = { programs: new Set<string>(), told: new Set<string>() };
let up: Running;
let card: SandboxCard;

/** Reads the environment of everything below `up`, as often as it can while the environment is stood up. */
function watchEnvironments(pid: number): NodeJS.Timeout {
  return setInterval(() => {
    for (const child of treeOf(pid).filter((process) => process.pid !== pid)) {
      const program = child.command.split(' ').slice(0, 3).join(' ');
      watched.programs.add(program);
      if (environmentOf(child.pid).includes(CANARY)) watched.told.add(program);
    }
  }, WATCH_MS);
}

beforeAll(async () => {
  up = start(['up', '--port', '0', '--json', '--no-page'], { ...env, ...REAL_LOOKING });
  const watching = watchEnvironments(up.child.pid!);
  await said(up, 'healthy after', HEALTHY_MS_MAX).finally(() => clearInterval(watching));
  card = runningSandbox(stateDir)!;
});

afterAll(async () => {
  up.child.kill('SIGKILL');
  await untilGone(workingIn(stateDir), CHILDREN_END_MS_MAX);
  fs.rmSync(stateDir, { recursive: true, force: true });
});

/** Every log below the state folder, with its text. */
function logs(): readonly { readonly file: string; readonly text: string }[] {
  const files = fs.readdirSync(stateDir, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.(log|jsonl)$/.test(file) || /(^|\/)logs?\//.test(file))
    .map((file) => path.join(stateDir, file))
    .filter((file) => fs.statSync(file).isFile())
    .map((file) => ({ file, text: fs.readFileSync(file, 'utf8') }));
}

function logsWith(text: string): readonly string[] {
  return logs()
    .filter((log) => log.text.includes(text))
    .map((log) => log.file);
}

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
    expect([...watched.programs].some((program) => program.includes('examples/shop/main'))).toBe(true);
    expect([...watched.programs].some((program) => program.includes('lambda/bootstrap'))).toBe(true);
    expect([...watched.programs].some((program) => program.includes('postgres'))).toBe(true);
    expect([...watched.told]).toEqual([]);
    expect(logsWith(CANARY)).toEqual([]);
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
    expect(logs().length).toBeGreaterThan(LOGS_MIN);
    expect(logsWith('listening')).not.toEqual([]);
    for (const secret of [password, 'X-Amz-Signature', card.operator.secretAccessKey]) {
      expect(logsWith(secret)).toEqual([]);
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
    const url = /curl -s (\S+)/.exec(up.stderr())![1]!;
    expect(execFileSync('curl', ['-s', url], { encoding: 'utf8' })).toContain('"id":1');
  });
});

describe('a crash', () => {
  let tree: readonly SeenProcess[];

  it('of the supervisor takes every child with it', async () => {
    tree = treeOf(up.child.pid!);
    expect(tree.length).toBeGreaterThan(PROCESSES_MIN);
    up.child.kill('SIGKILL');
    expect(await untilGone(tree, CHILDREN_END_MS_MAX)).toEqual([]);
    expect(workingIn(stateDir)).toEqual([]);
  });

  it('is found by `understudy down`, which says so and removes what it left', async () => {
    expect(fs.existsSync(stateDir)).toBe(true);
    const { code, stderr } = await understudy(['down'], env);
    expect(stderr).toContain(`process ${up.child.pid}`);
    expect(stderr).toContain('The sandbox is down');
    expect(code).toBe(0);
    expect(fs.existsSync(stateDir)).toBe(false);
  });

  it('does not keep the next `up` from working', async () => {
    const { code, stdout, stderr } = await understudy(
      ['up', '--port', '0', '--for', '1s', '--json', '--no-page'],
      env,
    );
    expect(stderr).toContain('healthy after');
    upLine(stdout);
    expect(code).toBe(0);
    expect(workingIn(stateDir)).toEqual([]);
  });
});
