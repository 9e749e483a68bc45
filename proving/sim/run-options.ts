/** What a run of the simulator takes and gives. */

import type { Defect } from './control/defect.ts';
import type { FaultSpec } from './faults/spec.ts';
import type { MixName } from './mix.ts';
import type { Checker, Violation } from './model.ts';

export interface SimOptions {
  /** Any safe integer. */
  readonly seed: number;
  /** @default 'swarm' */
  readonly mix?: MixName;
  /** `none` replaces every handler by a no-op. @default 'real' */
  readonly controllers?: 'real' | 'none';
  /** Asked after every step, each until it first says that something is wrong. Made anew for each run. */
  readonly checkers: readonly Checker[];
  /** @default - the code as it is */
  readonly defect?: Defect;
  /** Exactly these faults instead of those that seed and mix draw. @default - drawn */
  readonly faults?: readonly FaultSpec[];
  /** Thresholds that differ from their defaults, by name, as overrides. @default - drawn by the seed */
  readonly overrides?: Readonly<Record<string, number>>;
  /** Whether there is a throttled service beside the database. @default - as seed and mix draw */
  readonly throttled?: boolean;
  /** Whether there is a cache tier beside the database, of one copy and no gutter. @default - as mix and seed say */
  readonly cached?: boolean;
  /** Whether there are balancers, tasks and a public name beside the database. @default - as the mix says */
  readonly fronted?: boolean;
  /** Ends the run at the first violation. @default false */
  readonly stopAtFirst?: boolean;
  /** A readable line for everything that happens. @default - none */
  readonly trace?: (line: string) => void;
}

export interface SimResult {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly steps: number;
  readonly virtualMs: number;
  /** By catalogue id. Effective: a call, message or member really changed. */
  readonly faults: Readonly<Record<string, { readonly drawn: number; readonly effective: number }>>;
  /** By invariant: how often there was something to check. */
  readonly checks: Readonly<Record<string, number>>;
  /** How often something rare came about, by name. */
  readonly rare: Readonly<Record<string, number>>;
  /** Of everything that happened: equal for equal seed, options and code. */
  readonly hash: string;
}

/** Faults come and go for this long, from the start of the run. */
export const SAFETY_MS = 180_000;
/** Once everything is healed, the published state must be the desired one within this (I-14's B). */
export const CONVERGE_MS = 180_000;
/** And stay so for at least this (I-14's Q). */
export const QUIET_MS = 60_000;
