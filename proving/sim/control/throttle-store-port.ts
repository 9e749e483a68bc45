/** The throttle table as one invocation of the function reaches it. */

import type { ThrottleStore } from '../../../core/ports/index.ts';
import type { PortSite } from './ports.ts';
import { errorOf, THROTTLE_TABLE_BOUNDS } from './service-calls.ts';

const LATENCY_MS = [3, 12] as const;

export function throttleStorePort({ world, invocation }: PortSite): ThrottleStore {
  const { board, throttle: store, random } = world;
  const send = <T>(name: string, effect: () => Promise<T>): Promise<T> =>
    invocation.call({
      name: `throttle:${name}`,
      bounds: THROTTLE_TABLE_BOUNDS,
      compares: true,
      strike: () =>
        board.strike('throttle') ??
        (board.lateMs('throttle') > THROTTLE_TABLE_BOUNDS.requestMs ? 'answer-lost' : null),
      latencyMs: () => random.between(...LATENCY_MS) + board.lateMs('throttle'),
      effect,
      failed: (fault) => {
        throw errorOf(fault);
      },
    });
  const told = async (name: string, taken: Promise<boolean>): Promise<boolean> => {
    if (!(await taken)) world.rare(`${name} refused by epoch`);
    return taken;
  };
  return {
    demands: (application) => send('GetDemands', () => store.demands(application)),
    leases: (application) => send('GetLeases', () => store.leases(application)),
    readPlan: (resource) => send('GetPlan', () => store.readPlan(resource)),
    putPlan: (item) =>
      told(
        'plan',
        send('PutPlan', () => store.putPlan(item)),
      ),
    putLease: (item, before) =>
      told(
        'lease',
        send('PutLease', () => store.putLease(item, before)),
      ),
  };
}
