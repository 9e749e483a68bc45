/** `kill -9` of a sandbox: what the kernel does not end, the watchdog does, and the next start tells it all. */

import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanUp, tellLeftovers } from '../../../../proving/sandbox/home/leftovers.ts';
import { readOwner, writeOwner } from '../../../../proving/sandbox/home/owner.ts';
import { readReaped } from '../../../../proving/sandbox/home/reaper.ts';
import { hasEnded } from '../../../../proving/sandbox/kernel/index.ts';
import { temporaryWorld } from '../world.ts';

interface Pids {
  readonly child: number;
  readonly grandchild: number;
  readonly engine: number;
  readonly watchdog: number;
}

const GONE_MS_MAX = 8000;
const MINUTES_MS = 3 * 60_000;

let stateDir: string;
let remove: () => void;
const started: number[] = [];

beforeEach(() => {
  const { world, remove: removeFolder } = temporaryWorld();
  ({ stateDir } = world);
  remove = removeFolder;
});
afterEach(() => {
  for (const pid of started.splice(0)) if (!hasEnded(pid)) process.kill(pid, 'SIGKILL');
  remove();
});

async function victim(): Promise<{ process: ChildProcess; pids: Pids }> {
  const file = path.join(import.meta.dirname, 'victim.ts');
  const args = ['--disable-warning=ExperimentalWarning', file, stateDir, String(MINUTES_MS)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
    child.once('exit', (code) => reject(new Error(`the victim ended by itself with ${code}`)));
  });
  const pids = JSON.parse(line) as Pids;
  started.push(child.pid!, ...Object.values(pids));
  return { process: child, pids };
}

async function untilEnded(pids: readonly number[]): Promise<readonly number[]> {
  const deadline = Date.now() + GONE_MS_MAX;
  const living = (): number[] => pids.filter((pid) => !hasEnded(pid));
  while (living().length > 0 && Date.now() < deadline) await new Promise((done) => setTimeout(done, 20));
  return living();
}

describe('kill -9 of the sandbox', () => {
  it('leaves nobody: not a stopped tree, not what bears no mark, not the watchdog', async () => {
    const { process: sandbox, pids } = await victim();
    sandbox.kill('SIGKILL');
    expect(await untilEnded(Object.values(pids))).toEqual([]);
    const ended = readReaped(stateDir)!.ended.map(({ pid }) => pid);
    expect(ended).toContain(pids.grandchild);
    expect(ended).toContain(pids.engine);
  });

  it('is told by the next start: which sandbox, how old, what was ended, what is lost', async () => {
    const { process: sandbox, pids } = await victim();
    sandbox.kill('SIGKILL');
    await untilEnded(Object.values(pids));
    const told = tellLeftovers(await cleanUp(stateDir), Date.now()).join('\n');
    expect(told).toContain(`the sandbox of process ${sandbox.pid}, started 3 min ago`);
    expect(told).toMatch(/a drill was under way since \d+ s and is lost: database-writer --fault hang/);
    expect(told).toMatch(new RegExp(`its watchdog ended \\d+ s ago .*\\(${pids.grandchild}\\)`));
    expect(told).toContain('no process of it was left');
    expect(fs.existsSync(stateDir)).toBe(false);
  });

  it('and of its watchdog leaves the rest to the next start', async () => {
    const { process: sandbox, pids } = await victim();
    process.kill(pids.watchdog, 'SIGKILL');
    sandbox.kill('SIGKILL');
    expect(await untilEnded([sandbox.pid!, pids.child])).toEqual([]);
    expect(hasEnded(pids.grandchild)).toBe(false);
    const left = await cleanUp(stateDir);
    expect(await untilEnded([pids.grandchild, pids.engine])).toEqual([]);
    expect(left.children.map(({ pid }) => pid)).toEqual(
      expect.arrayContaining([pids.grandchild, pids.engine]),
    );
    expect(tellLeftovers(left, Date.now()).at(-1)).toContain(`(${pids.grandchild})`);
  });

  it('twice in a row: the second start speaks of the second one alone', async () => {
    const first = await victim();
    first.process.kill('SIGKILL');
    // No wait for the watchdog: the next start may well come before it has looked.
    await untilEnded([first.process.pid!]);
    expect((await cleanUp(stateDir)).pid).toBe(first.process.pid);
    const second = await victim();
    second.process.kill('SIGKILL');
    await untilEnded(Object.values(second.pids));
    expect((await cleanUp(stateDir)).pid).toBe(second.process.pid);
    expect(await untilEnded([...Object.values(first.pids), ...Object.values(second.pids)])).toEqual([]);
  });

  it('does not make the watchdog of the old sandbox end the processes of the new one', async () => {
    const first = await victim();
    // The old watchdog sleeps through the crash and wakes up when the folder has a new owner.
    process.kill(first.pids.watchdog, 'SIGSTOP');
    first.process.kill('SIGKILL');
    await untilEnded([first.process.pid!]);
    fs.rmSync(path.join(stateDir, 'children', `${first.pids.watchdog}.json`));
    await cleanUp(stateDir);
    const second = await victim();
    process.kill(first.pids.watchdog, 'SIGCONT');
    expect(await untilEnded([first.pids.watchdog])).toEqual([]);
    expect(hasEnded(second.pids.engine)).toBe(false);
    expect(hasEnded(second.pids.grandchild)).toBe(false);
    expect(readReaped(stateDir)).toBeNull();
    second.process.kill('SIGKILL');
    expect(await untilEnded(Object.values(second.pids))).toEqual([]);
  });
});

describe('a state folder', () => {
  it.each([
    ['sandbox.json', '{"pid": 12, "start'],
    ['owner.json', ''],
    ['children/17.json', '{"pid":17,'],
    ['children/18.json.99.new', '{}'],
    ['activities/1-1.json', 'null'],
    ['reaped.json', '[1,2]'],
  ])('half written (%s) is cleaned up all the same', async (file, text) => {
    fs.mkdirSync(path.dirname(path.join(stateDir, file)), { recursive: true });
    fs.writeFileSync(path.join(stateDir, file), text);
    expect(await cleanUp(stateDir)).toMatchObject({ children: [], lost: [] });
    expect(fs.existsSync(stateDir)).toBe(false);
  });

  it('whose owner had the number of a process that runs now is free', async () => {
    writeOwner(stateDir, 0);
    const file = path.join(stateDir, 'owner.json');
    fs.writeFileSync(file, JSON.stringify({ ...readOwner(stateDir)!, startTicks: '1' }));
    expect((await cleanUp(stateDir)).pid).toBe(process.pid);
  });

  it('is refused while its sandbox starts, which has no card yet', async () => {
    writeOwner(stateDir, 0);
    await expect(cleanUp(stateDir)).rejects.toThrow(
      expect.objectContaining({
        message: expect.stringMatching(`starting or ending \\(process ${process.pid}\\)`),
      }),
    );
  });

  it('that is not a sandbox’s is never removed', async () => {
    remove();
    fs.mkdirSync(stateDir);
    fs.writeFileSync(path.join(stateDir, 'thesis.tex'), 'years of work');
    await expect(cleanUp(stateDir)).rejects.toThrow(
      expect.objectContaining({
        message: expect.stringMatching(/UNDERSTUDY_STATE_DIR = .*holds nothing else/),
      }),
    );
    expect(fs.existsSync(path.join(stateDir, 'thesis.tex'))).toBe(true);
  });
});
