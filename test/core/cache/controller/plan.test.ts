import { describe, expect, it } from 'vitest';
import {
  awayMax,
  CLIENTS_FIRST_MS,
  groupsToDescribe,
  openCacheRecovery,
  planCache,
  REFUSED_PAUSE_MS,
  type CacheAction,
  type CacheFacts,
} from '../../../../core/cache/controller/index.ts';
import { moveRecovery, withStep } from '../../../../core/database/ledger.ts';
import type { CacheShardItem } from '../../../../core/state/cache-items.ts';
import type { LedgerItem } from '../../../../core/state/items.ts';
import {
  described,
  facts,
  groupId,
  hung,
  NOW,
  observation,
  rows,
  THRESHOLDS,
  unreachable,
  ZONES,
} from './facts.ts';

function kinds(given: CacheFacts): readonly string[] {
  return planCache(given).actions.map(({ kind, memberId }) => `${kind} ${memberId}`);
}
function causes(given: CacheFacts): readonly string[] {
  return planCache(given).holds.map(({ what, cause }) => `${what}: ${cause}`);
}

/** A recovery of this kind on shard 1 (or another) that began so long ago and was finished. */
function before(
  kind: CacheAction['kind'],
  agoMs: number,
  change: Partial<LedgerItem> = {},
  shard = 1,
): LedgerItem {
  const told = { memberId: groupId(shard), cache: 'main', shard, reason: '', evidence: [] } as const;
  const action: CacheAction =
    kind === 'reboot'
      ? { kind, ...told, cacheClusterId: `${groupId(shard)}-001`, nodeId: '0001' }
      : { kind, ...told, rowEpoch: 3 };
  const now = NOW - agoMs;
  const opened = openCacheRecovery({
    action,
    env: 'demo',
    function: 'cache-router',
    epoch: 3,
    now,
    mode: 'act',
  });
  const steps = withStep(opened, kind, { at: now, outcome: 'accepted' });
  return { ...moveRecovery(opened, 'done', { now, steps }), ...change };
}

function away(shard: number, agoMs: number): CacheShardItem {
  return {
    kind: 'cache-shard',
    env: 'demo',
    memberId: groupId(shard),
    cache: 'main',
    shard,
    epoch: 6,
    at: NOW - 60_000,
    row: { epoch: 4, state: 'closed' },
    awaySince: NOW - agoMs,
    reachable: true,
  };
}

