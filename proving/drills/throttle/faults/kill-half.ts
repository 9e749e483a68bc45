import { kill } from '../../faults/kill.ts';
import { now } from '../../load/client.ts';
import type { DrillTask } from '../../ports.ts';
import type { StandingFault, ThrottleStage } from '../types.ts';

/**
 * Every second instance: a client whose address refuses the connection goes on to the next one, so that the survivors
 * get equally much.
 */
export function isVictim(index: number): boolean {
  return index % 2 === 1;
}

/** Kills half of the instances (F-01). Verified when their processes are gone and connecting is refused. */
export function killHalf({ tasks, place }: ThrottleStage): StandingFault {
  const victims = tasks.filter((_task, index) => isVictim(index));
  place.say(`kill -9 of ${victims.map(nameAndPid).join(' and ')}`);
  const faults = victims.map((task) => kill(task, now));
  return {
    verify: async () => {
      const verified = await Promise.all(faults.map((fault) => fault.verify()));
      return verified.length > 0 && verified.every(Boolean);
    },
    release: () => Promise.resolve(),
  };
}

function nameAndPid({ name, pid }: DrillTask): string {
  return `${name} (process ${pid})`;
}
