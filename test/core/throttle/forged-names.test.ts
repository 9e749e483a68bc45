import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const child = fileURLToPath(new URL('./forged-names.child.ts', import.meta.url));
const MB = 1024 * 1024;

it('SEC-17: 1,000,000 forged names leave no more in memory than the first 250,000, and escape no limit', () => {
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', child], { encoding: 'utf8' });
  expect(stderr).not.toContain('Error');
  const { held, admitted, callers } = JSON.parse(stdout) as {
    held: number[];
    admitted: number;
    callers: number;
  };
  expect(callers).toBe(10_000);
  for (const bytes of held) expect(bytes).toBeLessThan(8 * MB);
  expect(held.at(-1)! - held[0]!).toBeLessThan(1 * MB);
  // In one second a place serves five names one after the other, and one that it has at the start.
  expect(admitted).toBeLessThanOrEqual(5 * 10_000 + 5 + 10_000);
}, 60_000);
