import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { functionImport, memberChoice, throttle } from '../../bench/benches/index.ts';
import { fairness } from '../../bench/throttle/exactness.ts';
import { mostInAnySecond, zipfCallers } from '../../bench/throttle/load.ts';
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
    expect(rows).toHaveLength(6);
    expect(Math.min(...rows.flatMap(({ ours, other }) => [ours, other]))).toBeGreaterThan(0);
    // One function alone may be unlucky on a busy machine; the middle of five is not.
    expect(median(rows.map(({ ratio }) => ratio))).toBeLessThan(1);
    expect(Object.values(context ?? {})[0]).toBeGreaterThan(0);
  }, 120_000);

  it('measure a decision of the throttle against other limiters, of which none keeps its limit', async () => {
    const { unit, rows, context = {} } = await throttle.run({ seconds: 0, say: () => {} });
    expect(unit).toBe('ns per decision');
    expect(rows.map((one) => one.case)).toEqual([
      ...Array.from({ length: 3 }, () => '1000 callers'),
      ...Array.from({ length: 3 }, () => '100000 callers'),
    ]);
    expect(Math.min(...rows.flatMap(({ ours, other }) => [ours, other]))).toBeGreaterThan(0);
    const most = Object.entries(context).filter(([name]) => name.startsWith('most admitted'));
    expect(most).toHaveLength(4);
    for (const [name, count] of most) {
      if (name.endsWith('CallerTable.take')) expect(count).toBe(5);
      else expect(count).toBeGreaterThan(5);
    }
    expect(context['failed decisions while it hangs']).toBe(0);
    expect(context['p99 while the lease store hangs, ms']).toBeLessThan(20);
    expect(context['processor time of a refusal, ms']).toBeLessThan(1);
    expect(context['Jain index under equal demand']).toBeGreaterThanOrEqual(0.99);
  }, 120_000);

  it('judge an admission by when it was asked for and answered, never against a limiter', () => {
    const at = (askedAt: number, answeredAt = askedAt): { askedAt: number; answeredAt: number } => ({
      askedAt,
      answeredAt,
    });
    expect(mostInAnySecond([])).toBe(0);
    expect(mostInAnySecond([at(0), at(999), at(1000)])).toBe(2);
    expect(mostInAnySecond([at(0, 5), at(900), at(998, 1001)])).toBe(2);
    expect(mostInAnySecond([at(0), at(1500), at(1600), at(1700)])).toBe(3);
  });

  it('ask as often as zipf says, and share equally among equals', () => {
    const asked = zipfCallers(100, 50_000, 1);
    const count = (name: string): number => asked.filter((caller) => caller === name).length;
    expect(count('caller-0') / count('caller-1')).toBeCloseTo(2, 0);
    expect(count('caller-0') / count('caller-9')).toBeGreaterThan(8);
    expect(fairness(10, 5000)).toBeGreaterThan(0.999);
  });

  it('fail an unknown option with a usage line and nothing on stdout', () => {
    const result = spawnSync(process.execPath, [script, '--jsn'], { encoding: 'utf8' });
    expect(result.status).toBe(2);
    expect(result.stdout).toBe('');
    expect(result.stderr).toContain('--jsn is not an option');
  });
});
