import type { FrontFacts } from '../facts.ts';
import { isFit } from '../targets/removal.ts';
import type { TargetView } from '../targets/votes.ts';

/** Requests a second that the fit targets elsewhere bear, and that they must. */
export function capacityWithout(
  zone: string,
  { capacity, edge }: FrontFacts,
  views: readonly TargetView[],
): { readonly bears: number; readonly needs: number } {
  const elsewhere = views.filter((view) => view.target.az !== zone && isFit(view)).length;
  const bears = elsewhere * capacity.requestsPerTarget;
  const peak = capacity.peakRequests ?? deployedLessOneZone(views) * capacity.requestsPerTarget;
  return { bears, needs: peak * edge['shift-capacity-ratio'] };
}

/** With no peak configured: what the zones but the largest run together is what the environment was made for. */
function deployedLessOneZone(views: readonly TargetView[]): number {
  const byZone = Map.groupBy(views, ({ target }) => target.az);
  const counts = [...byZone.values()].map(({ length }) => length);
  return views.length - Math.max(0, ...counts);
}
