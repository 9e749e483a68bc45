import fs from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { livingChildren } from '../../../../proving/sandbox/kernel/index.ts';
import { type Bench, bench, eventually, fakeIdentity, OPERATOR } from './fixtures.ts';

let stand: Bench;
afterEach(async () => {
  await stand.lambda.stop?.();
  await stand.logs.stop?.();
  fs.rmSync(stand.world.stateDir, { recursive: true, force: true });
});

const KEY = `let n = 0; export const handler = async () => ({ n: ++n, key: process.env.AWS_ACCESS_KEY_ID });`;

test('an environment whose credentials run out is replaced by one with new credentials', async () => {
  const identity = fakeIdentity();
  const issue = identity.issueForRole;
  const soon = () => new Date(Date.now() + 30_000);
  identity.issueForRole = (...call) => ({ ...issue(...call), expiration: soon() });
  stand = await bench({ identity });
  const arn = await stand.deploy(KEY);
  const answers = [];
  for (let run = 0; run < 2; run += 1) {
    answers.push(JSON.parse((await stand.lambda.invoke(arn, {}, OPERATOR)).payload));
  }
  expect(answers).toEqual([
    { n: 1, key: 'ASIA1' },
    { n: 1, key: 'ASIA2' },
  ]);
});

test('an environment that stays idle is ended', async () => {
  stand = await bench({ idleMsMax: 200 });
  const arn = await stand.deploy(KEY);
  await stand.lambda.invoke(arn, {}, OPERATOR);
  expect(livingChildren(stand.world.stateDir)).toHaveLength(1);
  await eventually(() => livingChildren(stand.world.stateDir).length === 0);
  expect(JSON.parse((await stand.lambda.invoke(arn, {}, OPERATOR)).payload).n).toBe(1);
});

test('a role that does not trust Lambda is refused when the function is made', async () => {
  const identity = Object.assign(fakeIdentity(), {
    checkAssumableBy: (role: string, service: string) => {
      throw new Error(`${role} cannot be assumed by ${service}`);
    },
  });
  stand = await bench({ identity });
  await expect(stand.deploy(KEY)).rejects.toThrow(/cannot be assumed by lambda\.amazonaws\.com/);
});
