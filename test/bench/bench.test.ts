import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { functionImport, memberChoice } from '../../bench/benches/index.ts';
import { median, row } from '../../bench/types.ts';

const script = fileURLToPath(new URL('../../bench/run.ts', import.meta.url));

describe('the benchmarks', () => {
  it('compare ours with another, as a ratio', () => {
    expect(row('a', 30, 20, 'other')).toEqual({
      case: 'a',
      ours: 30,
      other: 20,
      otherName: 'other',
      ratio: 1.5,
    });
    expect(median([9, 1, 5])).toBe(5);
  });

  it('measure the choice of a member', async () => {
    const said: string[] = [];
    const { unit, rows } = await memberChoice.run({ seconds: 0.05, say: (text) => said.push(text) });
    expect(unit).toBe('ns per choice');
    expect(rows.map((one) => one.case)).toEqual(['2 readers', '3 readers', '15 readers']);
    for (const { ours, other, ratio } of rows) {
      expect(ours).toBeGreaterThan(0);
      expect(other).toBeGreaterThan(0);
      expect(ratio).toBeLessThan(50);
    }
    expect(said.length).toBeGreaterThan(0);
  });

  it('measure the import of every function, which is faster than what the CDK bundles by itself', async () => {
    const { unit, rows, context } = await functionImport.run({ seconds: 0, say: () => {} });
    expect(unit).toBe('ms per import');
    expect(rows).toHaveLength(5);
    expect(Math.min(...rows.flatMap(({ ours, other }) => [ours, other]))).toBeGreaterThan(0);
    // One function alone may be unlucky on a busy machine; the middle of five is not.
    expect(median(rows.map(({ ratio }) => ratio))).toBeLessThan(1);
    expect(Object.values(context ?? {})[0]).toBeGreaterThan(0);
  }, 120_000);

  it('fail an unknown option with a usage line and nothing on stdout', () => {
    const result = spawnSync(process.execPath, [script, '--jsn'], { encoding: 'utf8' });
    expect(result.status).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain('--jsn is not an option');
  });
});
