/** The loader as a task runs it: `node -e`, the SDK found by NODE_PATH, and an S3 that answers over HTTP. */

import { spawn, type ChildProcess } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundleEntry } from '../../../../lib/shared/bundle.ts';
import { LOADER } from '../../../../lib/tiers/service/loader.ts';

const SDK = fileURLToPath(new URL('../../../../node_modules', import.meta.url));
const KEY = 'abc.mjs';

/** Prints what it was given, drains when it is told to end, and imports a module that needs `require`. */
const APPLICATION = `
  import { createRequire } from 'node:module';
  import { hostname } from 'node:os';
  const main: string = process.env['GREETING']!;
  console.log('up', main, typeof hostname(), typeof createRequire(import.meta.url));
  process.on('SIGTERM', () => { console.log('drained'); process.exit(0); });
  setInterval(() => undefined, 1000);
`;

let s3: Server;
let folder: string;
/** What the bucket holds; a function answers by itself, or not at all. */
const objects = new Map<string, Uint8Array | 'denied' | 'hangs'>();
const running: ChildProcess[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-loader-'));
  s3 = createServer((request, response) => {
    const object = objects.get(new URL(request.url ?? '/', 'http://s3').pathname);
    if (object === 'hangs') return;
    if (object === 'denied' || object === undefined) {
      const [status, code] = object === 'denied' ? [403, 'AccessDenied'] : [404, 'NoSuchKey'];
      response.writeHead(status, { 'content-type': 'application/xml' });
      response.end(`<Error><Code>${code}</Code><Message>no ${code}</Message></Error>`);
      return;
    }
    response.end(object);
  });
  s3.listen(0, '127.0.0.1');
  await once(s3, 'listening');
});
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => {
  s3.closeAllConnections();
  s3.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Task {
  readonly child: ChildProcess;
  readonly output: () => string;
  readonly ended: Promise<number | null>;
}

function start(variables: Readonly<Record<string, string>> = {}): Task {
  const { port } = s3.address() as AddressInfo;
  const child = spawn(process.execPath, ['--enable-source-maps', '-e', LOADER], {
    cwd: folder,
    env: {
      NODE_PATH: SDK,
      TMPDIR: folder,
      AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'example',
      UNDERSTUDY_BUNDLE_BUCKET: 'bundles',
      UNDERSTUDY_BUNDLE_KEY: KEY,
      ...variables,
    },
  });
  running.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (output += String(part)));
  const ended = once(child, 'close').then(([code]) => code as number | null);
  return { child, output: () => output, ended };
}

function put(source: string): void {
  const entry = join(folder, 'main.ts');
  writeFileSync(entry, source);
  // The path style of an endpoint that is an address, or the bucket's own name before it.
  for (const path of [`/bundles/${KEY}`, `/${KEY}`]) objects.set(path, bundleEntry(entry));
}

const saying = (task: Task, text: string): Promise<void> =>
  expect.poll(task.output, { timeout: 20_000, interval: 20 }).toContain(text);

describe('the loader', () => {
  it('runs the bundle in its own process: SIGTERM reaches the application, which drains', async () => {
    put(APPLICATION);
    const task = start({ GREETING: 'hello' });
    await saying(task, 'up hello string function');
    task.child.kill('SIGTERM');
    expect(await task.ended).toBe(0);
    expect(task.output()).toContain('drained');
  });

  it('ends at once when it is told to while it still fetches', async () => {
    for (const path of [`/bundles/${KEY}`, `/${KEY}`]) objects.set(path, 'hangs');
    const asked = once(s3, 'request');
    const task = start();
    await asked;
    task.child.kill('SIGTERM');
    expect(await task.ended).toBe(143);
  });

  it.each([
    ['NoSuchKey', undefined],
    ['AccessDenied', 'denied'],
  ] as const)('says which object it cannot fetch, and why: %s', async (code, answer) => {
    objects.clear();
    if (answer !== undefined) for (const path of [`/bundles/${KEY}`, `/${KEY}`]) objects.set(path, answer);
    const task = start();
    expect(await task.ended).toBe(1);
    expect(task.output()).toContain(`cannot fetch s3://bundles/${KEY}: ${code}`);
  });

  it('says that the code does not run, and names the line of the source', async () => {
    put(`const broken = (): never => {\n  throw new Error('no such setting');\n};\nbroken();\n`);
    const task = start();
    expect(await task.ended).toBe(1);
    expect(task.output()).toContain(`s3://bundles/${KEY} does not run: no such setting`);
    expect(task.output()).toMatch(/main\.ts:2:\d+/);
  });

  it('says which variable is missing', async () => {
    const task = start({ UNDERSTUDY_BUNDLE_KEY: '' });
    expect(await task.ended).toBe(1);
    expect(task.output()).toContain('UNDERSTUDY_BUNDLE_KEY is not set');
  });
});

describe('a bundle', () => {
  it('is the same wherever the code is built, and another one when the code is', () => {
    const built = ['one', 'two'].map((name) => {
      const place = mkdtempSync(join(tmpdir(), `understudy-${name}-`));
      writeFileSync(join(place, 'main.ts'), APPLICATION);
      const bundle = Buffer.from(bundleEntry(join(place, 'main.ts')));
      rmSync(place, { recursive: true });
      return bundle;
    });
    expect(built[0]!.equals(built[1]!)).toBe(true);
    writeFileSync(join(folder, 'main.ts'), APPLICATION.replace('drained', 'gone'));
    expect(built[0]!.equals(Buffer.from(bundleEntry(join(folder, 'main.ts'))))).toBe(false);
  });
});
