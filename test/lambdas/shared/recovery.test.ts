import { beforeEach, describe, expect, it } from 'vitest';
import type { LedgerItem } from '../../../core/state/items.ts';
import { METRIC as CACHE_METRIC } from '../../../lambdas/cache-router/contract.ts';
import { METRIC as FRONT_METRIC } from '../../../lambdas/dns-failover/contract.ts';
import { METRIC as POOL_METRIC } from '../../../lambdas/replica-pool/contract.ts';
import { ClearanceDesk } from '../../../lambdas/shared/clearance.ts';
import { RECOVERY_FAILED } from '../../../lambdas/shared/contract.ts';
import { clearCall, closeRecovery, tellFailed } from '../../../lambdas/shared/recovery.ts';
import { METRIC as WRITER_METRIC } from '../../../lambdas/write-failover/contract.ts';
import { ledgerItem } from '../../core/database/fixtures.ts';
import { VirtualClock } from '../fakes/clock.ts';
import { invocation, MemoryStore, RecordedMetrics } from '../fakes/process.ts';
import { ENV, World } from '../fakes/world.ts';

const LEASE_MS = 60_000;
const EPOCH = 7;

function setUp() {
  const clock = new VirtualClock();
  const store = new MemoryStore(new World(clock));
  const metrics = new RecordedMetrics();
  const lease = { name: 'x', holder: 'me', token: EPOCH, until: clock.now() + LEASE_MS };
  const context = {
    ports: { store, clock, metrics },
    settings: { env: ENV },
    held: { lease, untilMonotonic: clock.monotonic() + LEASE_MS },
    invocation: invocation(clock, 'x'),
  };
  const item: LedgerItem = {
    ...ledgerItem(),
    state: 'waiting',
    epoch: EPOCH - 1,
    reason: 'it hung',
    after: null,
  };
  store.ledger.set(item.id, item);
  const desk = new ClearanceDesk(context.ports, { tier: 'web', modeDefault: 'act' });
  return { clock, store, metrics, context, item, desk };
}

let rig: ReturnType<typeof setUp>;
beforeEach(() => {
  rig = setUp();
});

describe('a recovery that is over', () => {
  it('is written down as done, under our epoch, with what it came to', async () => {
    rig.clock.advance(500);
    const closed = await closeRecovery(rig.context, rig.item, {
      state: 'done',
      after: 'well',
      added: 'it answers',
    });
    expect(closed).toEqual({
      ...rig.item,
      state: 'done',
      epoch: EPOCH,
      after: 'well',
      reason: 'it hung; it answers',
      updatedAt: rig.clock.now(),
    });
    expect(rig.store.ledger.get(rig.item.id)).toEqual(closed);
    expect(rig.metrics.groups).toEqual([]);
  });

  it('keeps its reason where that says enough', async () => {
    const closed = await closeRecovery(rig.context, rig.item, { state: 'done', after: 'well', added: null });
    expect(closed?.reason).toBe('it hung');
  });

  it.each([
    [true, [1]],
    [false, []],
  ])('is told where it needs a person: failed %s', async (failed, told) => {
    const closed = await closeRecovery(rig.context, rig.item, {
      state: 'aborted',
      added: 'too late',
      failed,
    });
    expect(closed).toMatchObject({ state: 'aborted', after: null, reason: 'it hung; too late' });
    expect(rig.metrics.values(RECOVERY_FAILED)).toEqual(told);
  });

  it('I-12: is left to whoever has a higher epoch, and then nothing is told', async () => {
    rig.store.ledger.set(rig.item.id, { ...rig.item, epoch: EPOCH + 1 });
    const closing = { state: 'aborted', added: 'too late', failed: true } as const;
    expect(await closeRecovery(rig.context, rig.item, closing)).toBeNull();
    expect(rig.store.ledger.get(rig.item.id)?.state).toBe('waiting');
    expect(rig.metrics.groups).toEqual([]);
  });
});

describe('a failed recovery', () => {
  it('is told by environment, under one name in every controller', () => {
    tellFailed(rig.context);
    expect(rig.metrics.groups).toEqual([
      { dimensions: { Environment: ENV }, values: [{ name: 'recovery-failed', value: 1, unit: 'Count' }] },
    ]);
    const names = [CACHE_METRIC, FRONT_METRIC, POOL_METRIC, WRITER_METRIC].map(
      (metric) => metric.recoveryFailed,
    );
    expect(new Set(names)).toEqual(new Set([RECOVERY_FAILED]));
  });
});

describe('the clearance of a call', () => {
  const ask = (change: Partial<Parameters<typeof clearCall>[2]> = {}) =>
    clearCall(rig.desk, rig.context, {
      now: rig.clock.now(),
      seenAt: [],
      evidenceAgeMsMax: 10_000,
      callMs: 10_000,
      ...change,
    });

  it('is given by the lease, the time that is left and the oldest evidence', async () => {
    expect(await ask()).toEqual({ clear: true });
    const now = rig.clock.now();
    expect(await ask({ seenAt: [now, now - 10_000, now + 5000] })).toEqual({ clear: true });
  });

  it('I-08: is refused by one piece of evidence that is too old, or by facts that are', async () => {
    const now = rig.clock.now();
    expect(await ask({ seenAt: [now, now - 10_001] })).toMatchObject({ clear: false, rule: 'evidence' });
    expect(await ask({ now: now - 10_001, seenAt: [now] })).toMatchObject({ clear: false, rule: 'evidence' });
  });

  it('I-07: is refused where the call may outlast the lease', async () => {
    expect(await ask({ callMs: LEASE_MS + 1 })).toMatchObject({ clear: false, rule: 'lease' });
  });

  it('is refused where the function may not see the answer', async () => {
    rig.clock.advance(14_500);
    expect(await ask()).toMatchObject({ clear: false, rule: 'time' });
  });
});
