import { UnderstudyError } from '../../errors.ts';
import type { PoolItem } from '../../state/items.ts';
import type { Votes } from '../votes.ts';
import { publishedCount } from './members.ts';
import type { MemberFact, PoolFacts } from './types.ts';

interface Transition {
  readonly facts: PoolFacts;
  readonly readers: readonly MemberFact[];
  readonly votes: readonly Votes[];
  readonly prior: PoolItem;
  readonly next: PoolItem;
}

/** Checked after each transition, in production too. Throws `invariant-broken`; nothing has been written then. */
export function checkPool({ facts, readers, votes, prior, next }: Transition): void {
  const removed = readers.filter(
    ({ id }) => prior.members[id]?.state === 'in' && next.members[id]?.state !== 'in',
  );
  const allowed = Math.max(1, Math.floor(facts.thresholds['velocity-ratio'] * readers.length));
  must('I-03', readers.length === 0 || publishedCount(next) >= 1, 'one reader stays published');
  must('I-04', !next.failOpen || removed.length === 0, 'nothing leaves while failing open');
  must('I-05', removed.length <= allowed, `at most ${allowed} removed, not ${removed.length}`);
  const agreed = new Set(votes.filter((vote) => vote.agreed).map(({ memberId }) => memberId));
  must(
    'I-06',
    removed.every(({ id }) => agreed.has(id)),
    'only agreed failures leave',
  );
}

function must(invariant: string, holds: boolean, rule: string): void {
  if (holds) return;
  const message = `${invariant}: ${rule}; nothing was written`;
  throw new UnderstudyError(message, { code: 'invariant-broken', advice: 'give-up' });
}
