import { once } from 'node:events';
import type { ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchMemory } from '../../../../proving/sandbox/home/memory.ts';
import { spawnChild, type World } from '../../../../proving/sandbox/kernel/index.ts';
import { temporaryWorld } from '../world.ts';

const MB = 2 ** 20;
const HELD_MB = 200;
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

describe('the memory of the sandbox', () => {
  it('holds at least what this process has resident', () => {
    const before = process.memoryUsage.rss();
    const watch = watchMemory(world.stateDir);
    watch.stop();
    expect(watch.peakMb()).toBeGreaterThan((before / MB) * 0.8);
  });

  it.each(['itself', 'its child'] as const)('holds what a process has that it started: %s', async (how) => {
    const without = watchMemory(world.stateDir);
    without.stop();
    await holding(how);
    const watch = watchMemory(world.stateDir);
    watch.stop();
    expect(watch.peakMb()).toBeGreaterThan(without.peakMb() + HELD_MB * 0.9);
  });

  it('is the most that was ever seen, not the last', async () => {
    await holding('itself');
    const watch = watchMemory(world.stateDir);
    const peak = watch.peakMb();
    const ended = once(child!, 'exit');
    child!.kill('SIGKILL');
    await ended;
    await new Promise((resolve) => setTimeout(resolve, 1200));
    watch.stop();
    expect(watch.peakMb()).toBeGreaterThanOrEqual(peak);
  });
});
