/** The engineer's commands, as far as they get without an environment: what they refuse, and with which code. */

import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryStateDir, understudy } from './command.ts';

const USAGE = 2;
const BROKEN = 3;

let stateDir: string;
let env: Record<string, string>;

beforeEach(() => {
  stateDir = temporaryStateDir();
  env = { UNDERSTUDY_STATE_DIR: stateDir, AWS_REGION: '', AWS_DEFAULT_REGION: '', AWS_ENDPOINT_URL: '' };
});
afterEach(() => fs.rmSync(stateDir, { recursive: true, force: true }));

describe('bad input', () => {
  it.each([
    [['switchover'], /required option '--why <text>'/],
    [['switchover', '--why', ' '], /--why = " "[\s\S]*Fix: --why "/],
    [['hold', 'databse', '--why', 'x'], /<tier> = "databse"[\s\S]*Fix: one of: database, .*all/],
    [['hold', 'database'], /required option '--why <text>'/],
    [['hold', 'database', '--why', 'x', '--for', 'ever'], /--for = "ever"[\s\S]*30m|60s/],
    [['hold', 'database', '--why', 'x', '--for', '0s'], /--for = "0s"/],
    [['release', 'everything'], /<tier> = "everything"/],
    [['ack', '--why', 'x'], /missing required argument 'recovery'/],
    [['ack', 'failover-1-1'], /required option '--why <text>'/],
    [['hold', 'all', '--why', 'x', '--target', 'mars'], /Allowed choices are sandbox, aws/],
    [['switchover', '--why', 'x', '--target', 'aws'], /AWS_REGION[\s\S]*Fix: AWS_REGION=eu-west-1/],
  ])('%j ends with 2 and says the rule', async (args, message) => {
    const { code, stdout, stderr } = await understudy(args, env);
    expect(stderr).toMatch(message);
    expect([code, stdout]).toEqual([USAGE, '']);
  });
});

describe('without a sandbox', () => {
  it.each([
    [['switchover', '--why', 'x', '--json']],
    [['hold', 'database', '--why', 'x']],
    [['release', 'database']],
    [['ack', 'failover-1-1', '--why', 'x']],
  ])('%j ends with 3, says how to start one, and never looks for a real account', async (args) => {
    const { code, stdout, stderr } = await understudy(args, { ...env, AWS_REGION: 'eu-west-1' });
    expect(stderr).toContain('npm start');
    expect([code, stdout]).toEqual([BROKEN, '']);
  });
});
