/** A planted defect, the incident that it re-enacts, and the invariant that must catch it. */

import type { Defect } from '../control/defect.ts';
import type { FaultSpec } from '../faults/spec.ts';
import { START_MS, type Random } from '../kernel/index.ts';

export interface Exhibit {
  readonly name: string;
  /** What happened, where, when. */
  readonly incident: string;
  /** The invariant that must break, by this defect alone: without it the same runs hold. */
  readonly invariant: string;
  readonly defect: Defect;
  /** There is a throttled service beside the database. @default false */
  readonly throttled?: boolean;
  /** There is a cache tier beside the database. @default false */
  readonly cached?: boolean;
  /** There are balancers, tasks and a public name beside the database. @default false */
  readonly fronted?: boolean;
  /** What befalls the cluster, by seed. Its members are `WRITER` and the `READERS`, sometimes more. */
  readonly faults: (random: Random) => readonly FaultSpec[];
}

export const WRITER = 'demo-db-1';
export const READERS = ['demo-db-2', 'demo-db-3'] as const;
export const PROBERS = ['prober:us-east-1a', 'prober:us-east-1b', 'prober:us-east-1c'] as const;

/** Epoch ms of so many seconds after the start of the run. */
export function at(seconds: number): number {
  return START_MS + Math.round(seconds * 1000);
}

export function span(from: number, until: number): { readonly from: number; readonly until: number } {
  return { from: at(from), until: at(until) };
}
