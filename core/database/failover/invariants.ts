import { UnderstudyError } from '../../errors.ts';
import type { Votes } from '../votes.ts';
import type { FailoverDecision, FailoverFacts } from './types.ts';

/** Checked before a decision to fail over leaves the core, in production too. Throws `invariant-broken`. */
export function checkFailover(
  facts: FailoverFacts,
  decision: Extract<FailoverDecision, { state: 'failover' }>,
  votes: Votes,
): void {
  const { memberIds, cluster } = facts;
  must('I-06', votes.agreed, 'two viewpoints agree');
  must('I-08', decision.evidence.length > 0, 'the decision names its evidence');
  must('I-17', decision.target !== decision.writer, 'the target is not the failed writer');
  must('SEC-09', memberIds.includes(decision.target), 'the target is known to this deployment');
  must('I-17', cluster?.status === 'available', 'the cluster is available');
}

function must(invariant: string, holds: boolean, rule: string): void {
  if (holds) return;
  const message = `${invariant}: ${rule}; nothing was called`;
  throw new UnderstudyError(message, { code: 'invariant-broken', advice: 'give-up' });
}
