/** The drills of the throttle and their controls. */

import { describe, expect, it } from 'vitest';
import type { ThrottleLine } from '../../../proving/drills/index.ts';
import { IS_FULL, itInFull } from '../in-full.ts';
import { brokenAnyhow, stage, type Drilled } from './stage.ts';

/** Expectations that a slow machine may fail. */
const OF_TIME = IS_FULL
  ? /^(good_p99_ms|goodput_at_10x|normal_after_ms) /
  : /^(good_p99_ms|good_failed|goodput_at_10x|normal_after_ms) /;
/** Share of the good requests that a machine which is short of breath may shed, where not all drills are run. */
const GOOD_FAILED_MAX = 0.01;

async function drill(
  scenario: string,
  fault: string,
  ...options: readonly string[]
): Promise<Drilled<ThrottleLine>> {
  const drilled = await stage.drill<ThrottleLine>(scenario, fault, ...options);
  expect(drilled.line.wrong_reads).toBe(0);
  return drilled;
}

async function flood(): Promise<void> {
  const drilled = await drill('caller-flood', 'flood');
  const { line } = drilled;
  expect(brokenAnyhow(drilled, OF_TIME), JSON.stringify(line)).toEqual([]);
  expect(line.good_requests).toBeGreaterThan(4000);
  expect(line.good_failed! / line.good_requests!).toBeLessThan(GOOD_FAILED_MAX);
  expect(line).toMatchObject({ failed: 0, denied: [], acked_writes: null });
  expect(line.quotas_in_force_ms).toBeLessThanOrEqual(30_000);
}

async function floodOfTheControl(): Promise<void> {
  const { line } = await drill('caller-flood', 'flood', '--control');
  expect(line, JSON.stringify(line)).toMatchObject({ control: true, held: false, refused: 0 });
  expect(line.flood_share).toBeGreaterThan(10 * line.flood_quota_share!);
  expect(line.good_p99_ms).toBeGreaterThan(1000);
}

async function surge(): Promise<void> {
  const drilled = await drill('overload', 'surge');
  const { line } = drilled;
  expect(brokenAnyhow(drilled, OF_TIME), JSON.stringify(line)).toEqual([]);
  expect(line).toMatchObject({ restarts: 0, denied: [] });
  expect(line.goodput_at_10x).toBeGreaterThan(0.5 * line.peak_goodput!);
  expect(line.normal_after_ms).not.toBeNull();
  expect(line.goodput_by_class!['critical-plus']).toBeGreaterThan(line.goodput_by_class!['sheddable']!);
}

async function surgeOfTheControl(): Promise<void> {
  const { line } = await drill('overload', 'surge', '--control');
  expect(line, JSON.stringify(line)).toMatchObject({ control: true, held: false, normal_after_ms: null });
  expect(line.failed).toBeGreaterThan(0);
  expect(line.goodput_at_10x).toBeLessThan(0.5 * line.peak_goodput!);
}

/** What a busy machine may break: how much is done in time, and who waits too long for it. */
const OF_WORK =
  /^(goodput_of_capacity_pct|good_failed|whole_users_pct|p99_ms|normal_after_ms|refused_p99_ms|refused_by_others_pct|within_refused_pct) /;

async function withoutHalf(): Promise<void> {
  const { line } = await drill('half-capacity', 'kill');
  expect(
    line.not_held.filter((rule) => !OF_WORK.test(rule)),
    JSON.stringify(line),
  ).toEqual([]);
  expect(line).toMatchObject({ restarts: 0, denied: [] });
  expect(line.goodput_of_capacity_pct).toBeGreaterThan(60);
  expect(line.goodput_by_class!['critical-plus']).toBeGreaterThan(line.goodput_by_class!['sheddable']!);
}

async function storm(): Promise<void> {
  const { line } = await drill('retry-storm', 'storm');
  expect(
    line.not_held.filter((rule) => !OF_WORK.test(rule)),
    JSON.stringify(line),
  ).toEqual([]);
  expect(line.attempts_per_request).toBeGreaterThan(2);
  expect(line.normal_after_ms).not.toBeNull();
}

async function withoutStore(): Promise<void> {
  const { line } = await drill('throttle-store-down', 'hang');
  expect(
    line.not_held.filter((rule) => !OF_WORK.test(rule)),
    JSON.stringify(line),
  ).toEqual([]);
  expect(line).toMatchObject({ failed: 0, leases_renewed: 2, denied: [] });
}
export function throttleDrills(): void {
  describe('a drill of the throttle', () => {
    it('I-24: caller-flood: the flood is held to its quota, and nobody else fails', flood);
    itInFull('caller-flood, its control: the flood takes the places of all', floodOfTheControl);
    itInFull(
      'I-25: overload: most of the best goodput at ten times the capacity, and normal after it',
      surge,
    );
    itInFull('overload, its control: a queue that nobody gets out of in time', surgeOfTheControl);
    itInFull('I-25: half-capacity: the survivors do what they can, for those that matter most', withoutHalf);
    itInFull('F-29: retry-storm: what stood still goes on as before, whatever its clients send', storm);
    itInFull(
      'I-29: throttle-store-down: no decision fails, and nothing is admitted beyond the capacity',
      withoutStore,
    );
  });
}
