import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  cacheRouting,
  cacheThroughput,
  functionImport,
  memberChoice,
  servicePick,
  throttle,
} from '../../bench/benches/index.ts';
import { bytesAllocated } from '../../bench/benches/cache-routing.ts';
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

  it('measure the choice of an instance, which allocates nothing', async () => {
    const { unit, rows, context = {} } = await servicePick.run({ seconds: 0, say: () => {} });
    expect(unit).toBe('ns per choice');
    expect(rows.map((one) => one.case)).toEqual(
      [3, 10, 30, 100].flatMap((size) => [`${size} instances`, `${size} in 3 zones`]),
    );
    for (const { ours, other } of rows) expect(Math.min(ours, other)).toBeGreaterThan(0);
    // By the number of instances it does not grow: 100 cost no more than a few times what 3 do.
    expect(rows.at(-2)!.ours).toBeLessThan(10 * rows[0]!.ours);
    for (const bytes of Object.values(context)) expect(bytes).toBeLessThan(1);
  });

  it('measure the import of every function, which is faster than what the CDK bundles by itself', async () => {
    const { unit, rows, context } = await functionImport.run({ seconds: 0, say: () => {} });
    expect(unit).toBe('ms per import');
    expect(rows).toHaveLength(8);
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

  it('measure routing, which allocates nothing, and moves no key when a server dies', async () => {
    const { unit, rows, context = {} } = await cacheRouting.run({ seconds: 0, say: () => {} });
    expect(unit).toBe('ns per decision');
    const peers = ['cluster-key-slot', 'consistent-hash', 'hashring'];
    expect(rows.map((one) => `${one.case}, ${one.otherName}`)).toEqual(
      ['16 shards', '1024 shards'].flatMap((shards) => peers.map((peer) => `${shards}, ${peer}`)),
    );
    const hashring = rows.filter(({ otherName }) => otherName === 'hashring');
    for (const { ratio } of hashring) expect(ratio).toBeLessThan(1);
    const moved = Object.entries(context).filter(([name]) => name.startsWith('share of keys moved'));
    expect(moved.map(([, share]) => share > 0)).toEqual([false, true, true]);
    const load = Object.entries(context).filter(([name]) => name.startsWith('max / mean'));
    for (const [, ratio] of load) expect(ratio).toBeLessThan(1.05);
    for (const shards of [16, 1024]) {
      expect(context[`bytes allocated by a decision, ${shards} shards, shardOf`]).toBeLessThan(2);
    }
  }, 120_000);

  it('know what allocates', () => {
    const keys = ['a', 'b', 'c'].flatMap((key) => Array.from({ length: 1000 }, () => key));
    const kept: unknown[] = [];
    expect(bytesAllocated((key) => kept.push({ key }), keys)).toBeGreaterThan(8);
  });

  it('measure hits through the cache against a bare client', async () => {
    const { unit, rows } = await cacheThroughput.run({ seconds: 0, say: () => {} });
    expect(unit).toBe('reads per second');
    expect(rows.map(({ otherName }) => otherName)).toEqual(['ioredis', 'ioredis, auto-pipelining']);
    for (const { ours, other, ratio } of rows) {
      expect(Math.min(ours, other)).toBeGreaterThan(100);
      expect(ratio).toBeGreaterThan(0.2);
    }
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