describe('quarantine', () => {
  it('nothing is to be done for a cache that is whole', () => {
    const plan = planCache(facts());
    expect(plan).toMatchObject({ actions: [], holds: [], reviewAt: null, reason: '3 of 3 zones vote' });
    expect(plan.shards.map(({ reachable, awaySince }) => [reachable, awaySince])).toEqual(
      Array.from({ length: 4 }, () => [true, null]),
    );
  });

  it('a serving shard that most zones cannot reach is quarantined at its epoch, with reasons in numbers', () => {
    const [action] = planCache(
      facts({ observations: unreachable([1], { zones: ZONES.slice(0, 2) }) }),
    ).actions;
    expect(action).toMatchObject({
      kind: 'quarantine',
      memberId: 'demo-cache-1',
      cache: 'main',
      shard: 1,
      rowEpoch: 4,
    });
    expect(action!.reason).toBe('demo-cache-1: 2 of 3 zones cannot reach it, 1 can, 2 decide since 10000 ms');
    expect(action!.evidence).toHaveLength(3);
    expect(action!.evidence[0]).toBe('cache-observation#eu-west-1a|2026-11-22T11:59:59.500Z');
  });

  it('I-06: one zone alone never acts, though nobody else speaks', () => {
    const [only] = unreachable([1]);
    expect(kinds(facts({ observations: [only!] }))).toEqual([]);
    expect(kinds(facts({ observations: unreachable([1], { zones: [ZONES[0]] }) }))).toEqual([]);
  });

  it('I-06: of five zones two are no majority', () => {
    const zones = ['a', 'b', 'c', 'd', 'e'];
    const failing = { 1: { since: NOW - 10_000 } };
    const say = (count: number) =>
      zones.map((az, at) => observation({ az, failing: at < count ? failing : {} }));
    expect(kinds(facts({ zones, observations: say(2) }))).toEqual([]);
    expect(kinds(facts({ zones, observations: say(3) }))).toEqual(['quarantine demo-cache-1']);
    expect(kinds(facts({ zones, observations: say(3).slice(0, 2) }))).toEqual([]);
  });

  it.each([
    ['blind', { blind: true }],
    ['silent for longer than evidence lasts', { at: NOW - 10_001 }],
    ['dated ahead', { at: NOW + 2001 }],
  ])('I-30: a prober that is %s does not vote', (_name, change) => {
    const observations = unreachable([1]).map((item, at) => (at < 2 ? { ...item, ...change } : item));
    expect(kinds(facts({ observations }))).toEqual([]);
  });

  it('I-12: the observation of a prober that was taken over does not count', () => {
    const old = unreachable([1]).map((item) => ({ ...item, token: 1, at: NOW - 100 }));
    const newer = ZONES.map((az) => observation({ az, token: 2, at: NOW - 900 }));
    expect(kinds(facts({ observations: [...old, ...newer] }))).toEqual([]);
  });

  it('a zone of which nobody knows has no vote', () => {
    const strangers = ['x', 'y', 'z'].map((az) => observation({ az, failing: { 1: { since: NOW - 9000 } } }));
    expect(kinds(facts({ observations: strangers }))).toEqual([]);
  });

  it.each(['login', 'tls', 'error', 'load', 'ok'] as const)(
    'I-16: a probe that ends in %s does not accuse: applications have logins of their own',
    (reach) => {
      expect(kinds(facts({ observations: unreachable([1], { reach }) }))).toEqual([]);
      expect(kinds(hung({ observations: unreachable([1], { reach, since: NOW - 3_600_000 }) }))).toEqual([]);
    },
  );

  it.each(['closing', 'closed', 'opening'] as const)(
    'a shard that is %s is quarantined by nobody again',
    (state) => {
      expect(kinds(facts({ observations: unreachable([1]), rows: rows({ 1: state }) }))).toEqual([]);
    },
  );

  it('a row that cannot be read is left alone', () => {
    const given = facts({ observations: unreachable([1]), rows: {} });
    expect(kinds(given)).toEqual([]);
    expect(causes(given)).toEqual(['quarantine: rows-unknown', 'reboot: rows-unknown']);
  });

  it('fails open where more than half of the shards of a copy look away', () => {
    expect(kinds(facts({ observations: unreachable([0, 1]) }))).toEqual([
      'quarantine demo-cache-0',
      'quarantine demo-cache-1',
    ]);
    const most = facts({ observations: unreachable([0, 1, 2]) });
    expect(kinds(most)).toEqual([]);
    expect(causes(most)).toContain('quarantine: too-many');
    expect([1, 2, 3, 4, 64].map(awayMax)).toEqual([1, 1, 1, 2, 32]);
  });

  it('a shard that serves again after its quarantine was reached by somebody: it is left to the clients', () => {
    const given = facts({ observations: unreachable([1]), ledger: [before('quarantine', 5000)] });
    expect(kinds(given)).toEqual([]);
    expect(causes(given)).toContain('quarantine: quarantined-before');
  });

  it('the quarantine of an earlier failure does not stand in the way of the next', () => {
    expect(kinds(facts({ observations: unreachable([1]), ledger: [before('quarantine', 10_001)] }))).toEqual([
      'quarantine demo-cache-1',
    ]);
  });
});

