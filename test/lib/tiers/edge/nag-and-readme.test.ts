import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { App } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';

describe("cdk-nag's AwsSolutions", () => {
  it('has no finding', () => {
    const app = `
      import { App, Stack, Validations } from 'aws-cdk-lib';
      import { AwsSolutionsChecks } from 'cdk-nag';
      import { rules } from './test/lib/tiers/edge/example.ts';
      const app = rules.node.root;
      Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
      app.synth();
      console.log('checked');
    `;
    const cwd = new URL('../../../../', import.meta.url);
    const args = ['--input-type=module-typescript', '--eval', app];
    const { CDK_VALIDATION: _off, ...env } = process.env;
    const output = execFileSync(process.execPath, args, { cwd, env, encoding: 'utf8' });
    expect(output).toContain('checked');
  });
});

describe('the README', () => {
  const read = (file: string): string => readFileSync(new URL(file, import.meta.url), 'utf8');
  const readme = read('../../../../lib/tiers/edge/README.md');

  it('shows the example that is compiled, and that synthesizes without an account', async () => {
    const shown = /```ts\n([\s\S]*?)```/.exec(readme)![1];
    expect(shown).toBe(read('./example.ts').replace('../../../../lib/index.ts', 'understudy'));
    const { rules } = await import('./example.ts');
    expect(rules.node.root).toBeInstanceOf(App);
  });
});
