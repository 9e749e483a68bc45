/** Mode and pause, for both controllers: read right before the write, and obeyed there. */

import { describe, expect, it } from 'vitest';
import { CONTROLLERS } from '../../lambdas/shared/contract.ts';
import { createHandler as poolHandler } from '../../lambdas/replica-pool/handler.ts';
import { createHandler as failoverHandler } from '../../lambdas/write-failover/handler.ts';
import type { ControlItem } from '../../core/state/items.ts';
import { VirtualClock } from './fakes/clock.ts';
import {
  controlOf,
  invocation,
  MemoryStore,
  observationEvent,
  Process,
  RecordedMetrics,
  settingsOf,
  SILENT,
} from './fakes/process.ts';
import { World } from './fakes/world.ts';

type Controller = (typeof CONTROLLERS)[number];

/** A cluster in which the controller has something to do: a hung writer, or a hung reader. */
function setUp(controller: Controller) {
  const clock = new VirtualClock();
  const world = new World(clock);
  const store = new MemoryStore(world);
  const run = (process = new Process()): Promise<{ readonly summary: string }> => {
    const ports = {
      clock,
      store: process.wrap(store),
      control: process.wrap(controlOf(world)),
      metrics: new RecordedMetrics(),
      log: SILENT,
    };
    const settings = { ...settingsOf(controller, world), endpointId: 'understudy-demo-readers' };
    const handler = controller === 'replica-pool' ? poolHandler : failoverHandler;
    return handler(ports, settings)(observationEvent(), invocation(clock, controller));
  };
  const needHelp = async (): Promise<void> => {
    if (controller === 'replica-pool') await run();
    world.hang(controller === 'replica-pool' ? 'db-2' : 'db-1');
    clock.advance(9000);
  };
  /** Everything that the controller has changed outside of its own records. */
  const done = () => ({ failovers: world.failovers, edits: world.edits, pool: store.pool?.members ?? null });
  const set = (change: Partial<ControlItem>, tier = 'database'): void => {
    const item = { kind: 'control' as const, by: 'ana', why: 'a drill', at: 0, mode: null, paused: false };
    store.controls.set(tier, { ...item, ...change });
  };
  return { clock, world, store, run, needHelp, done, set };
}

/** The calls of an undisturbed run, in order: each is a moment at which somebody may set the pause. */
async function callsOf(controller: Controller): Promise<readonly string[]> {
  const rig = setUp(controller);
  await rig.needHelp();
  const before = structuredClone(rig.done());
  const process = new Process();
  await rig.run(process);
  expect(rig.done()).not.toEqual(before);
  return process.names;
}

const CALLS: Readonly<Record<Controller, RegExp>> = {
  'replica-pool': /^(putPool|setExcludedMembers)$/,
  'write-failover': /^failover$/,
};

describe.each(CONTROLLERS)('%s', (controller) => {
  it.each(['database', 'all'])(
    'a hold on %s that is set at any moment stops every later call',
    async (tier) => {
      const names = await callsOf(controller);
      const lastCall = names.findLastIndex((name) => CALLS[controller].test(name));
      expect(lastCall).toBeGreaterThan(0);
      for (let moment = 0; moment <= lastCall; moment += 1) {
        const rig = setUp(controller);
        await rig.needHelp();
        const process = new Process();
        const asked: string[] = [];
        process.onCall = async (name) => {
          if (asked.length === moment) rig.set({ paused: true }, tier);
          asked.push(name);
        };
        await rig.run(process);
        // The pause is two reads side by side, right before the call: between them and the call nothing else happens.
        const unread = asked[moment] === 'readControl' ? moment + 2 : moment;
        const late = asked.filter((name, at) => at > unread && CALLS[controller].test(name));
        expect(late, `hold before call ${moment} (${asked[moment]})`).toEqual([]);
      }
    },
  );

  it('mode observe: says once what it would do, and does nothing', async () => {
    const rig = setUp(controller);
    await rig.needHelp();
    rig.set({ mode: 'observe' });
    const before = structuredClone(rig.done());
    const process = new Process();
    const { summary } = await rig.run(process);
    rig.clock.advance(1000);
    await rig.run();
    expect(summary).toContain('mode observe');
    expect(rig.done()).toEqual(before);
    expect(process.names.filter((name) => CALLS[controller].test(name))).toEqual([]);
    const observed = [...rig.store.ledger.values()].filter(({ state }) => state === 'observed');
    expect(observed).toHaveLength(1);
    expect(observed[0]).toMatchObject({ mode: 'observe', memberId: expect.any(String) });
    expect(observed[0]!.steps.every(({ outcome }) => outcome === 'skipped')).toBe(true);
  });

  it('mode off: does nothing and writes nothing down', async () => {
    const rig = setUp(controller);
    await rig.needHelp();
    rig.set({ mode: 'off' });
    const [before, items] = [structuredClone(rig.done()), rig.store.ledger.size];
    expect((await rig.run()).summary).toBe('the mode is off');
    expect(rig.done()).toEqual(before);
    expect(rig.store.ledger.size).toBe(items);
  });

  it('SEC-21: a hold whose end has come holds no longer', async () => {
    const rig = setUp(controller);
    await rig.needHelp();
    rig.set({ paused: true, until: rig.clock.now() + 60_000 });
    const before = structuredClone(rig.done());
    expect((await rig.run()).summary).toBe('paused by ana');
    expect(rig.done()).toEqual(before);
    rig.clock.advance(60_001);
    await rig.run();
    expect(rig.done()).not.toEqual(before);
  });
});
