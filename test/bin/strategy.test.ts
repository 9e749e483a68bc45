/** What `understudy strategy` refuses before it looks for an environment. */

import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryStateDir, understudy } from './command.ts';

let stateDir: string;
let env: Record<string, string>;

beforeEach(() => {
  stateDir = temporaryStateDir();
  env = { UNDERSTUDY_STATE_DIR: stateDir, AWS_REGION: '', AWS_DEFAULT_REGION: '', AWS_ENDPOINT_URL: '' };
});
afterEach(() => fs.rmSync(stateDir, { recursive: true, force: true }));

function fileOf(document: unknown): string {
  fs.mkdirSync(stateDir, { recursive: true });
  const file = path.join(stateDir, 'rules.json');
  fs.writeFileSync(file, JSON.stringify(document));
  return file;
}

describe('understudy strategy', () => {
  it.each([
    ['weights over 100', { split: { stable: 0, canary: 120 } }, /shop\.split\.canary = 120[\s\S]*Fix: /],
    ['a rule that matches nobody', { rules: [{ percent: 0, to: { version: 'canary' } }] }, /matches nobody/],
    ['an unknown version', { rules: [{ percent: 5, to: { version: 'blue' } }] }, /one of stable, canary/],
  ])('refuses %s with 2, naming field, value, rule and fix', async (_, document, message) => {
    const { code, stderr } = await understudy(['strategy', 'set', 'shop', fileOf(document)], env);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('refuses a file that cannot be read', async () => {
    const { code, stderr } = await understudy(['strategy', 'set', 'shop', '/nowhere.json'], env);
    expect(stderr).toMatch(/<file> = "\/nowhere\.json"/);
    expect(code).toBe(2);
  });

  it.each([[['show', 'shop']], [['undo', 'shop']]])('%j ends with 3 without a sandbox', async (args) => {
    const { code, stderr } = await understudy(['strategy', ...args], env);
    expect(stderr).toContain('npm start');
    expect(code).toBe(3);
  });
});
