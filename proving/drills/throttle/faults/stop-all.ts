import { hang } from '../../faults/hang.ts';
import { now } from '../../load/client.ts';
import type { StandingFault, ThrottleStage } from '../types.ts';

/** Freezes every instance (F-02): requests are taken by the system and wait. Verified when every process is stopped. */
export function stopAll({ tasks, place }: ThrottleStage): StandingFault {
  place.say(`SIGSTOP of ${tasks.map(({ name }) => name).join(' and ')}`);
  const faults = tasks.map((task) => hang(task, now));
  return {
    verify: async () => {
      const verified = await Promise.all(faults.map((fault) => fault.verify()));
      return verified.length > 0 && verified.every(Boolean);
    },
    release: async () => void (await Promise.all(faults.map((fault) => fault.release()))),
  };
}
