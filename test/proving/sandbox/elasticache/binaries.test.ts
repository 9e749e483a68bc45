import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findRedisServer } from '../../../../proving/sandbox/elasticache/binaries.ts';

let folder: string;
let bin: string;

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'us-redis-'));
  bin = path.join(folder, 'bin');
  fs.mkdirSync(bin);
});

afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

it('finds a server that runs on this machine, whatever it takes', async () => {
  const { file, env, version } = await findRedisServer();
  expect(execFileSync(file, ['--version'], { env, encoding: 'utf8' })).toContain(`v=${version}`);
}, 240_000);

it('takes the server of REDIS_SERVER, and no other', async () => {
  const file = program('mine', 'Redis server v=9.9.9 sha=0');
  program('valkey-server', 'Valkey server v=8.1.0 sha=0');
  expect(await findRedisServer(undefined, { ...here(), REDIS_SERVER: file })).toEqual({
    file,
    env: {},
    version: '9.9.9',
  });
  await expect(findRedisServer(undefined, { ...here(), REDIS_SERVER: '/no/server' })).rejects.toMatchObject({
    code: 'redis-missing',
    message: expect.stringMatching(/REDIS_SERVER = \/no\/server: it does not run.*Fix: install/),
  });
});

it('prefers Valkey to Redis, and passes by what does not run', async () => {
  const redis = program('redis-server', 'Redis server v=7.0.15 sha=0');
  expect(await findRedisServer(undefined, here())).toMatchObject({ file: redis });
  const valkey = program('valkey-server', 'Valkey server v=8.1.0 sha=0');
  expect(await findRedisServer(undefined, here())).toMatchObject({ file: valkey, version: '8.1.0' });
  program('valkey-server', 'a text of another program');
  expect(await findRedisServer(undefined, here())).toMatchObject({ file: redis });
});

it('unpacks the package with what it needs, once, and says so', async () => {
  packageSource();
  const said: string[] = [];
  const first = await findRedisServer((text) => said.push(text), here());
  expect(first).toMatchObject({ version: '7.0.15' });
  expect(first.file).toBe(
    path.join(folder, 'cache/understudy', `redis-${process.arch}`, 'usr/bin/redis-server'),
  );
  expect(first.env['LD_LIBRARY_PATH']).toContain('usr/lib/some-machine');
  expect(said).toEqual([expect.stringContaining('unpacking')]);
  program('apt-get', 'nobody calls this', 1);
  expect(await findRedisServer((text) => said.push(text), here())).toEqual(first);
  expect(said).toHaveLength(1);
  expect(fs.readdirSync(path.join(folder, 'cache/understudy'))).toEqual([`redis-${process.arch}`]);
});

it('asks the package source for its list on a new machine, in a folder of its own', async () => {
  packageSource({ needsUpdate: true });
  const said: string[] = [];
  expect(await findRedisServer((text) => said.push(text), here())).toMatchObject({ version: '7.0.15' });
  expect(said).toEqual([expect.stringContaining('unpacking'), expect.stringContaining('list first')]);
});

it('fails saying what to install, and leaves nothing half-made', async () => {
  await expect(findRedisServer(undefined, here())).rejects.toMatchObject({
    code: 'redis-missing',
    message: expect.stringMatching(
      /unpacking the system's package failed.*Fix: install valkey or redis-server/s,
    ),
  });
  packageSource({ isBroken: true });
  await expect(findRedisServer(undefined, here())).rejects.toMatchObject({
    message: expect.stringContaining('holds no server'),
  });
  expect(fs.readdirSync(path.join(folder, 'cache/understudy'))).not.toContainEqual(
    expect.stringMatching(/\./),
  );
});

function here() {
  return { PATH: bin, XDG_CACHE_HOME: path.join(folder, 'cache') };
}

function program(name: string, answer: string, code = 0): string {
  return script(name, `echo '${answer}'; exit ${code}`);
}

function script(name: string, body: string): string {
  const file = path.join(bin, name);
  fs.writeFileSync(file, `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return file;
}

/** A package source with the server and a library of it, in real archives; dpkg is the system's. */
function packageSource(source: { needsUpdate?: boolean; isBroken?: boolean } = {}): void {
  const files = source.isBroken ? 'usr/bin/other' : 'usr/bin/redis-server';
  archive('redis-server', files, '#!/bin/sh\necho "Redis server v=7.0.15 sha=0"\n');
  archive('liblzf1', 'usr/lib/some-machine/liblzf.so.1', 'a library');
  const copy = `for one in "$@"; do if [ -f ${folder}/$one.deb ]; then /bin/cp ${folder}/$one.deb .; fi; done`;
  const lists = `case "$*" in *Dir::State::lists=*) ;; *) exit 100;; esac`;
  script(
    'apt-get',
    `${source.needsUpdate ? lists : ''}
case "$*" in *simulate*redis-server) echo 'Inst liblzf1 (3.6)'; echo 'Inst redis-server (7.0)';; *download*) ${copy};; *update) ;; *) exit 100;; esac`,
  );
  for (const name of ['dpkg', 'dpkg-deb', 'tar']) {
    const file = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
    fs.rmSync(path.join(bin, name), { force: true });
    fs.symlinkSync(file, path.join(bin, name));
  }
}

function archive(name: string, file: string, content: string): void {
  const tree = path.join(folder, `${name}.tree`);
  fs.rmSync(tree, { recursive: true, force: true });
  fs.mkdirSync(path.join(tree, 'DEBIAN'), { recursive: true });
  fs.mkdirSync(path.dirname(path.join(tree, file)), { recursive: true });
  fs.writeFileSync(path.join(tree, file), content, { mode: 0o755 });
  const control = `Package: ${name}\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.invalid>\nDescription: a test's\n`;
  fs.writeFileSync(path.join(tree, 'DEBIAN/control'), control);
  execFileSync('dpkg-deb', ['--build', tree, path.join(folder, `${name}.deb`)], { stdio: 'ignore' });
}
