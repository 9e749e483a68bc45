/** The `replica-pool` handler over a world and a store in memory. */

import { createHandler, type PoolReport } from '../../../lambdas/replica-pool/handler.ts';
import { invocation, observationEvent, Process, settingsOf, wakeEvent } from '../fakes/process.ts';
import { rigOf } from '../fakes/rig.ts';

export const NAME = 'replica-pool';

export function setUp(readers = 2) {
  const { portsOf, ...rig } = rigOf(readers);
  const { clock, world, store } = rig;
  const run = (process = new Process(), event: unknown = observationEvent()): Promise<PoolReport> => {
    const settings = { ...settingsOf(NAME, world), endpointId: 'understudy-demo-readers' };
    return createHandler(portsOf(process), settings)(event, invocation(clock, NAME));
  };
  const states = (): Record<string, string> =>
    Object.fromEntries(Object.entries(store.pool?.members ?? {}).map(([id, { state }]) => [id, state]));
  return { ...rig, run, states };
}

export async function minutes(rig: ReturnType<typeof setUp>, count: number): Promise<void> {
  for (let minute = 0; minute < count; minute += 1) {
    await rig.run(new Process(), wakeEvent(NAME));
    rig.clock.advance(60_000);
  }
}
