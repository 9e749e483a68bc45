import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { reachableServer } from '../../../../proving/sandbox/elasticache/server-place.ts';
import type { World } from '../../../../proving/sandbox/kernel/index.ts';

let folder: string;
let home: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'us-place-'));
  fs.chmodSync(folder, 0o755);
  home = path.join(folder, 'home');
  fs.mkdirSync(path.join(home, 'lib'), { recursive: true });
  fs.writeFileSync(path.join(home, 'the-program'), '#!/bin/sh\necho runs\n', { mode: 0o755 });
  fs.symlinkSync('the-program', path.join(home, 'redis-server'));
  fs.writeFileSync(path.join(home, 'lib', 'liblzf.so.1.5'), 'a library');
  fs.symlinkSync('liblzf.so.1.5', path.join(home, 'lib', 'liblzf.so.1'));
  fs.writeFileSync(path.join(home, 'lib', 'readme'), 'no library');
});

afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const server = () => ({
  file: path.join(home, 'redis-server'),
  env: { LD_LIBRARY_PATH: path.join(home, 'lib') },
  version: '7.0.15',
});

const world = (unprivileged: World['unprivileged']) =>
  ({ stateDir: path.join(folder, 'state'), unprivileged }) as World;

it('stays where it is when the engines run as ourselves, or can reach it', () => {
  expect(reachableServer(world(null), server())).toEqual(server());
  expect(reachableServer(world({ uid: 65_534, gid: 65_534 }), server())).toEqual(server());
});

it('is copied with its libraries when it lies in a home that is shut to others', () => {
  fs.chmodSync(home, 0o700);
  const { file, env, version } = reachableServer(world({ uid: 65_534, gid: 65_534 }), server());
  const copies = path.join(folder, 'state', 'cache-server');
  expect({ file, env, version }).toEqual({
    file: path.join(copies, 'redis-server'),
    env: { LD_LIBRARY_PATH: copies },
    version: '7.0.15',
  });
  expect(fs.readdirSync(copies).toSorted()).toEqual(['liblzf.so.1', 'liblzf.so.1.5', 'redis-server']);
  const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  expect(execFileSync(file, { encoding: 'utf8', cwd: '/', ...asNobody })).toBe('runs\n');
});
