import { describe, expect, it } from 'vitest';
import { applyStep, type StepToApply } from '../../../lambdas/shared/applier.ts';
import { ClearanceDesk, type Clearance, type ClearanceNeeds } from '../../../lambdas/shared/clearance.ts';
import { ledgerItem } from '../../core/database/fixtures.ts';
import { VirtualClock } from '../fakes/clock.ts';
import { MemoryStore, SILENT } from '../fakes/process.ts';
import { World } from '../fakes/world.ts';

const CLEAR: Clearance = { clear: true };
const REFUSED: Clearance = { clear: false, rule: 'pause', why: 'paused by ana' };

function setUp() {
  const clock = new VirtualClock();
  const store = new MemoryStore(new World(clock));
  const item = ledgerItem({ id: 'x', state: 'planned', epoch: 5 });
  store.ledger.set('x', item);
  let calls = 0;
  const step: StepToApply = {
    item,
    name: 'failover',
    steps: item.steps,
    epoch: 5,
    call: async () => {
      calls += 1;
      return { outcome: 'accepted' };
    },
    stateAfter: () => 'waiting',
  };
  const apply = (answers: Clearance[], change: Partial<StepToApply> = {}) =>
    applyStep({ store, clock, log: SILENT }, { ...step, ...change }, async () => answers.shift() ?? CLEAR);
  return { clock, store, item, apply, calls: () => calls };
}

describe('a step', () => {
  it('writes its intent, calls, and writes what came of it', async () => {
    const rig = setUp();
    expect(await rig.apply([])).toMatchObject({ result: 'called', outcome: { outcome: 'accepted' } });
    expect(rig.store.ledger.get('x')).toMatchObject({ state: 'waiting' });
  });

  it('I-12: is not called when the ledger has a higher epoch by now', async () => {
    const rig = setUp();
    rig.store.ledger.set('x', { ...rig.item, epoch: 6 });
    expect(await rig.apply([])).toEqual({ result: 'overtaken' });
    expect(rig.calls()).toBe(0);
    expect(rig.store.ledger.get('x')!.epoch).toBe(6);
  });

  it('is not called without clearance, before or after the intent', async () => {
    const rig = setUp();
    expect(await rig.apply([REFUSED])).toMatchObject({ result: 'not-clear', why: 'paused by ana' });
    expect(await rig.apply([CLEAR, REFUSED])).toMatchObject({ result: 'not-clear' });
    expect(rig.calls()).toBe(0);
    expect(rig.store.ledger.get('x')!.steps[0]).toMatchObject({
      at: null,
      detail: 'not called: paused by ana',
    });
  });

  it('F-16: a port that throws leaves the outcome unknown', async () => {
    const rig = setUp();
    const call = () => Promise.reject(new TypeError('socket hang up'));
    expect(await rig.apply([], { call })).toMatchObject({
      outcome: { outcome: 'unknown', code: 'TypeError' },
    });
  });
});

describe('clearance', () => {
  const desk = () => {
    const clock = new VirtualClock();
    const store = new MemoryStore(new World(clock));
    const made = new ClearanceDesk({ store, clock }, { tier: 'database', modeDefault: 'act' });
    const lease = { name: 'l', holder: 'h', token: 1, until: 0 };
    const ask = (change: Partial<ClearanceNeeds> & { leaseMs?: number } = {}) =>
      made.ask({
        held: { lease, untilMonotonic: clock.monotonic() + (change.leaseMs ?? 60_000) },
        evidenceAt: clock.now() - 1000,
        evidenceAgeMsMax: 10_000,
        callMs: 10_000,
        remainingMs: 25_000,
        ...change,
      });
    return { clock, store, made, ask };
  };

  it('is given when every rule allows it', async () => {
    expect(await desk().ask()).toEqual(CLEAR);
  });

  it.each([
    ['lease', { leaseMs: 9999 }],
    ['evidence', { evidenceAt: Date.UTC(2026, 10, 22, 11, 59, 49) }],
    ['time', { remainingMs: 10_999 }],
  ] as const)('I-07, I-08: is refused by the rule of %s', async (rule, change) => {
    expect(await desk().ask(change)).toMatchObject({ clear: false, rule });
  });

  it('I-32: is refused for 30 s after the wall clock stepped', async () => {
    const { clock, ask } = desk();
    clock.wallMs -= 1;
    expect(await ask()).toMatchObject({ rule: 'clock' });
    clock.advance(29_000);
    expect(await ask()).toMatchObject({ rule: 'clock' });
    clock.advance(1001);
    expect(await ask()).toEqual(CLEAR);
  });

  it('F-40: is refused while mode and pause cannot be read', async () => {
    const { store, ask } = desk();
    store.readControl = () => Promise.reject(new Error('away'));
    expect(await ask()).toMatchObject({ rule: 'control' });
  });

  it('reads the pause of all and of the tier, and the mode of the tier before that of all', async () => {
    const { store, made, ask } = desk();
    const control = { kind: 'control' as const, by: 'ana', why: '', at: 0, paused: false };
    store.controls.set('all', { ...control, mode: 'observe' });
    expect((await made.mode()).mode).toBe('observe');
    store.controls.set('database', { ...control, mode: 'act' });
    expect((await made.mode()).mode).toBe('act');
    store.controls.set('all', { ...control, mode: 'off' });
    expect(await ask()).toMatchObject({ rule: 'mode' });
    store.controls.set('all', { ...control, mode: null, paused: true });
    expect(await ask()).toMatchObject({ rule: 'pause', why: 'paused by ana' });
  });
});
