/** Which targets leave the balancers now, and which come back. */

import type { FrontFacts } from '../facts.ts';
import { checkTargets } from '../invariants.ts';
import { decideRemovals, isCounted, isFit, type Decided } from './removal.ts';
import { decideReturns } from './returning.ts';
import { evidenceOf, viewsOf, votingOf, type TargetView } from './votes.ts';

export interface TargetsPlan extends Decided {
  /** So few look fit that nothing leaves (I-04). */
  readonly failOpen: boolean;
  readonly fit: number;
  readonly counted: number;
  readonly views: readonly TargetView[];
  /** Why, in numbers. */
  readonly reason: string;
}

export function planTargets(facts: FrontFacts): TargetsPlan {
  const voting = votingOf(facts);
  const views = viewsOf(facts, voting);
  const counted = views.filter(isCounted).length;
  const fit = views.filter((view) => isCounted(view) && isFit(view)).length;
  const failOpen = isPanic(facts, { fit, counted });
  const evidence = evidenceOf(voting);
  const removals = decideRemovals({ facts, views, evidence, failOpen });
  const returns = decideReturns(facts, views, evidence);
  const actions = [...returns.actions, ...removals.actions];
  const holds = [...removals.holds, ...returns.holds];
  const state = failOpen ? 'failing open' : 'serving';
  const plan: TargetsPlan = {
    actions,
    holds,
    failOpen,
    fit,
    counted,
    views,
    reason: `${fit} of ${counted} targets are fit, ${voting.length} of ${facts.zones.length} zones vote, ${state}`,
  };
  checkTargets(facts, plan);
  return plan;
}

/** Panic begins under `panic-ratio` and ends at `panic-exit-ratio`: whoever fails now counts as gone. */
function isPanic(
  { memory, web }: FrontFacts,
  { fit, counted }: { readonly fit: number; readonly counted: number },
): boolean {
  if (counted === 0) return false;
  const share = fit / counted;
  return memory.failOpen ? share < web['panic-exit-ratio'] : share < web['panic-ratio'];
}
