import type { Member } from '../model.ts';
import { send, stateOf, stopTree } from './processes.ts';
import type { Fault } from './types.ts';
import { comesTrue } from './until.ts';

/** Freezes the whole process tree (F-02). Verified when every process of it is in state T. */
export function hang(victim: Pick<Member, 'pid'>, now: () => number): Fault {
  const pids = stopTree(victim.pid);
  const at = now();
  return {
    kind: 'hang',
    at,
    verify: async () => {
      const still = await comesTrue(() => pids.every((pid) => ['T', 't', 'Z', null].includes(stateOf(pid))));
      return still && pids.some((pid) => stateOf(pid) === 'T');
    },
    release: async () => {
      for (const pid of pids) send(pid, 'SIGCONT');
    },
  };
}
