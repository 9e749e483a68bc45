/** The `write-failover` handler over a world and a store in memory. */

import { createHandler, type FailoverReport } from '../../../lambdas/write-failover/handler.ts';
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

export const NAME = 'write-failover';

export function setUp(readers = 2) {
  const clock = new VirtualClock();
  const world = new World(clock, readers);
  const store = new MemoryStore(world);
  const metrics = new RecordedMetrics();
  const run = (process = new Process(), event: unknown = observationEvent()): Promise<FailoverReport> => {
    const ports = {
      clock,
      store: process.wrap(store),
      control: process.wrap(controlOf(world)),
      metrics,
      log: SILENT,
    };
    return createHandler(ports, settingsOf(NAME, world))(event, invocation(clock, NAME));
  };
  return { clock, world, store, metrics, run };
}

/** Invocations as reconcile would wake them: one a minute, until the writer answers and nothing is open. */
export async function heal(rig: ReturnType<typeof setUp>, minutes = 6): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await rig.run(new Process(), wakeEvent(NAME));
    rig.clock.advance(60_000);
    rig.world.settle();
  }
}
