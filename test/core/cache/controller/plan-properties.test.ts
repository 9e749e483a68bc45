import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  awayMax,
  openCacheRecovery,
  planCache,
  quorumOf,
  rebootedAt,
  type CacheFacts,
} from '../../../../core/cache/controller/index.ts';
import { moveRecovery, withStep } from '../../../../core/database/ledger.ts';
import type { CacheObservationItem } from '../../../../core/state/cache-items.ts';
import type { LedgerItem } from '../../../../core/state/items.ts';
import { described, EVIDENCE_AGE_MS, facts, groupId, NOW, observation, THRESHOLDS } from './facts.ts';

const SHARDS = 5;
const ALL = Array.from({ length: SHARDS }, (_, shard) => shard);
const rarely = fc.integer({ min: 0, max: 9 }).map((draw) => draw === 0);
const states = fc.constantFrom('serving', 'closing', 'closed', 'opening');
const agoMs = fc.integer({ min: 0, max: 3_600_000 });
const reaches = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('timeout', 'refused', 'reset') },
  { weight: 1, arbitrary: fc.constantFrom('ok', 'login', 'tls', 'error', 'load') },
);
const failing = fc.dictionary(
  fc.constantFrom(...ALL.map(String)),
  fc.record({ ago: agoMs, reach: reaches }),
  {
    maxKeys: 3,
  },
);
type Failing = typeof failing extends fc.Arbitrary<infer T> ? T : never;

/** Most zones say the truth; some are late, early, blind, overtaken, or say something else. */
const observationOf = (az: string, truth: Failing): fc.Arbitrary<CacheObservationItem> =>
  fc
    .record({
      at: fc.oneof(
        { weight: 6, arbitrary: fc.integer({ min: NOW - 5000, max: NOW }) },
        { weight: 1, arbitrary: fc.integer({ min: NOW - 15_000, max: NOW + 3000 }) },
      ),
      token: fc.integer({ min: 1, max: 2 }),
      blind: fc.integer({ min: 0, max: 9 }).map((draw) => draw === 0),
      said: fc.oneof({ weight: 5, arbitrary: fc.constant(truth) }, { weight: 1, arbitrary: failing }),
    })
    .map(({ said, ...rest }) => {
      const entries = Object.entries(said).map(
        ([shard, { ago, reach }]) => [shard, { since: NOW - ago, reach }] as const,
      );
      return observation({ ...rest, az, shards: SHARDS, failing: Object.fromEntries(entries) });
    });

const reboots: fc.Arbitrary<LedgerItem> = fc
  .record({ shard: fc.constantFrom(...ALL), ago: agoMs, finished: fc.boolean(), acknowledged: fc.boolean() })
  .map(({ shard, ago, finished, acknowledged }) => {
    const memberId = groupId(shard);
    const now = NOW - ago;
    const action = { kind: 'reboot', memberId, cache: 'main', shard, reason: '', evidence: [] } as const;
    const opened = openCacheRecovery({
      action: { ...action, cacheClusterId: `${memberId}-001`, nodeId: '0001' },
      env: 'demo',
      function: 'cache-router',
      epoch: 1,
      now,
      mode: 'act',
    });
    const steps = withStep(opened, 'reboot', { at: now, outcome: 'accepted' });
    const item = moveRecovery(opened, finished ? 'done' : 'acting', { now, steps });
    return acknowledged ? { ...item, acknowledged: { by: 'ana', why: '', at: now } } : item;
  });

const groups = fc
  .tuple(
    ...ALL.map((shard) =>
      fc.record({
        hasAutomaticFailover: rarely,
        hasPendingChange: rarely,
        status: rarely.map((isBusy) => (isBusy ? 'modifying' : 'available')),
        at: fc.integer({ min: NOW - 12_000, max: NOW }),
        nodes: rarely.map((isOther) => described(isOther ? shard + 1 : shard).nodes),
      }),
    ),
  )
  .map((all) => Object.fromEntries(all.map((change, shard) => [groupId(shard), described(shard, change)])));

