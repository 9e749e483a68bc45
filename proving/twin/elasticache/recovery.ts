/** Bringing back a node that died, lost its role, or is rebooted. It always comes back empty, or as a copy. */

import { recoveryStarted } from './events.ts';
import type { Context } from './failover.ts';
import { candidates, nodeOf, withNode } from './group.ts';
import type { GroupState, RecoveryCause, Transition } from './types.ts';

/** ElastiCache replaces the node: it is prepared from `since` on, and started when it is due. */
export function beginRecovery(
  state: GroupState,
  id: string,
  why: { readonly cause: RecoveryCause; readonly since: number },
  context: Context,
): Transition {
  const dueAt = why.since + context.timings.replacementMs;
  const recovery = { phase: 'waiting', cause: why.cause, dueAt } as const;
  return {
    state: withNode(state, id, { status: 'recovering', recovery }),
    effects: [{ kind: 'publish-endpoints' }, recoveryStarted(id)],
  };
}

/** A start that is due waits for the end of a promotion, which decides whom it copies. */
export function startDue(state: GroupState, id: string, cause: RecoveryCause): Transition {
  if (state.failover?.phase === 'promoting' || nodeOf(state, id) === undefined) return { state, effects: [] };
  const starting = withNode(state, id, { recovery: { phase: 'starting', cause } });
  const role = state.primary === id ? 'primary' : 'replica';
  return {
    state: starting,
    effects: [{ kind: 'start', node: id, cause, role, copies: whomToCopy(state, id, cause) }],
  };
}

/** A lost primary without automatic failover is filled from a replica; a reboot loses the data (see AWS's guide). */
function whomToCopy(state: GroupState, id: string, cause: RecoveryCause): string | null {
  if (state.primary !== id) return state.primary;
  return cause === 'reboot' ? null : (candidates(state)[0]?.id ?? null);
}
