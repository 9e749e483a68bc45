/** Faults of the processes themselves. */

import { send, stateOf, stopTree } from '../../faults/processes.ts';
import { comesTrue } from '../../faults/until.ts';
import { now } from '../../load/index.ts';
import type { StandingFault, Target } from '../types.ts';
import { answers } from './answers.ts';

/** How long a stopped process must say nothing to count as frozen, in ms. */
const SILENCE_MS = 500;

/**
 * Ends every process of the target (F-01), all stopped first: none may notice the end of another before its own.
 * Verified when all are gone and nobody answers at any of their addresses.
 */
export function kill({ victims, pids }: Target): StandingFault {
  const trees = [...victims.map(({ pid }) => pid), ...pids].flatMap(stopTree);
  for (const pid of trees) send(pid, 'SIGKILL');
  const at = now();
  return {
    at,
    verify: () =>
      comesTrue(async () => {
        if (!trees.every((pid) => [null, 'Z'].includes(stateOf(pid)))) return false;
        const alive = await Promise.all(victims.map((victim) => answers(victim, { timeoutMs: SILENCE_MS })));
        return trees.length > 0 && !alive.some(Boolean);
      }),
    release: () => Promise.resolve(),
  };
}

/** Freezes every process of the target (F-02). Verified when each is in state T and the victims are silent. */
export function hang({ victims, pids }: Target): StandingFault {
  const trees = [...victims.map(({ pid }) => pid), ...pids].flatMap(stopTree);
  const at = now();
  return {
    at,
    verify: async () => {
      const stopped = await comesTrue(() =>
        trees.every((pid) => ['T', 't', 'Z', null].includes(stateOf(pid))),
      );
      const alive = await Promise.all(victims.map((victim) => answers(victim, { timeoutMs: SILENCE_MS })));
      return stopped && trees.some((pid) => stateOf(pid) === 'T') && !alive.some(Boolean);
    },
    release: async () => {
      for (const pid of trees) send(pid, 'SIGCONT');
    },
  };
}