describe('readmission', () => {
  const due = (change: Partial<CacheFacts> = {}) =>
    facts({ rows: rows({ 1: 'closed' }), known: [away(1, CLIENTS_FIRST_MS)], ...change });

  it('a shard that all zones reach and that nobody looks after is readmitted', () => {
    const [action] = planCache(due()).actions;
    expect(action).toMatchObject({ kind: 'readmit', memberId: 'demo-cache-1', cache: 'main', shard: 1 });
    expect(action!.reason).toContain('closed for 90000 ms');
  });

  it('the clients go first', () => {
    const plan = planCache(due({ known: [away(1, CLIENTS_FIRST_MS - 1)] }));
    expect(plan.actions).toEqual([]);
    expect(plan.holds).toMatchObject([{ what: 'readmit', cause: 'clients-first', reviewAt: NOW + 1 }]);
    expect(plan.reviewAt).toBe(NOW + 1);
  });

  it('the time away begins when it is first seen, goes on while it is away, and ends when it serves', () => {
    const seenOf = (given: CacheFacts) => planCache(given).shards[1]!;
    expect(seenOf(due({ known: [] })).awaySince).toBe(NOW);
    expect(seenOf(due()).awaySince).toBe(NOW - CLIENTS_FIRST_MS);
    expect(seenOf(due({ rows: {} })).awaySince).toBe(NOW - CLIENTS_FIRST_MS);
    expect(seenOf(due({ rows: {} })).row).toEqual({ epoch: 4, state: 'closed' });
    expect(seenOf(due({ rows: rows({}) })).awaySince).toBeNull();
  });

  it('a shard that never served waits for its first client', () => {
    const fresh = { main: [0, 1, 2, 3].map((shard) => ({ shard, epoch: 1, state: 'closed' as const })) };
    const plan = planCache(facts({ rows: fresh }));
    expect([plan.actions, plan.holds]).toEqual([[], []]);
    expect(plan.shards.map(({ awaySince }) => awaySince)).toEqual([null, null, null, null]);
  });

  it('not while any zone fails to reach it', () => {
    expect(kinds(due({ observations: unreachable([1], { zones: [ZONES[2]] }) }))).toEqual([]);
  });

  it('what came to nothing is not asked for again at every turn', () => {
    expect(causes(due({ ledger: [before('readmit', 299_999)] }))).toEqual(['readmit: asked-before']);
    expect(kinds(due({ ledger: [before('readmit', 300_000)] }))).toEqual(['readmit demo-cache-1']);
  });
});

