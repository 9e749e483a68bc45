/** The front of a run without anything that looks after it. */

import { FrontTier, type FrontSite } from '../../../../proving/sim/front/index.ts';
import type { Task } from '../../../../proving/sim/front/tasks.ts';
import { randomOf, SimClock, START_MS } from '../../../../proving/sim/kernel/index.ts';

export const ZONES = ['us-east-1a', 'us-east-1b', 'us-east-1c'];

export interface Told {
  readonly at: number;
  readonly slot: number;
  readonly status: 'RUNNING' | 'STOPPED';
}

export function front(site: Partial<FrontSite> = {}) {
  const clock = new SimClock();
  const rare: string[] = [];
  const told: Told[] = [];
  const tier = new FrontTier({
    clock,
    random: randomOf(1, 'front test'),
    site: { zones: ZONES, tasksPerZone: 2, requestsPerSecond: 4, peakRequests: null, ...site },
    defect: null,
    rare: (name) => rare.push(name),
  });
  const seconds = (): number => (clock.now() - START_MS) / 1000;
  tier.onTask = ({ slot }, status) => told.push({ at: seconds(), slot, status });
  const { tasksHere: tasks, balancers } = tier;
  return {
    tier,
    tasks,
    rare,
    told,
    primary: balancers[0]!,
    task: (slot: number): Task => tasks.at(slot)!,
    seconds,
    /** Lets time pass until so many seconds after the start. */
    until: async (at: number): Promise<void> => void (await clock.runUntil(START_MS + at * 1000)),
    healthy: (): number => balancers[0]!.describe().filter(({ state }) => state === 'healthy').length,
    failed: (): number => tier.requests.filter(({ ok }) => !ok).length,
  };
}
