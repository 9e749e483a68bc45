/**
 * How much of a client's traffic may stay in its own zone. Clients are taken to be spread evenly over the zones; a zone
 * with fewer members than its share keeps only the part of its clients' traffic that its members bear, and the rest
 * goes to all of them. Source of the idea: Envoy, zone aware routing.
 */

export interface ZoneCounts {
  /** Fit members in the client's own zone. */
  readonly own: number;
  /** Fit members in all zones. */
  readonly all: number;
  /** Zones that have members at all. */
  readonly zones: number;
}

/** Share of the requests that go to the own zone alone, 0 to 1. */
export function ownZoneShare({ own, all, zones }: ZoneCounts): number {
  if (own === 0 || all === 0) return 0;
  return Math.min(1, (own * zones) / all);
}
