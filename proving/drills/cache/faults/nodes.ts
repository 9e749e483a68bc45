/** Faults of the nodes' own processes. */

import { hang as hangProcess } from '../../faults/hang.ts';
import { kill as killProcess } from '../../faults/kill.ts';
import type { Fault } from '../../faults/types.ts';
import type { ShardFault, ShardFaultContext } from '../types.ts';

/** Ends every process of the nodes (F-01). Verified when all are gone and connecting is refused. */
export function kill({ victims, now }: ShardFaultContext): ShardFault {
  return together(victims.map((victim) => killProcess(victim, now)));
}

/** Freezes the nodes (F-02). Verified when every process is stopped. */
export function hang({ victims, now }: ShardFaultContext): ShardFault {
  return together(victims.map((victim) => hangProcess(victim, now)));
}

function together(faults: readonly Fault[]): ShardFault {
  return {
    at: Math.min(...faults.map(({ at }) => at)),
    verify: async () => {
      const verified = await Promise.all(faults.map((fault) => fault.verify()));
      return verified.length > 0 && verified.every(Boolean);
    },
    release: async () => void (await Promise.all(faults.map((fault) => fault.release()))),
  };
}
