import { describe, expect, it } from 'vitest';
import { groupsToDescribe, planCache, REFUSED_PAUSE_MS } from '../../../../core/cache/controller/index.ts';
import { withStep } from '../../../../core/database/ledger.ts';
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
import { before, causes, kinds } from './plans.ts';

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
