/** However a sandbox ends, no process of its cache outlives it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processTree, signalTree } from '../../../../proving/sandbox/aurora/process-tree.ts';
import { hasEnded } from '../../../../proving/sandbox/kernel/index.ts';
import { eventually } from './support.ts';

interface Seen {
  readonly endpoint: string;
  readonly tree: readonly number[];
}

const GONE_MS_MAX = 15_000;

let folder: string;
let sandbox: ChildProcess | undefined;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'understudy-cache-crash-'));
  fs.chmodSync(folder, 0o755);
});
afterEach(() => {
  if (sandbox?.pid !== undefined && !hasEnded(sandbox.pid)) signalTree(sandbox.pid, 'SIGKILL');
  fs.rmSync(folder, { recursive: true, force: true });
});

async function start(): Promise<readonly Seen[]> {
  const file = path.join(import.meta.dirname, 'victim.ts');
  const args = ['--disable-warning=ExperimentalWarning', file, path.join(folder, 'state')];
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  sandbox = started;
  return new Promise((resolve, reject) => {
    started.stdout.once('data', (chunk: Buffer) => resolve(JSON.parse(chunk.toString()) as Seen[]));
    started.once('exit', (code) => reject(new Error(`the sandbox ended by itself with ${code}`)));
  });
}

const living = (pids: readonly number[]) => pids.filter((pid) => !hasEnded(pid));

test('kill -9 of the sandbox leaves no node, not even one that hangs', async () => {
  const nodes = await start();
  expect(nodes).toHaveLength(3);
  const pids = nodes.flatMap(({ tree }) => tree);
  expect(living(pids)).toHaveLength(6);
  signalTree(nodes[0]!.tree[0]!, 'SIGSTOP');
  sandbox!.kill('SIGKILL');
  await eventually('nobody is left', GONE_MS_MAX, () => living(pids).length === 0);
}, 90_000);

test('Ctrl-C leaves no process and no port taken', async () => {
  const pids = (await start()).flatMap(({ tree }) => tree);
  const all = processTree(sandbox!.pid!);
  expect(all).toEqual(expect.arrayContaining(pids));
  sandbox!.kill('SIGINT');
  await once(sandbox!, 'exit');
  expect(living([...pids, ...all])).toEqual([]);
}, 90_000);
