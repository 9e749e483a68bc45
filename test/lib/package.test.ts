import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const PACK_MS_MAX = 240_000;
const FUNCTIONS = 9;

/** An application of somebody else's: it knows the package by its name alone. */
const APPLICATION = `
import { App } from 'aws-cdk-lib';
import { InvalidInput, UnderstudyEnvironment, validate } from 'understudy';
import * as runtime from 'understudy/runtime';

const profile = {
  name: 'tiny',
  region: 'eu-west-1',
  zones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
  size: 'solo',
  tiers: { database: {}, cache: { shards: 2 } },
  notify: {},
};
const app = new App({ outdir: 'cdk.out' });
const environment = new UnderstudyEnvironment(app, 'Tiny', { profile });
app.synth();
let refused = false;
try {
  validate({ ...profile, zones: [] });
} catch (error) {
  refused = error instanceof InvalidInput;
}
console.log(JSON.stringify({ stacks: environment.node.children.map((c) => c.node.id), runtime: Object.keys(runtime), refused }));
`;

let folder: string;
let application: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-package-'));
  const tarball = await pack(join(folder, 'source'));
  application = join(folder, 'application');
  await install(tarball, application);
}, PACK_MS_MAX);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** Builds and packs the project without touching its folder; answers the tarball's path. */
async function pack(source: string): Promise<string> {
  mkdirSync(source);
  const tsc = join(ROOT, 'node_modules/.bin/tsc');
  await run(tsc, ['-p', join(ROOT, 'tsconfig.build.json'), '--outDir', join(source, 'dist')]);
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] };
  for (const name of ['package.json', ...files.filter((file) => file !== 'dist')]) {
    if (existsSync(join(ROOT, name))) cpSync(join(ROOT, name), join(source, name), { recursive: true });
  }
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--offline'], { cwd: source });
  const [packed] = JSON.parse(stdout) as { filename: string }[];
  return join(source, packed!.filename);
}

/** Unpacks the tarball into an empty application whose other packages are links to the project's. */
async function install(tarball: string, into: string): Promise<void> {
  const modules = join(into, 'node_modules');
  mkdirSync(join(modules, 'understudy'), { recursive: true });
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  await run('tar', ['-xzf', tarball, '-C', join(modules, 'understudy'), '--strip-components=1']);
  writeFileSync(
    join(into, 'package.json'),
    JSON.stringify({ name: 'application', private: true, type: 'module' }),
  );
  writeFileSync(join(into, 'app.js'), APPLICATION);
}

describe('the packed package, installed into an empty application', () => {
  it(
    'gives the constructs and the runtime under their names, and synthesizes with its own functions bundled',
    async () => {
      const env = { PATH: process.env['PATH'] ?? '', HOME: application, CDK_VALIDATION: 'false' };
      const options = { cwd: application, env, timeout: PACK_MS_MAX };
      const { stdout } = await run(process.execPath, ['app.js'], options);
      const said = JSON.parse(stdout.trim().split('\n').at(-1)!) as Record<string, unknown>;
      expect(said).toEqual({
        stacks: ['Network', 'State', 'Database', 'Cache', 'Control'],
        runtime: expect.arrayContaining([expect.any(String)]),
        refused: true,
      });
      const bundles = readdirSync(join(application, 'cdk.out')).filter((name) => name.startsWith('asset.'));
      for (const bundle of bundles) {
        expect(existsSync(join(application, 'cdk.out', bundle, 'index.cjs')), bundle).toBe(true);
      }
      // The three probers share one bundle.
      expect(bundles).toHaveLength(FUNCTIONS - 2);
    },
    PACK_MS_MAX,
  );

  it('declares the CDK as a peer, never as a dependency', () => {
    const manifest = JSON.parse(
      readFileSync(join(application, 'node_modules/understudy/package.json'), 'utf8'),
    ) as Record<string, Record<string, string>>;
    expect(Object.keys(manifest['peerDependencies']!).sort()).toEqual(['aws-cdk-lib', 'constructs']);
    expect(manifest['dependencies']).not.toHaveProperty('aws-cdk-lib');
    expect(manifest['dependencies']).not.toHaveProperty('constructs');
  });

  it('brings types for both entries', () => {
    const installed = join(application, 'node_modules/understudy');
    for (const file of ['dist/lib/index.d.ts', 'dist/runtime/index.d.ts']) {
      expect(existsSync(join(installed, file)), file).toBe(true);
    }
  });

  it('brings the command, with the files that it starts in processes of their own', async () => {
    const installed = join(application, 'node_modules/understudy');
    const command = join(installed, 'bin/understudy.mjs');
    const { stdout } = await run(process.execPath, [command, 'drill', '--help'], { cwd: application });
    expect(stdout).toContain('database-reader');
    for (const file of ['lambda/bootstrap.cjs', 'dns/lookup-preload.cjs', 'aurora/instance-host.js']) {
      expect(existsSync(join(installed, 'dist/proving/sandbox', file)), file).toBe(true);
    }
  });
});
