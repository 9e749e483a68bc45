import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { livingChildren } from '../../../../proving/sandbox/kernel/index.ts';
import { bench, eventually, OPERATOR } from './fixtures.ts';

test('no process is left after stop(), warm or at work', async () => {
  const stand = await bench();
  const warm = await stand.deploy(`export const handler = async () => 1;`);
  const busy = await stand.deploy(
    `export const handler = () => new Promise(() => setInterval(() => {}, 100));`,
  );
  await stand.lambda.invoke(warm, {}, OPERATOR);
  const cut = stand.lambda.invoke(busy, {}, OPERATOR);
  await eventually(() => livingChildren(stand.world.stateDir).length === 2);
  await stand.lambda.stop?.();
  expect(livingChildren(stand.world.stateDir)).toEqual([]);
  expect((await cut).payload).toContain('Runtime.ExitError');
  await stand.logs.stop?.();
  fs.rmSync(stand.world.stateDir, { recursive: true, force: true });
});

test('no process outlives a parent that is killed', async () => {
  const parent = spawn(process.execPath, [path.join(import.meta.dirname, 'parent.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const stateDir = await new Promise<string>((resolve, reject) => {
    parent.stdout.on('data', (chunk: Buffer) => resolve(chunk.toString().trim()));
    parent.once('exit', () => reject(new Error('the parent left too early')));
  });
  expect(livingChildren(stateDir)).toHaveLength(2);
  parent.removeAllListeners('exit');
  parent.kill('SIGKILL');
  await eventually(() => livingChildren(stateDir).length === 0);
  fs.rmSync(stateDir, { recursive: true, force: true });
});
