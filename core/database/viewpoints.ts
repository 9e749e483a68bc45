/** Which observations count now. Missing, old, blind or future-dated ones abstain; they accuse nobody (I-30). */

import { observationKey } from '../state/keys.ts';
import type { ObservationItem } from '../state/items.ts';

/** A date further ahead than this is a wrong clock, not an observation. */
export const CLOCK_SKEW_MS_MAX = 2000;

/** What an observation of any tier says of itself. */
export type Dated = Pick<ObservationItem, 'az' | 'at' | 'token' | 'blind'>;

export interface Viewpoints<Item extends Dated = ObservationItem> {
  /** One observation for each zone that votes, in the order of the zones' names. */
  readonly voting: readonly Item[];
  readonly abstaining: readonly { readonly az: string; readonly why: string }[];
}

export interface ViewpointRules {
  readonly now: number;
  /** Age above which an observation is no evidence, in ms (I-08). */
  readonly ageMsMax: number;
}

export function viewpoints<Item extends Dated>(
  observations: readonly Item[],
  rules: ViewpointRules,
): Viewpoints<Item> {
  const voting: Item[] = [];
  const abstaining: { az: string; why: string }[] = [];
  for (const item of newestByZone(observations)) {
    const why = abstention(item, rules);
    if (why === null) voting.push(item);
    else abstaining.push({ az: item.az, why });
  }
  return { voting, abstaining };
}

/** The key of the state item that an observation is, for the ledger's evidence. */
export function evidenceOf(item: ObservationItem): string {
  const { pk, sk } = observationKey(item.az, item.at);
  return `${pk}|${sk}`;
}

/** An observation under a lower lease token comes from a prober that was taken over: it is ignored. */
function newestByZone<Item extends Dated>(observations: readonly Item[]): readonly Item[] {
  const newest = new Map<string, Item>();
  for (const item of observations) {
    const known = newest.get(item.az);
    if (known === undefined || item.token > known.token || (item.token === known.token && item.at > known.at))
      newest.set(item.az, item);
  }
  return [...newest.values()].toSorted((a, b) => (a.az < b.az ? -1 : 1));
}

function abstention(item: Dated, { now, ageMsMax }: ViewpointRules): string | null {
  const age = now - item.at;
  if (age > ageMsMax) return `its observation is ${age} ms old, the limit is ${ageMsMax} ms`;
  if (age < -CLOCK_SKEW_MS_MAX) return `its observation is dated ${-age} ms ahead`;
  return item.blind ? 'it is blind' : null;
}