describe('reboot', () => {
  it('a node that AWS calls available and most zones have not reached for long is rebooted by name', () => {
    const plan = planCache(hung());
    expect(plan.actions).toMatchObject([
      { kind: 'reboot', memberId: 'demo-cache-1', cacheClusterId: 'demo-cache-1-001', nodeId: '0001' },
    ]);
    expect(plan.actions[0]!.reason).toBe(
      'demo-cache-1: 3 of 3 zones cannot reach it, 0 can, 2 decide since 120000 ms, above 120000 ms; AWS calls demo-cache-1-001 available',
    );
  });

  it('not before its time, and says when to look again', () => {
    const plan = planCache(hung({ observations: unreachable([1], { since: NOW - 119_000 }) }));
    expect(plan.actions).toEqual([]);
    expect(plan.holds).toMatchObject([{ what: 'reboot', cause: 'reboot-after', reviewAt: NOW + 1000 }]);
  });

  it.each([
    ['serves: somebody reaches it', { rows: rows({}) }, 'being-readmitted'],
    ['is being opened: somebody reaches it', { rows: rows({ 1: 'opening' as const }) }, 'being-readmitted'],
    ['has a row that cannot be read', { rows: {} }, 'rows-unknown'],
    ['AWS was not asked about', { groups: {} }, 'aws-unknown'],
  ])('not where the shard %s', (_name, change, cause) => {
    expect(kinds(hung(change)).filter((kind) => kind.startsWith('reboot'))).toEqual([]);
    expect(causes(hung(change))).toContain(`reboot: ${cause}`);
  });

  it.each([
    ['promotes a replica by itself', { hasAutomaticFailover: true }, 'aws-fails-over'],
    ['is at work on the group', { status: 'modifying' }, 'aws-acting'],
    ['has a change pending', { hasPendingChange: true }, 'aws-acting'],
    ['was asked too long ago', { at: NOW - 10_001 }, 'aws-unknown'],
    ['describes two nodes', { nodes: [...described(1).nodes, ...described(1).nodes] }, 'not-one-node'],
    ['describes no node', { nodes: [] }, 'not-one-node'],
    ['describes a node of another group', { nodes: described(2).nodes }, 'not-one-node'],
    [
      'restarts the node',
      { nodes: [{ ...described(1).nodes[0]!, status: 'rebooting cluster nodes' }] },
      'aws-acting',
    ],
    ['does not tell of the node', { nodes: [{ ...described(1).nodes[0]!, status: null }] }, 'aws-acting'],
  ])('F-14: not where AWS %s', (_name, change, cause) => {
    const given = hung({ groups: { [groupId(1)]: described(1, change) } });
    expect(kinds(given)).toEqual([]);
    expect(causes(given)).toEqual([`reboot: ${cause}`]);
  });

  it('I-09: one at a time, and the one that is away longest', () => {
    const observations = ZONES.map((az) =>
      observation({ az, failing: { 1: { since: NOW - 130_000 }, 2: { since: NOW - 140_000 } } }),
    );
    const two = hung({
      observations,
      rows: rows({ 1: 'closed', 2: 'closed' }),
      groups: { [groupId(1)]: described(1), [groupId(2)]: described(2) },
    });
    expect(kinds(two)).toEqual(['reboot demo-cache-2']);
    const underway = before('reboot', 10_000, { state: 'waiting' }, 2);
    expect(kinds({ ...two, ledger: [underway] })).toEqual([]);
    expect(causes({ ...two, ledger: [underway] })).toEqual([
      'reboot: reboot-underway',
      'reboot: reboot-underway',
    ]);
  });

  it('I-09: no more than so many in a window, no node twice, and an acknowledgement forgets one', () => {
    const windowMs = THRESHOLDS['reboot-window-ms'];
    const others = (agoMs: number) => [before('reboot', agoMs, {}, 2), before('reboot', agoMs + 1, {}, 3)];
    expect(causes(hung({ ledger: others(1000) }))).toEqual(['reboot: velocity']);
    expect(planCache(hung({ ledger: others(1000) })).holds[0]!.reviewAt).toBe(NOW - 1001 + windowMs);
    expect(kinds(hung({ ledger: others(windowMs - 1) }))).toEqual(['reboot demo-cache-1']);
    expect(causes(hung({ ledger: [before('reboot', windowMs - 1)] }))).toEqual(['reboot: velocity']);
    expect(kinds(hung({ ledger: [before('reboot', windowMs)] }))).toEqual(['reboot demo-cache-1']);
    const acknowledged = { by: 'ana', why: 'seen', at: NOW };
    expect(kinds(hung({ ledger: [before('reboot', 1000, { acknowledged })] }))).toEqual([
      'reboot demo-cache-1',
    ]);
  });

  it('reboots-max 0 forbids them', () => {
    expect(causes(hung({ thresholds: { ...THRESHOLDS, 'reboots-max': 0 } }))).toEqual(['reboot: velocity']);
  });

  it('a refused call is no reboot, and is not made again at every turn', () => {
    const refusedAgo = (agoMs: number): LedgerItem => {
      const item = before('reboot', agoMs);
      return { ...item, steps: withStep(item, 'reboot', { outcome: 'refused' }) };
    };
    expect(causes(hung({ ledger: [refusedAgo(REFUSED_PAUSE_MS - 1)] }))).toEqual(['reboot: asked-before']);
    expect(kinds(hung({ ledger: [refusedAgo(REFUSED_PAUSE_MS)] }))).toEqual(['reboot demo-cache-1']);
    const acknowledged = { by: 'ana', why: 'the right is given', at: NOW };
    expect(kinds(hung({ ledger: [{ ...refusedAgo(1000), acknowledged }] }))).toEqual(['reboot demo-cache-1']);
  });

  it('asks AWS only about groups that are away for long, or under a recovery', () => {
    expect(groupsToDescribe(facts({ observations: unreachable([1]) }))).toEqual([]);
    expect(groupsToDescribe(hung())).toEqual(['demo-cache-1']);
    expect(groupsToDescribe(facts({ ledger: [before('reboot', 1000, { state: 'waiting' })] }))).toEqual([
      'demo-cache-1',
    ]);
    const stranger = before('reboot', 1000, { state: 'waiting', memberId: 'somebody-elses-0' });
    expect(groupsToDescribe(facts({ ledger: [stranger] }))).toEqual([]);
  });
});
