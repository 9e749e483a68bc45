import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SYNTH_MS_MAX = 120_000;

vi.setConfig({ testTimeout: SYNTH_MS_MAX });

interface Run {
  readonly code: number;
  readonly output: string;
}

/** Runs the app of a folder as cdk.json does: no credentials, no network, nothing bundled. */
async function runApp(folder: string, out: string, more: object = {}): Promise<Run> {
  const { context } = JSON.parse(readFileSync(join(ROOT, 'cdk.json'), 'utf8')) as { context: object };
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    CDK_OUTDIR: out,
    CDK_CONTEXT_JSON: JSON.stringify({ ...context, ...more, 'aws:cdk:bundling-stacks': [] }),
  };
  try {
    const options = { cwd: folder, env, timeout: SYNTH_MS_MAX };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['bin/understudy.ts'], options);
    return { code: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, output: `${stdout}${stderr}` };
  }
}

/** A folder with an app of its own environments over the same library. */
function copyOfApp(folder: string): void {
  for (const name of ['lib', 'core', 'lambdas', 'runtime', 'examples', 'node_modules', 'package.json']) {
    symlinkSync(join(ROOT, name), join(folder, name));
  }
  cpSync(join(ROOT, 'environments'), join(folder, 'environments'), { recursive: true });
  cpSync(join(ROOT, 'bin/understudy.ts'), join(folder, 'bin/understudy.ts'));
}

let scratch: string;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'understudy-app-'));
});
afterAll(() => {
  rmSync(scratch, { recursive: true, force: true });
});

describe('the app', () => {
  it("has no finding of cdk-nag's AwsSolutions or of the CDK's own rules that is not acknowledged", async () => {
    const run = await runApp(ROOT, join(scratch, 'out'));
    expect(run.output).not.toMatch(/ERROR|WARNING/);
    expect(run.code).toBe(0);
  });

  it('fails for an unacknowledged finding', async () => {
    const folder = mkdtempSync(join(scratch, 'finding-'));
    copyOfApp(folder);
    const app = readFileSync(join(folder, 'bin/understudy.ts'), 'utf8');
    const queue = "import { Queue } from 'aws-cdk-lib/aws-sqs';\n";
    const made = app.replace(
      '  if (rewrite)',
      "  void new Queue(environment.control, 'Open');\n  if (rewrite)",
    );
    writeFileSync(join(folder, 'bin/understudy.ts'), queue + made);
    const run = await runApp(folder, join(folder, 'out'));
    expect(run.output).toContain('AwsSolutions-SQS3');
    expect(run.code).not.toBe(0);
  });

  it('fails for an illegal profile by one message, without a stack trace', async () => {
    const folder = mkdtempSync(join(scratch, 'profile-'));
    copyOfApp(folder);
    const file = join(folder, 'environments/demo.ts');
    writeFileSync(file, readFileSync(file, 'utf8').replace(", 'us-east-1c'", ''));
    const run = await runApp(folder, join(folder, 'out'));
    expect(run).toEqual({
      code: 1,
      output: expect.stringMatching(/^The environment profile 'demo' is refused:\n {2}zones = .*Fix: .*\n$/),
    });
  });

  it('fails without a lock, and says how to write one', async () => {
    const folder = mkdtempSync(join(scratch, 'lock-'));
    copyOfApp(folder);
    rmSync(join(folder, 'environments/demo.lock.json'));
    const run = await runApp(folder, join(folder, 'out'));
    expect(run.code).toBe(1);
    expect(run.output).toMatch(/environments\/demo\.lock\.json cannot be read.*understudy:write-lock=demo/);
  });

  it('fails to write a lock anew for a number of shards that was changed by hand, and leaves it', async () => {
    const folder = mkdtempSync(join(scratch, 'shards-'));
    copyOfApp(folder);
    const profile = join(folder, 'environments/demo.ts');
    const lock = join(folder, 'environments/demo.lock.json');
    const [before, locked] = [readFileSync(profile, 'utf8'), readFileSync(lock, 'utf8')];
    writeFileSync(profile, before.replace('shards: 4', 'shards: 8'));
    const run = await runApp(folder, join(folder, 'out'), { 'understudy:write-lock': 'demo' });
    expect(run.code).toBe(1);
    expect(run.output).toMatch(
      /demo\.lock\.json is refused:\n {2}cache\.shards = 8: is 4 in the lock.*cache grow/,
    );
    expect(readFileSync(lock, 'utf8')).toBe(locked);
  });
});
