/** The `replica-pool` handler over a world and a store in memory. */

import { createHandler, type PoolReport } from '../../../lambdas/replica-pool/handler.ts';
import { VirtualClock } from '../fakes/clock.ts';
import {
  controlOf,
  invocation,
  MemoryStore,
  observationEvent,
  Process,
  RecordedMetrics,
  settingsOf,
  SILENT,
  wakeEvent,
} from '../fakes/process.ts';
import { World } from '../fakes/world.ts';

export const NAME = 'replica-pool';

export function setUp(readers = 2) {
  const clock = new VirtualClock();
  const world = new World(clock, readers);
  const store = new MemoryStore(world);
  const metrics = new RecordedMetrics();
  const run = (process = new Process(), event: unknown = observationEvent()): Promise<PoolReport> => {
    const ports = {
      clock,
      store: process.wrap(store),
      control: process.wrap(controlOf(world)),
      metrics,
      log: SILENT,
    };
    const settings = { ...settingsOf(NAME, world), endpointId: 'understudy-demo-readers' };
    return createHandler(ports, settings)(event, invocation(clock, NAME));
  };
  const states = (): Record<string, string> =>
    Object.fromEntries(Object.entries(store.pool?.members ?? {}).map(([id, { state }]) => [id, state]));
  return { clock, world, store, metrics, run, states };
}

export async function minutes(rig: ReturnType<typeof setUp>, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    await rig.run(new Process(), wakeEvent(NAME));
    rig.clock.advance(60_000);
  }
}
