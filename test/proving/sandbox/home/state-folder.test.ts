import { once } from 'node:events';
import fs from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanUp } from '../../../../proving/sandbox/home/leftovers.ts';
import {
  defaultStateDir,
  runningSandbox,
  writeCard,
  type SandboxCard,
} from '../../../../proving/sandbox/home/state-folder.ts';
import {
  livingChildren,
  spawnChild,
  startTicks,
  type World,
} from '../../../../proving/sandbox/kernel/index.ts';
import { temporaryWorld } from '../world.ts';

let world: World;
let remove: () => void;

beforeEach(() => ({ world, remove } = temporaryWorld()));
afterEach(() => remove());

function card(changes: Partial<SandboxCard>): SandboxCard {
  return {
    pid: process.pid,
    startTicks: startTicks(process.pid)!,
    url: 'http://localhost:1',
    region: 'us-east-1',
    accountId: '123456789012',
    pace: 'fast',
    operator: { accessKeyId: 'a', secretAccessKey: 'b' },
    dns: '127.0.0.1:1',
    caFile: '/nowhere',
    ...changes,
  };
}

const sleeper = (name: string) =>
  spawnChild(world, { name, command: process.execPath, args: ['-e', 'setInterval(()=>{},1000)'], env: {} });

describe('the state folder', () => {
  it('tells a running sandbox from the card of a dead one', () => {
    expect(runningSandbox(world.stateDir)).toBeNull();
    writeCard(world.stateDir, card({}));
    expect(runningSandbox(world.stateDir)?.pid).toBe(process.pid);
    writeCard(world.stateDir, card({ startTicks: '1' }));
    expect(runningSandbox(world.stateDir)).toBeNull();
  });

  it('keeps the card, which holds a key, to its owner', () => {
    writeCard(world.stateDir, card({}));
    expect(fs.statSync(`${world.stateDir}/sandbox.json`).mode & 0o077).toBe(0);
  });

  it('cleans up after a crash: ends what was left and names it', async () => {
    const child = sleeper('left behind');
    const gone = once(child, 'exit');
    writeCard(world.stateDir, card({ startTicks: '1' }));
    const left = await cleanUp(world.stateDir);
    expect(left).toMatchObject({ pid: process.pid, children: [{ pid: child.pid, name: 'left behind' }] });
    await gone;
    expect(fs.existsSync(world.stateDir)).toBe(false);
  });

  it('fails to clean up while a sandbox runs, and says which', async () => {
    writeCard(world.stateDir, card({}));
    await expect(cleanUp(world.stateDir)).rejects.toThrow(
      new RegExp(`process ${process.pid}[\\s\\S]*understudy down`),
    );
    expect(fs.existsSync(world.stateDir)).toBe(true);
  });

  it('is where UNDERSTUDY_STATE_DIR says', () => {
    expect(defaultStateDir({ UNDERSTUDY_STATE_DIR: '/somewhere' })).toBe('/somewhere');
    expect(defaultStateDir({})).toMatch(/understudy-/);
  });
});

describe('a child', () => {
  it('is on record while it lives and forgotten when it ends', async () => {
    const child = sleeper('short lived');
    expect(livingChildren(world.stateDir).map((c) => c.pid)).toEqual([child.pid]);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(livingChildren(world.stateDir)).toEqual([]);
  });

  it('SEC-24: inherits nothing of our environment', async () => {
    process.env['AWS_SECRET_ACCESS_KEY'] = 'canary-secret';
    const child = spawnChild(world, {
      name: 'nosy',
      command: process.execPath,
      args: ['-e', 'console.log(JSON.stringify(process.env))'],
      env: { ONLY: 'this' },
      output: 'pipe',
    });
    let text = '';
    child.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await once(child, 'close');
    delete process.env['AWS_SECRET_ACCESS_KEY'];
    expect(JSON.parse(text)).toMatchObject({ ONLY: 'this' });
    expect(text).not.toContain('canary-secret');
  });

  it('dies with its parent', async () => {
    const script = `
      const { spawn } = require('node:child_process');
      const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', process.execPath, '-e', 'setInterval(()=>{},1000)'], { stdio: 'ignore', detached: true });
      console.log(child.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawnChild(world, {
      name: 'parent',
      command: process.execPath,
      args: ['-e', script],
      env: { PATH: process.env['PATH']! },
      output: 'pipe',
    });
    const pid = await new Promise<number>((resolve) =>
      parent.stdout!.once('data', (chunk: Buffer) => resolve(Number(chunk.toString()))),
    );
    expect(startTicks(pid)).not.toBeNull();
    parent.kill('SIGKILL');
    await once(parent, 'exit');
    for (let i = 0; i < 100 && fs.existsSync(`/proc/${pid}/exe`); i += 1)
      await new Promise((resolve) => setTimeout(resolve, 20));
    expect(fs.existsSync(`/proc/${pid}/exe`)).toBe(false);
  });
});
