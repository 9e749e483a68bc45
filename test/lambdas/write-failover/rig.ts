/** The `write-failover` handler over a world and a store in memory. */

import { createHandler, type FailoverReport } from '../../../lambdas/write-failover/handler.ts';
import { invocation, observationEvent, Process, settingsOf, wakeEvent } from '../fakes/process.ts';
import { rigOf } from '../fakes/rig.ts';

export const NAME = 'write-failover';

/** Enough sweeps for every prober to be sure. */
const NOTICED_MS = 9000;

export function setUp(readers = 2) {
  const { portsOf, ...rig } = rigOf(readers);
  const { clock, world } = rig;
  const run = (process = new Process(), event: unknown = observationEvent()): Promise<FailoverReport> =>
    createHandler(portsOf(process), settingsOf(NAME, world))(event, invocation(clock, NAME));
  return { ...rig, run };
}

/** As `setUp`, with a writer that hangs and probers that know it. */
export function setUpHung(readers = 2) {
  const rig = setUp(readers);
  rig.world.hang('db-1');
  rig.clock.advance(NOTICED_MS);
  return rig;
}

/** Invocations as reconcile would wake them: one a minute, until the writer answers and nothing is open. */
export async function heal(rig: ReturnType<typeof setUp>, minutes = 6): Promise<void> {
  for (let minute = 0; minute < minutes; minute += 1) {
    await rig.run(new Process(), wakeEvent(NAME));
    rig.clock.advance(60_000);
    rig.world.settle();
  }
}
