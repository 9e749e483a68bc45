import type { LedgerItem } from '../../../core/state/items.ts';

/** The readers that this entry took out of the pool: `in` before it, `out` after it, and really published so. */
export function removedMembers({ mode, before, after, steps }: LedgerItem): readonly string[] {
  const published = steps.some(({ name, outcome }) => name === 'publish' && outcome === 'accepted');
  if (mode !== 'act' || !published) return [];
  const out = inState(after ?? '', 'out');
  return inState(before, 'in').filter((id) => out.includes(id));
}

/** The pool as the ledger tells it: `reader-1=in reader-2=out`. */
function inState(pool: string, state: string): string[] {
  return pool
    .split(' ')
    .map((entry) => entry.split('='))
    .filter((pair) => pair[1] === state)
    .map((pair) => pair[0]!);
}
