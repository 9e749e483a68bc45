import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { made } from './stacks/edge.ts';
import { synthesize } from './synth.ts';
import { rules } from './tiers/edge/rate-rules-example.ts';

const run = promisify(execFile);
const LINT_MS_MAX = 120_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'understudy-cfn-lint-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function installed(): Promise<boolean> {
  return run('cfn-lint', ['--version']).then(
    () => true,
    () => false,
  );
}

describe('cfn-lint', () => {
  it(
    'reports no error on any template, where it is installed',
    async () => {
      if (!(await installed())) {
        console.warn('cfn-lint is not installed: the templates were not linted by it');
        return;
      }
      const others = {
        rules: Template.fromStack(Stack.of(rules)).toJSON(),
        page: made({ secondary: 'static-page', healthSignal: 'endpoint' }).json,
        fixed: made({ entry: 'static-ip' }).json,
      };
      const files = Object.entries({ ...synthesize().json, ...others }).map(([key, template]) => {
        const file = join(folder, `${key}.template.json`);
        writeFileSync(file, JSON.stringify(template));
        return file;
      });
      // Exit code 0 with warnings allowed: `--non-zero-exit-code error` fails for errors alone.
      const args = ['--non-zero-exit-code', 'error', '--format', 'parseable', ...files];
      const { stdout } = await run('cfn-lint', args).catch((error: { stdout: string }) => error);
      expect(stdout.split('\n').filter((line) => /:E\d{4}:/.test(line))).toEqual([]);
    },
    LINT_MS_MAX,
  );
});