const anyFacts: fc.Arbitrary<CacheFacts> = fc
  .record({
    seen: fc.constantFrom('abc', 'abcd', 'abcdef').chain((zones) =>
      failing.chain((truth) =>
        fc.record({
          zones: fc.constant(zones.split('')),
          observations: fc.tuple(...[...zones.split(''), 'a', 'x'].map((az) => observationOf(az, truth))),
        }),
      ),
    ),
    rows: fc.option(fc.tuple(...ALL.map(() => states)), { nil: null }),
    ledger: fc.array(reboots, { maxLength: 2 }),
    groups,
    'reboots-max': fc.integer({ min: 0, max: 3 }),
  })
  .map(({ rows, 'reboots-max': max, seen, ...rest }) =>
    facts(
      {
        ...rest,
        ...seen,
        rows: rows === null ? {} : { main: rows.map((state, shard) => ({ shard, epoch: 4, state })) },
        thresholds: { ...THRESHOLDS, 'reboots-max': max },
      },
      SHARDS,
    ),
  );

/** Zones that can be counted against (or for) the shard, judged without the code under test. */
function zonesThat(given: CacheFacts, memberId: string, counts: 'failing' | 'healthy'): number {
  const newest = new Map<string, CacheObservationItem>();
  for (const item of given.observations) {
    const known = newest.get(item.az);
    const isNewer =
      known === undefined || item.token > known.token || (item.token === known.token && item.at > known.at);
    if (given.zones.includes(item.az) && isNewer) newest.set(item.az, item);
  }
  return [...newest.values()].filter((item) => {
    const age = given.now - item.at;
    if (item.blind || age > EVIDENCE_AGE_MS || age < -2000) return false;
    const failure = item.verdicts.find((verdict) => verdict.memberId === memberId)!.failure;
    const { reach } = item.samples.find((sample) => sample.memberId === memberId)!;
    if (counts === 'healthy') return failure === null;
    return failure !== null && (reach === 'timeout' || reach === 'refused' || reach === 'reset');
  }).length;
}

const RUNS = { numRuns: 2000 };

describe('whatever is observed', () => {
  it('I-06: whoever is acted on, a majority of all zones says so', () => {
    let acted = 0;
    fc.assert(
      fc.property(anyFacts, (given) => {
        for (const { kind, memberId } of planCache(given).actions) {
          acted += 1;
          const says = kind === 'readmit' ? 'healthy' : 'failing';
          expect(zonesThat(given, memberId, says)).toBeGreaterThanOrEqual(quorumOf(given.zones));
        }
      }),
      RUNS,
    );
    expect(acted).toBeGreaterThan(200);
  });

  it('I-09: at most one reboot, within the limits, of one node that AWS leaves alone', () => {
    let rebooted = 0;
    fc.assert(
      fc.property(anyFacts, (given) => {
        const acts = planCache(given).actions.filter((action) => action.kind === 'reboot');
        expect(acts.length).toBeLessThanOrEqual(1);
        for (const { memberId, cacheClusterId } of acts) {
          rebooted += 1;
          const group = given.groups[memberId]!;
          expect(cacheClusterId).toBe(`${memberId}-001`);
          expect([group.status, group.hasAutomaticFailover, group.hasPendingChange]).toEqual([
            'available',
            false,
            false,
          ]);
          const recent = given.ledger.filter(
            (item) =>
              item.acknowledged === undefined && NOW - rebootedAt(item)! < THRESHOLDS['reboot-window-ms'],
          );
          expect(recent.length).toBeLessThan(given.thresholds['reboots-max']);
          expect(recent.map((item) => item.memberId)).not.toContain(memberId);
          expect(given.ledger.every(({ state }) => state === 'done')).toBe(true);
          const row = given.rows.main!.find(({ shard }) => groupId(shard) === memberId)!;
          expect(['closing', 'closed']).toContain(row.state);
        }
      }),
      RUNS,
    );
    expect(rebooted).toBeGreaterThan(50);
  });

  it('nothing is quarantined or rebooted where more than half of the shards look away', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const plan = planCache(given);
        const away = plan.shards.filter(({ reachable }) => reachable === false).length;
        const harsh = plan.actions.filter(({ kind }) => kind !== 'readmit');
        if (away > awayMax(SHARDS)) expect(harsh).toEqual([]);
      }),
      RUNS,
    );
  });

  it('a plan is the same twice, names every shard once and gives each action a reason and evidence', () => {
    fc.assert(
      fc.property(anyFacts, (given) => {
        const plan = planCache(given);
        expect(planCache(given)).toEqual(plan);
        expect(plan.shards.map(({ memberId }) => memberId)).toEqual(ALL.map(groupId));
        for (const { reason, evidence } of plan.actions) {
          expect(reason).toMatch(/\d/);
          expect(evidence.length).toBeGreaterThan(0);
        }
      }),
      { numRuns: 300 },
    );
  });
});
