import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { watchMemory } from '../../../../proving/sandbox/home/memory.ts';
import { spawnChild, type World } from '../../../../proving/sandbox/kernel/index.ts';
import { temporaryWorld } from '../world.ts';

const MB = 2 ** 20;
const HELD_MB = 200;
const SHARERS = 5;
/** Says that it holds the memory, then waits to be ended. */
const HOLD = `const held = Buffer.alloc(${HELD_MB} * 2 ** 20, 1); console.log('held'); setTimeout(() => held, 60_000);`;

let world: World;
let remove: () => void;
let child: ChildProcess | null = null;

beforeEach(() => ({ world, remove } = temporaryWorld()));
afterEach(async () => {
  if (child !== null && child.exitCode === null && child.signalCode === null) {
    const ended = once(child, 'exit');
    process.kill(-child.pid!, 'SIGKILL');
    await ended;
  }
  child = null;
  remove();
});

/** A process of the sandbox that holds memory, by itself or in a child of its own. */
async function holding(how: 'itself' | 'its child'): Promise<void> {
  const args =
    how === 'itself'
      ? ['-e', HOLD]
      : [
          '-e',
          `require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(HOLD)}], { stdio: 'inherit' });`,
        ];
  child = spawnChild(world, { name: 'holder', command: process.execPath, args, env: {}, output: 'pipe' });
  await once(child.stdout!, 'data');
}

/** A watch that has taken its first sample, and takes no other. */
async function sampled(): Promise<number> {
  const watch = watchMemory(world.stateDir);
  await vi.waitFor(() => expect(watch.peakMb()).toBeGreaterThan(0), 10_000);
  watch.stop();
  return watch.peakMb();
}

describe('the memory of the sandbox', () => {
  it('holds what this process has for itself, and no more than it has resident', async () => {
    const { heapUsed } = process.memoryUsage();
    const peakMb = await sampled();
    expect(peakMb).toBeGreaterThan(heapUsed / MB);
    expect(peakMb).toBeLessThan((process.memoryUsage().rss / MB) * 1.2);
  });

  it.each(['itself', 'its child'] as const)('holds what a process has that it started: %s', async (how) => {
    const without = await sampled();
    await holding(how);
    expect(await sampled()).toBeGreaterThan(without + HELD_MB * 0.9);
  });

  it('is the most that was ever seen, not the last', async () => {
    await holding('itself');
    const watch = watchMemory(world.stateDir);
    await vi.waitFor(() => expect(watch.peakMb()).toBeGreaterThan(HELD_MB), 10_000);
    const peak = watch.peakMb();
    const ended = once(child!, 'exit');
    child!.kill('SIGKILL');
    await ended;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    watch.stop();
    expect(watch.peakMb()).toBeGreaterThanOrEqual(peak);
    expect(await sampled()).toBeLessThan(peak - HELD_MB / 2);
  });

  it('counts a page once that several processes share', async () => {
    const without = await sampled();
    const program = `
      const { spawn } = require('node:child_process');
      const idle = ['-e', "process.stdout.write('up '); setTimeout(() => {}, 60_000)"];
      for (let n = 0; n < ${SHARERS}; n += 1) spawn(process.execPath, idle, { stdio: 'inherit' });`;
    child = spawnChild(world, {
      name: 'sharers',
      command: process.execPath,
      args: ['-e', program],
      env: {},
      output: 'pipe',
    });
    let said = '';
    child.stdout!.on('data', (part: Buffer) => (said += part.toString()));
    await vi.waitFor(() => expect(said.split(' ')).toHaveLength(SHARERS + 1), 20_000);
    const family = [child.pid!, ...childrenOf(child.pid!)];
    expect(family).toHaveLength(SHARERS + 1);
    const sumOfRss = family.reduce((sum, pid) => sum + rssMb(pid), 0);
    expect((await sampled()) - without).toBeLessThan(sumOfRss * 0.75);
  }, 60_000);
});

function childrenOf(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return children.split(' ').map(Number);
}

function rssMb(pid: number): number {
  const [, kb] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))!;
  return Number(kb) / 1024;
}
