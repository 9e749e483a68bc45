/** Rules that several hypotheses of the front share. */

import { FAILOVER_CALL } from '../../measure/evidence.ts';
import { atMost, rulesFor } from '../../rules.ts';
import type { FrontLine } from '../model.ts';
import type { FrontExpectation } from '../types.ts';

export const { exactly, within, atLeast } = rulesFor<FrontLine>();

/** What must never happen, whatever is broken. */
export const NOTHING_WRONG: readonly FrontExpectation[] = [
  exactly('lost_acked_writes', 0),
  exactly('invented_writes', 0),
  exactly('duplicated', 0),
  exactly('wrong_reads', 0),
  exactly('stale_reads', 0),
  // No recovery needs the control plane of the names (I-29).
  exactly('control_plane_calls', 0),
];

export const RECOVERS: FrontExpectation = {
  rule: 'requests recover',
  holds: ({ recovered_ms: recovered }) => recovered !== null,
};

/** What a task that dies may cost beyond what the balancer alone lets happen. */
const FLOOR_ADDED_MAX = 5;

export const NO_WORSE_THAN_THE_BALANCER: FrontExpectation = {
  rule: `balancer_failed <= control_failed + ${FLOOR_ADDED_MAX}`,
  holds: ({ balancer_failed: failed, control_failed: floor }) =>
    floor !== null && atMost(failed, floor + FLOOR_ADDED_MAX),
};

/** Writes wait or fail until our call where AWS sees nothing, while the writer changes, and so much longer. In ms. */
const CALLED_MS_MAX = 10_000;
const WRITER_ADDED_MS_MAX = 2000;

export const CALLED_FOR_A_WRITER: FrontExpectation = {
  rule: `${FAILOVER_CALL} called <= ${CALLED_MS_MAX} ms`,
  holds: (line) => atMost(calledMs(line), CALLED_MS_MAX),
};

/** @param isSeen AWS sees the fault by itself: no call of ours comes before its own time */
export function writesWaitForTheWriterAlone(isSeen: boolean): FrontExpectation {
  const until = isSeen ? 'managed_ms' : `${FAILOVER_CALL} + managed_ms`;
  return {
    rule: `writes_bad_until_ms <= ${until} + ${WRITER_ADDED_MS_MAX}`,
    holds: (line) => {
      const called = isSeen ? 0 : calledMs(line);
      if (called === null || line.managed_ms === null) return false;
      return line.writes_bad_until_ms <= called + line.managed_ms + WRITER_ADDED_MS_MAX;
    },
  };
}

function calledMs({ actions }: FrontLine): number | null {
  return actions.find(({ call }) => call === FAILOVER_CALL)?.at_ms ?? null;
}
