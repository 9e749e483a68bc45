import { describe, expect, it } from 'vitest';
import {
  intendCacheCall,
  openCacheRecovery,
  planCache,
  REBOOT_CALLS_MAX,
  REBOOT_LATE_MS,
  REBOOT_SETTLE_MS,
  RECOVERY_GIVEN_UP_MS,
  reviewCacheRecovery,
  type CacheAction,
  type CacheFacts,
} from '../../../../core/cache/controller/index.ts';
import { moveRecovery } from '../../../../core/database/ledger.ts';
import type { LedgerItem, LedgerStep } from '../../../../core/state/items.ts';
import { described, facts, groupId, hung, NOW, rows } from './facts.ts';

function opened(kind: CacheAction['kind'], agoMs: number): LedgerItem {
  const told = { memberId: groupId(1), cache: 'main', shard: 1, reason: 'why', evidence: ['e'] } as const;
  const action: CacheAction =
    kind === 'reboot'
      ? { kind, ...told, cacheClusterId: `${groupId(1)}-001`, nodeId: '0001' }
      : { kind, ...told, rowEpoch: 4 };
  const now = NOW - agoMs;
  return openCacheRecovery({ action, env: 'demo', function: 'cache-router', epoch: 3, now, mode: 'act' });
}

/** Its call was made, or meant, so long ago, and came to this. */
function called(
  kind: CacheAction['kind'],
  agoMs: number,
  outcome: LedgerStep['outcome'] = 'accepted',
): LedgerItem {
  const item = opened(kind, agoMs);
  const intent = intendCacheCall(item, { target: 'it', reason: 'why', now: NOW - agoMs })!;
  const acting = moveRecovery(item, 'acting', { now: NOW - agoMs, steps: intent.steps });
  const steps = acting.steps.map((step) => ({ ...step, outcome }));
  return moveRecovery(acting, 'waiting', { now: NOW - agoMs, steps });
}

const stateOf = (item: LedgerItem, given: CacheFacts) => reviewCacheRecovery(item, given).state;

describe('what has become of a quarantine or a readmission', () => {
  it.each([
    ['quarantine', 'closing', 'done'],
    ['quarantine', 'closed', 'done'],
    ['quarantine', 'opening', 'done'],
    ['readmit', 'closed', 'aborted'],
    ['readmit', 'opening', 'aborted'],
  ] as const)('a %s of unknown outcome, the row being %s, is %s', (kind, state, verdict) => {
    expect(stateOf(called(kind, 1000, 'unknown'), facts({ rows: rows({ 1: state }) }))).toBe(verdict);
  });

  it('a row that serves says that a readmission is done and a quarantine is not', () => {
    expect(reviewCacheRecovery(called('readmit', 1000, 'unknown'), facts())).toMatchObject({
      state: 'done',
      after: 'serving',
    });
    expect(reviewCacheRecovery(called('quarantine', 1000, 'pending'), facts())).toMatchObject({
      state: 'aborted',
      failed: false,
    });
  });

  it('waits while the row cannot be read, and gives up in the end', () => {
    const blind = facts({ rows: {} });
    expect(stateOf(called('quarantine', RECOVERY_GIVEN_UP_MS), blind)).toBe('waiting');
    expect(reviewCacheRecovery(called('quarantine', RECOVERY_GIVEN_UP_MS + 1), blind)).toMatchObject({
      state: 'aborted',
      failed: true,
    });
  });
});

describe('what has become of a reboot', () => {
  it('is done when most zones have reached a process since the call', () => {
    expect(reviewCacheRecovery(called('reboot', 30_000), facts())).toMatchObject({
      state: 'done',
      after: 'run-1',
    });
  });

  it('answers from before the call are no sign of it', () => {
    expect(stateOf(called('reboot', 400), facts())).toBe('waiting');
  });

  it('was never called: planned again while it is needed, and given up where it is not', () => {
    expect(stateOf(opened('reboot', 1000), hung())).toBe('replan');
    expect(reviewCacheRecovery(opened('reboot', 1000), facts())).toMatchObject({
      state: 'aborted',
      failed: false,
    });
    expect(stateOf(opened('reboot', RECOVERY_GIVEN_UP_MS + 1), hung())).toBe('aborted');
  });

  it.each(['unknown', 'pending'] as const)(
    'F-16: a call whose outcome is %s is made again only when AWS, asked later, knows of nothing',
    (outcome) => {
      expect(stateOf(called('reboot', REBOOT_SETTLE_MS - 1, outcome), hung())).toBe('waiting');
      expect(stateOf(called('reboot', REBOOT_SETTLE_MS, outcome), hung())).toBe('replan');
      expect(stateOf(called('reboot', REBOOT_SETTLE_MS, outcome), hung({ groups: {} }))).toBe('waiting');
      const early = hung({ groups: { [groupId(1)]: described(1, { at: NOW - 1 }) } });
      expect(stateOf(called('reboot', REBOOT_SETTLE_MS, outcome), early)).toBe('waiting');
      const nodes = [{ ...described(1).nodes[0]!, status: 'rebooting cluster nodes' }];
      const busy = hung({ groups: { [groupId(1)]: described(1, { nodes }) } });
      expect(stateOf(called('reboot', REBOOT_SETTLE_MS, outcome), busy)).toBe('waiting');
    },
  );

  it('an accepted call is not made again: late is told, then given up', () => {
    expect(reviewCacheRecovery(called('reboot', REBOOT_LATE_MS), hung())).toMatchObject({
      state: 'waiting',
      late: false,
    });
    expect(reviewCacheRecovery(called('reboot', REBOOT_LATE_MS + 1), hung())).toMatchObject({
      state: 'waiting',
      late: true,
    });
    expect(reviewCacheRecovery(called('reboot', RECOVERY_GIVEN_UP_MS + 1), hung())).toMatchObject({
      state: 'aborted',
      failed: true,
    });
  });

  it('planned again it is no reboot of its own: its call is in its own way no longer', () => {
    const item = called('reboot', REBOOT_SETTLE_MS, 'unknown');
    expect(planCache(hung({ ledger: [item] })).actions).toEqual([]);
    expect(planCache(hung({ ledger: [item] }), { resuming: item.id }).actions).toMatchObject([
      { kind: 'reboot' },
    ]);
  });

  it(`makes at most ${REBOOT_CALLS_MAX} calls`, () => {
    let item = opened('reboot', 0);
    for (let call = 1; call <= REBOOT_CALLS_MAX; call += 1) {
      const intent = intendCacheCall(item, { target: 'it', reason: 'why', now: NOW })!;
      expect(intent.steps.filter(({ at }) => at !== null)).toHaveLength(call);
      item = { ...item, steps: intent.steps };
    }
    expect(intendCacheCall(item, { target: 'it', reason: 'why', now: NOW })).toBeNull();
  });
});
