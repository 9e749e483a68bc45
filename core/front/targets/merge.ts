/** Which tasks there are, and which of them the balancers may send requests to: AWS's answers over what is known. */

import type { LedgerItem } from '../../state/items.ts';
import type { TargetEntry, TargetsItem } from '../../state/front-items.ts';
import type { BalancerSays, DescribedTarget } from '../types.ts';

/** Name of the steps that take a target out of a group; one recovery has one for each group. */
export const DEREGISTER_STEP = 'deregister';
const REGISTER_STEP = 'register';

export interface MergeInput {
  readonly now: number;
  readonly known: TargetsItem | null;
  /** By target group; null for a group that AWS did not answer for. */
  readonly described: readonly (readonly DescribedTarget[] | null)[];
  /** Our own recoveries, newest first. */
  readonly ledger: readonly LedgerItem[];
  /** Addresses of tasks that have stopped, or are about to. */
  readonly stopped: readonly string[];
  /** Targets that some prober gets good answers from, and when it got the newest. */
  readonly answering: ReadonlyMap<string, number>;
  /** A target that we took out, and that answers nobody, is given up after this. */
  readonly forgetMs: number;
}

/**
 * Every target that stands in a group, and every one that we took out and whose task may still be there. What AWS
 * took out itself is gone: ECS deregisters a task before it stops it, and only then: what we register afterwards stays
 * for ever, so a target that stands although its task has stopped is marked. Without the answer of every group nobody
 * is taken for gone (I-30).
 */
export function mergeTargets(input: MergeInput): readonly TargetEntry[] {
  const { now, known, described, ledger } = input;
  const isGivenUp = ({ memberId }: TargetEntry, outSince: number): boolean =>
    now - outSince > input.forgetMs && !input.answering.has(memberId);
  const answered = described.every((group) => group !== null);
  const seen = gather(described.flatMap((group) => group ?? []));
  const before = new Map((known?.targets ?? []).map((entry) => [entry.memberId, entry]));
  const merged = new Map<string, TargetEntry>();
  for (const one of seen.values()) {
    if (one.balancer === 'draining') continue;
    const entry = before.get(one.memberId);
    // On its way back into the second group: until then it is still out.
    if (entry?.registered === false && one.groups < described.length) continue;
    const since = entry?.registered === true ? entry.since : now;
    const { groups: _groups, ...seenAs } = one;
    const az = one.az ?? entry?.az ?? 'unknown';
    merged.set(one.memberId, { ...seenAs, az, registered: true, since, ...stopOf(one, entry, input) });
  }
  for (const { stoppedAt, ...entry } of before.values()) {
    if (merged.has(entry.memberId)) continue;
    const stop = stopOf(entry, { stoppedAt }, input);
    const { balancer = null, groups = 0 } = seen.get(entry.memberId) ?? {};
    const removedAt = entry.registered ? removedSince(entry, ledger) : entry.since;
    const isOver = groups === 0 && stop.stoppedAt !== undefined;
    if (!answered) merged.set(entry.memberId, { ...entry, ...stop });
    else if (removedAt !== null && !isOver && !isGivenUp(entry, removedAt)) {
      merged.set(entry.memberId, { ...entry, registered: false, balancer, since: removedAt, ...stop });
    }
  }
  return [...merged.values()].toSorted((a, b) => (a.memberId < b.memberId ? -1 : 1));
}

/** ECS tells it once, so it is kept; whoever answers after that is another task at the same address. */
function stopOf(
  { memberId, address }: Pick<TargetEntry, 'memberId' | 'address'>,
  entry: Pick<TargetEntry, 'stoppedAt'> | undefined,
  { now, stopped, answering }: MergeInput,
): Pick<TargetEntry, 'stoppedAt'> {
  const stoppedAt = entry?.stoppedAt ?? (stopped.includes(address) ? now : undefined);
  const answeredAt = answering.get(memberId) ?? Number.NEGATIVE_INFINITY;
  return stoppedAt === undefined || answeredAt > stoppedAt ? {} : { stoppedAt };
}

/** When we took it out last; null where it was not us, or the call was refused. */
function removedSince({ memberId, since }: TargetEntry, ledger: readonly LedgerItem[]): number | null {
  const times = removalsIn(ledger)
    .filter((removal) => removal.memberId === memberId && removal.at >= since)
    .map(({ at }) => at);
  return times.length === 0 ? null : Math.max(...times);
}

interface Made {
  readonly memberId: string;
  readonly at: number;
}

/** Deregistrations that were made or may have been, oldest first. */
export function removalsIn(ledger: readonly LedgerItem[]): readonly Made[] {
  return madeIn(ledger, DEREGISTER_STEP);
}

/** The same of registrations. */
export function returnsIn(ledger: readonly LedgerItem[]): readonly Made[] {
  return madeIn(ledger, REGISTER_STEP);
}

function madeIn(ledger: readonly LedgerItem[], stepName: string): readonly Made[] {
  return ledger
    .flatMap(({ memberId, mode, steps }) => {
      if (memberId === null || mode !== 'act') return [];
      const made = steps.find(
        ({ name, at, outcome }) =>
          name.startsWith(stepName) && at !== null && outcome !== 'refused' && outcome !== 'skipped',
      );
      return made === undefined ? [] : [{ memberId, at: made.at! }];
    })
    .toSorted((a, b) => a.at - b.at);
}

interface Seen {
  readonly memberId: string;
  readonly address: string;
  readonly port: number;
  readonly az: string | null;
  readonly balancer: BalancerSays;
  /** In how many groups it stands. */
  readonly groups: number;
}

/** The best that any balancer says: a target that one of them sends requests to is in service. */
const RANK: readonly BalancerSays[] = ['healthy', 'unhealthy', 'initial', 'unused', 'draining'];

function gather(described: readonly DescribedTarget[]): ReadonlyMap<string, Seen> {
  const seen = new Map<string, Seen>();
  for (const { address, port, az, state } of described) {
    const memberId = memberIdOf(address, port);
    const other = seen.get(memberId);
    const isBetter = other === undefined || RANK.indexOf(state) < RANK.indexOf(other.balancer);
    seen.set(memberId, {
      memberId,
      address,
      port,
      az: az ?? other?.az ?? null,
      balancer: isBetter ? state : other.balancer,
      groups: (other?.groups ?? 0) + (state === 'draining' ? 0 : 1),
    });
  }
  return seen;
}

export function memberIdOf(address: string, port: number): string {
  return `${address}:${port}`;
}
