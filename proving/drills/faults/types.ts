import type { FaultKind, Member } from '../model.ts';
import type { DrillPlace } from '../ports.ts';

/** A fault that stands. Nothing it does comes from inside what is broken. */
export interface Fault {
  readonly kind: FaultKind;
  /** Epoch ms from which it is in force, or could be. */
  readonly at: number;
  /** Whether it really took effect, by what a plain client or the system says. */
  verify(): Promise<boolean>;
  /** Ends it. May be called again. What was killed comes back by the managed service, not by this. */
  release(): Promise<void>;
}

export interface FaultContext {
  readonly place: DrillPlace;
  readonly members: readonly Member[];
  readonly victim: Member;
  /** Whose clients a partition cuts off. */
  readonly application: 'shop' | 'control';
  /** What `slow` adds in each direction, in ms. */
  readonly delayMs: number;
  readonly now: () => number;
}

/** Time a check of a fault may take before the fault counts as not verified, in ms. */
export const VERIFY_MS = 2000;
/** A client that is cut off hears nothing for this long, in ms. */
export const SILENCE_MS = 1000;
