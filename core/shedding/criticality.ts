/**
 * How much a request matters. Four classes, named as in Google SRE, "Handling Overload": what is not needed at all
 * goes before what can wait, and that before what users see.
 */

/** Most important first. */
export const CRITICALITIES = ['critical-plus', 'critical', 'sheddable-plus', 'sheddable'] as const;

export type Criticality = (typeof CRITICALITIES)[number];

/** For a request that says nothing: what users see. */
export const CRITICALITY_DEFAULT: Criticality = 'critical';

/** The class of that name; null for an unknown one. */
export function criticalityOf(text: string): Criticality | null {
  return CRITICALITIES.find((name) => name === text) ?? null;
}
