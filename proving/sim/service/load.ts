/** How much more than usual is sent now, and how carelessly: what the faults F-38 and F-29 change. */

import type { CallerSite } from './site.ts';

export interface LoadState {
  /** The load of the service, as a multiple of the usual. Steady callers send what they always send. */
  times: number;
  /** What the flooding caller sends, as a multiple of its usual load. */
  flood: number;
  /** Clients that are not ours try again at once, and again. */
  isStorm: boolean;
}

export const CALM: Readonly<LoadState> = { times: 1, flood: 1, isStorm: false };

/** What was at work at any time between the two. */
export function heavierOf(one: LoadState, other: LoadState): LoadState {
  return {
    times: Math.max(one.times, other.times),
    flood: Math.max(one.flood, other.flood),
    isStorm: one.isStorm || other.isStorm,
  };
}

/** By how much each surging caller sends more, so that all callers together send `times` as much as usual. */
export function surgeOf(callers: readonly CallerSite[], times: number): number {
  const usual = sum(callers);
  const surging = sum(callers.filter(({ kind }) => kind === 'surging'));
  return surging === 0 ? 1 : 1 + ((times - 1) * usual) / surging;
}

/** Requests a second of one caller now. */
export function rateOf(caller: CallerSite, callers: readonly CallerSite[], load: LoadState): number {
  if (caller.kind === 'flooding') return caller.perSecond * load.flood;
  return caller.kind === 'surging' ? caller.perSecond * surgeOf(callers, load.times) : caller.perSecond;
}

function sum(callers: readonly CallerSite[]): number {
  return callers.reduce((total, { perSecond }) => total + perSecond, 0);
}
