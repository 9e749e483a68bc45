import type { Sample, SeenWriter } from '../state/items.ts';

/**
 * Whom a prober takes for the writer: the member that says so itself. The last one stays the writer while it
 * is silent, so that a hung writer is still judged as the writer.
 *
 * When several say so (a frozen writer that wakes up beside its successor), one whose heartbeat write
 * succeeded goes before the one known so far, and that one before the rest.
 * @param reported the writer by the cluster's own list, for a prober that knows none yet
 */
export function seeWriter(
  known: SeenWriter | null,
  samples: readonly Sample[],
  reported: string | null,
  now: number,
): SeenWriter | null {
  const claims = samples
    .filter((sample) => sample.role === 'writer')
    .toSorted((a, b) => rank(a, known) - rank(b, known) || compare(a.memberId, b.memberId));
  const memberId = claims[0]?.memberId ?? known?.memberId ?? reported;
  if (memberId === null) return null;
  if (known?.memberId === memberId) return known;
  return { memberId, since: known === null ? null : now };
}

function rank(sample: Sample, known: SeenWriter | null): number {
  if (sample.write === 'ok') return 0;
  return sample.memberId === known?.memberId ? 1 : 2;
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
